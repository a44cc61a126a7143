import { Checkbox, Select } from '@mantine/core'
import { type Column, type ColumnType, columnTypes } from '../../../formats/columns.ts'
import type { CsvPlan } from '../../../formats/import-plan.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'

interface ColumnTableProps {
  readonly plan: CsvPlan
  /** Cells of a row, to see which column is which. */
  readonly example: readonly string[]
  readonly onChange: (plan: CsvPlan) => void
}

/** Which columns go into the value, and as what. */
export function ColumnTable({ plan, example, onChange }: ColumnTableProps) {
  const t = useTransferTexts()
  const change = (place: number, part: Partial<Column>) =>
    onChange({ ...plan, columns: plan.columns.map((column, at) => (at === place ? { ...column, ...part } : column)) })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus
    <section className={classes.table} tabIndex={0} aria-label={t('csv.columns')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('csv.column')}</th>
            <th scope="col">{t('csv.type')}</th>
            <th scope="col">{t('csv.example')}</th>
          </tr>
        </thead>
        <tbody>
          {plan.columns.map((column, place) => (
            <tr key={column.name}>
              <td>
                <Checkbox
                  label={column.name}
                  aria-label={t('csv.include', { column: column.name })}
                  checked={column.included}
                  onChange={({ currentTarget }) => change(place, { included: currentTarget.checked })}
                />
              </td>
              <td>
                <Select
                  aria-label={t('csv.typeOf', { column: column.name })}
                  allowDeselect={false}
                  disabled={!column.included}
                  data={columnTypes.map((type) => ({ value: type, label: t(`type.${type}`) }))}
                  value={column.type}
                  onChange={(type) => type && change(place, { type: type as ColumnType })}
                />
              </td>
              <td className={classes.code} title={example[place]}>
                {example[place]}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
