import { Checkbox, Radio, Select } from '@mantine/core'
import { type EmptyRule, emptyRules } from '../../../formats/columns.ts'
import { csvSample, guessCsvPlan } from '../../../formats/guess-plan.ts'
import type { CsvPlan } from '../../../formats/import-plan.ts'
import { ColumnTable } from './column-table.tsx'
import { textOfSample } from './file-sample.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'
import type { ImportTask } from './transfer-store.ts'

const delimiters = [
  { value: ',', name: 'comma' },
  { value: '\t', name: 'tab' },
  { value: ';', name: 'semicolon' },
  { value: '|', name: 'bar' },
] as const

interface CsvFormProps {
  readonly task: ImportTask
  readonly plan: CsvPlan
  readonly onChange: (plan: CsvPlan) => void
}

/** How the table is written, and what of it goes into a value. */
export function CsvForm({ task, plan, onChange }: CsvFormProps) {
  const t = useTransferTexts()
  const text = textOfSample(task.sample, task.encoding)
  const again = (dialect: Partial<CsvPlan['dialect']>, header?: boolean) => {
    const made = guessCsvPlan(text, task.sample.isWhole, { ...plan.dialect, ...dialect }, header === undefined ? {} : { header })
    onChange({ ...made, prefix: plan.prefix })
  }
  const [, example] = csvSample(text, task.sample.isWhole, plan.dialect)
  return (
    <>
      <div className={classes.fields}>
        <Select
          label={t('csv.delimiter')}
          allowDeselect={false}
          data={delimiters.map(({ value, name }) => ({ value, label: t(`delimiter.${name}`) }))}
          value={plan.dialect.delimiter}
          onChange={(delimiter) => delimiter && again({ delimiter })}
        />
        <Select
          label={t('csv.quote')}
          allowDeselect={false}
          data={['"', "'"]}
          value={plan.dialect.quote}
          onChange={(quote) => quote && again({ quote })}
        />
        <Checkbox label={t('csv.header')} checked={plan.header} onChange={({ currentTarget }) => again({}, currentTarget.checked)} />
      </div>
      <Radio.Group
        label={t('csv.value')}
        value={plan.value.kind}
        onChange={(kind) => onChange({ ...plan, value: valueOfKind(kind, plan) })}
        classNames={{ root: classes.across }}
      >
        <Radio value="object" label={t('value.object')} />
        <Radio value="column" label={t('value.column')} />
      </Radio.Group>
      {plan.value.kind === 'object' && <ColumnTable plan={plan} example={example?.fields ?? []} onChange={onChange} />}
      <SpecialColumns plan={plan} onChange={onChange} />
    </>
  )
}

const valueOfKind = (kind: string, plan: CsvPlan): CsvPlan['value'] =>
  kind === 'object' ? { kind, empty: 'null' } : { kind: 'column', column: plan.columns.at(-1)?.name ?? '' }

function SpecialColumns({ plan, onChange }: { plan: CsvPlan; onChange: (plan: CsvPlan) => void }) {
  const t = useTransferTexts()
  const names = plan.columns.map(({ name }) => name)
  const { value } = plan
  return (
    <div className={classes.fields}>
      {value.kind === 'object' ? (
        <Select
          label={t('csv.empty')}
          allowDeselect={false}
          data={emptyRules.map((rule) => ({ value: rule, label: t(`empty.${rule}`) }))}
          value={value.empty}
          onChange={(empty) => empty && onChange({ ...plan, value: { kind: 'object', empty: empty as EmptyRule } })}
        />
      ) : (
        <Select
          label={t('csv.valueColumn')}
          allowDeselect={false}
          data={names}
          value={value.column}
          onChange={(column) => column && onChange({ ...plan, value: { kind: 'column', column } })}
        />
      )}
      <Select
        label={t('csv.ttl')}
        placeholder={t('none')}
        clearable
        data={names}
        value={plan.ttlColumn ?? null}
        onChange={(column) => onChange({ ...plan, ttlColumn: column ?? undefined })}
      />
      <Select
        label={t('csv.contentType')}
        placeholder={t('none')}
        clearable
        data={names}
        value={plan.typeColumn ?? null}
        onChange={(column) => onChange({ ...plan, typeColumn: column ?? undefined })}
      />
    </div>
  )
}
