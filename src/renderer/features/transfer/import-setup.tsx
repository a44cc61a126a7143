import { Button, Radio, Select } from '@mantine/core'
import { type Existing, existingSchema } from '../../../contract/index.ts'
import type { FileFormat, ImportPlan, JsonPlan } from '../../../formats/import-plan.ts'
import { type Encoding, encodings } from '../../../formats/text-pieces.ts'
import { formatBytes, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { HelpMark } from '../../ui/help-mark.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { CsvForm } from './csv-form.tsx'
import { guessOf } from './file-sample.ts'
import { beginImport, changePlan, checkImport, closeImport } from './import-actions.ts'
import { KeyForm } from './key-form.tsx'
import { useKeyMistake } from './key-mistake.ts'
import { Outcome } from './outcome.tsx'
import { Preview } from './preview.tsx'
import { useReason } from './reason.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import { type ImportTask, updateTask } from './transfer-store.ts'

const formats: readonly FileFormat[] = ['csv', 'ndjson', 'json']

/** What the file is, and as which records it will be there. */
export function ImportSetup({ task }: { task: ImportTask }) {
  const t = useTransferTexts()
  const ui = useUiTexts()
  const reasonOf = useReason()
  const mistake = useKeyMistake(task.plan)
  const { plan } = task
  return (
    <>
      <FileFields task={task} />
      <div className={classes.setup}>
        <div className={classes.form}>
          {plan.format === 'csv' ? (
            <CsvForm task={task} plan={plan} onChange={changePlan} />
          ) : (
            <ShapeField plan={plan} onChange={changePlan} />
          )}
        </div>
        <div className={classes.form}>
          <KeyForm task={task} onChange={changePlan} />
          <ExistingField task={task} />
          {mistake === undefined && <Preview task={task} />}
          {task.phase === 'checked' && <Outcome task={task} />}
        </div>
      </div>
      <div className={classes.actions}>
        <DialogActions>
          <Button onClick={closeImport}>{ui('cancel')}</Button>
          <Button disabled={mistake !== undefined} onClick={() => void checkImport(reasonOf)}>
            {t('import.check')}
          </Button>
          <Button variant="filled" disabled={mistake !== undefined} onClick={() => void beginImport(reasonOf)}>
            {t('import.action')}
          </Button>
        </DialogActions>
      </div>
    </>
  )
}

function FileFields({ task }: { task: ImportTask }) {
  const t = useTransferTexts()
  const language = useLanguage()
  const { file, sample, encoding, plan, id } = task
  const size = Object.values(formatBytes(file.size, language)).join(' ')
  return (
    <>
      <div className={classes.line}>
        <strong>{file.name}</strong>
        <span className={classes.hint}>{size}</span>
      </div>
      <div className={classes.fields}>
        <Select
          label={t('import.format')}
          allowDeselect={false}
          data={formats.map((value) => ({ value, label: t(`format.${value}`) }))}
          value={plan.format}
          onChange={(value) => value && changePlan(guessOf(file.name, sample, encoding, value as FileFormat))}
        />
        <Select
          label={t('import.encoding')}
          allowDeselect={false}
          data={encodings.map((value) => ({ value, label: t(`encoding.${value}`) }))}
          value={encoding}
          onChange={(value) => {
            if (!value) return
            updateTask(id, { encoding: value as Encoding })
            changePlan(guessOf(file.name, sample, value as Encoding, plan.format))
          }}
        />
      </div>
    </>
  )
}

function ShapeField({ plan, onChange }: { plan: JsonPlan; onChange: (plan: ImportPlan) => void }) {
  const t = useTransferTexts()
  const shapes = plan.format === 'json' ? (['records', 'objects', 'members'] as const) : (['records', 'objects'] as const)
  return (
    <Radio.Group
      label={t('import.shape')}
      value={plan.shape}
      onChange={(value) => onChange({ ...plan, shape: value as JsonPlan['shape'], key: plan.key === '' ? '{#}' : plan.key })}
      classNames={{ root: classes.across }}
    >
      {shapes.map((shape) => (
        <Radio key={shape} value={shape} label={t(`shape.${shape}`)} />
      ))}
    </Radio.Group>
  )
}

function ExistingField({ task }: { task: ImportTask }) {
  const t = useTransferTexts()
  return (
    <Radio.Group
      label={
        <>
          {t('existing.title')} <HelpMark term="overwrite" />
        </>
      }
      value={task.existing}
      onChange={(value) => updateTask(task.id, { existing: value as Existing, phase: 'setup' })}
      classNames={{ root: classes.across }}
    >
      {existingSchema.options.map((existing) => (
        <Radio key={existing} value={existing} label={t(`existing.${existing}`)} />
      ))}
    </Radio.Group>
  )
}
