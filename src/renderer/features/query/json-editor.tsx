import { Textarea } from '@mantine/core'
import classes from './query.module.css'
import type { QueryDraft } from './query-draft.ts'
import { changeDraft } from './query-store.ts'
import { useQueryTexts } from './texts.ts'

/** The whole query as text, for what rows cannot say. */
export function JsonEditor({ draft, problem }: { draft: QueryDraft; problem: string | undefined }) {
  const t = useQueryTexts()
  return (
    <div className={classes.editor}>
      <Textarea
        aria-label={t('json')}
        classNames={{ input: classes.area }}
        value={draft.json}
        onChange={(event) => changeDraft({ json: event.currentTarget.value })}
        error={problem === undefined ? undefined : `${t('mistake')} ${problem}`}
        spellCheck={false}
      />
    </div>
  )
}
