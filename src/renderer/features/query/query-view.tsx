import { Button, NativeSelect, SegmentedControl } from '@mantine/core'
import { Play } from 'lucide-react'
import type { Collection } from '../../../contract/index.ts'
import { useLanguage } from '../../language/index.ts'
import { keyCatalogue } from '../../ui/key-catalogue.ts'
import { KeyHint } from '../../ui/key-hint.tsx'
import { useKeys } from '../../ui/keys.ts'
import { EmptyState } from '../../ui/states.tsx'
import { JsonEditor } from './json-editor.tsx'
import classes from './query.module.css'
import { inWay, type QueryDraft, questionOf } from './query-draft.ts'
import { ask, changeDraft, chooseCollection, useQueryStore } from './query-store.ts'
import { Results } from './results.tsx'
import { RowsEditor } from './rows-editor.tsx'
import { SavedMenu } from './saved-menu.tsx'
import { useQueryTexts } from './texts.ts'
import { useRun } from './use-run.ts'

interface QueryViewProps {
  readonly collections: readonly Collection[]
  readonly onChanged: () => void
}

/** Choose, narrow, run, look. */
export function QueryView({ collections, onChanged }: QueryViewProps) {
  const t = useQueryTexts()
  const { collection: chosen, draft, run } = useQueryStore()
  const collection = collections.find(({ name }) => name === chosen) ?? (collections[0] as Collection)
  const results = useRun(run?.input.name === collection.name ? run : undefined)
  const asked = questionOf(draft, useLanguage())
  const start = () => {
    if (asked.ok) ask({ name: collection.name, ...asked.question, explain: true })
  }
  useKeys([{ ...keyCatalogue['query.run'], run: asked.ok ? start : undefined }])
  return (
    <div className={classes.view}>
      <div className={classes.bar}>
        <NativeSelect
          aria-label={t('collection')}
          value={collection.name}
          data={collections.map(({ name }) => name)}
          onChange={(event) => chooseCollection(event.currentTarget.value)}
        />
        <SavedMenu collection={collection.name} question={asked.ok ? asked.question : undefined} />
        <WayControl draft={draft} />
        <span className={classes.hint} aria-hidden="true">
          <KeyHint keys={keyCatalogue['query.run'].keys[0]} />
        </span>
        <Button
          variant="filled"
          leftSection={<Play size={14} aria-hidden="true" />}
          loading={results?.fetching === 'first'}
          disabled={!asked.ok}
          onClick={start}
        >
          {t('run')}
        </Button>
      </div>
      {draft.way === 'rows' ? (
        <RowsEditor draft={draft} collection={collection} onRun={start} />
      ) : (
        <JsonEditor draft={draft} problem={asked.ok ? undefined : asked.problem} />
      )}
      {results === undefined ? (
        <EmptyState title={t('notRun')}>{t('notRunText')}</EmptyState>
      ) : (
        <Results results={results} collection={collection} onChanged={onChanged} />
      )}
    </div>
  )
}

/** Rows for most, JSON for the rest; what rows cannot say stays JSON. */
function WayControl({ draft }: { draft: QueryDraft }) {
  const t = useQueryTexts()
  const isStuck = draft.way === 'json' && inWay(draft, 'rows') === undefined
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('way')}
      title={isStuck ? t('onlyJson') : undefined}
      data={(['rows', 'json'] as const).map((value) => ({ value, label: t(`way.${value}`), disabled: value === 'rows' && isStuck }))}
      value={draft.way}
      onChange={(way) => {
        const next = inWay(draft, way as QueryDraft['way'])
        if (next !== undefined) changeDraft(next)
      }}
    />
  )
}
