import { Button, TextInput } from '@mantine/core'
import { jsonSample } from '../../../formats/guess-plan.ts'
import type { ImportPlan } from '../../../formats/import-plan.ts'
import { columnInTemplate } from '../../../formats/key-template.ts'
import { memberPaths } from '../../../formats/map-json.ts'
import { HelpMark } from '../../ui/help-mark.tsx'
import { textOfSample } from './file-sample.ts'
import { useKeyMistake } from './key-mistake.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import type { ImportTask } from './transfer-store.ts'

const shownNames = 16

/** What each record's key is made of. */
export function KeyForm({ task, onChange }: { task: ImportTask; onChange: (plan: ImportPlan) => void }) {
  const t = useTransferTexts()
  const { plan } = task
  const mistake = useKeyMistake(plan)
  const names = namesOf(task)
  const isMade = plan.format === 'csv' || plan.shape === 'objects'
  return (
    <div className={classes.group}>
      <div className={classes.fields}>
        {isMade && (
          <TextInput
            className={classes.mono}
            label={t('key.title')}
            value={plan.key}
            error={mistake}
            onChange={({ currentTarget }) => onChange({ ...plan, key: currentTarget.value })}
          />
        )}
        <TextInput
          className={classes.mono}
          label={
            <>
              {t('key.prefix')} <HelpMark term="prefix" />
            </>
          }
          aria-label={t('key.prefix')}
          value={plan.prefix}
          onChange={({ currentTarget }) => onChange({ ...plan, prefix: currentTarget.value })}
        />
      </div>
      {isMade && (
        <>
          <p className={classes.hint}>{t('key.text')}</p>
          <div className={classes.chips}>
            {names.slice(0, shownNames).map((name) => (
              <Button
                key={name}
                className={classes.chip ?? ''}
                size="compact-xs"
                aria-label={t('key.add', { column: name })}
                onClick={() => onChange({ ...plan, key: plan.key + columnInTemplate(name) })}
              >
                {name}
              </Button>
            ))}
          </div>
        </>
      )}
    </div>
  )
}

function namesOf({ plan, sample, encoding }: ImportTask): string[] {
  if (plan.format === 'csv') return plan.columns.map(({ name }) => name)
  if (plan.shape !== 'objects') return []
  return memberPaths(jsonSample(plan.format, textOfSample(sample, encoding), sample.isWhole).values)
}
