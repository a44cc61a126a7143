import type { ReactNode } from 'react'
import classes from './data-table.module.css'

export interface Column<T> {
  readonly id: string
  readonly title: string
  /** Stands beside the title: a `HelpMark`. */
  readonly mark?: ReactNode
  /** Numbers align right. */
  readonly numeric?: boolean
  readonly cell: (row: T) => ReactNode
}

interface DataTableProps<T> {
  readonly label: string
  readonly columns: readonly Column<T>[]
  readonly rows: readonly T[]
  readonly rowKey: (row: T) => string
  readonly selected?: string | undefined
  readonly onSelect?: (row: T) => void
}

/** A short table of rows with hairlines; for lists that are bounded. A long list is virtual and is not made of this. */
export function DataTable<T>({ label, columns, rows, rowKey, selected, onSelect }: DataTableProps<T>) {
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.id} scope="col" data-numeric={column.numeric}>
              {column.title} {column.mark}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            data-selectable={onSelect !== undefined}
            aria-current={onSelect && rowKey(row) === selected ? 'true' : undefined}
            tabIndex={onSelect && 0}
            onClick={onSelect && (() => onSelect(row))}
            onKeyDown={onSelect && ((event) => event.key === 'Enter' && event.target === event.currentTarget && onSelect(row))}
          >
            {columns.map((column) => (
              <td key={column.id} data-numeric={column.numeric}>
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
