import { DataTable } from '../../ui/data-table.tsx'
import classes from './health.module.css'
import type { PanelData } from './panels.ts'

/** The newest rows of a chart; a longer table helps nobody, and the whole of it can be saved as CSV. */
const mostRows = 200

interface ChartTableProps {
  readonly label: string
  readonly timeTitle: string
  readonly titles: readonly string[]
  readonly data: PanelData
  readonly formatValue: (value: number) => string
  readonly formatTime: (ms: number) => string
}

/** The figures of a chart, newest first. */
export function ChartTable({ label, timeTitle, titles, data: { times, means }, formatValue, formatTime }: ChartTableProps) {
  const places = times
    .map((_, place) => place)
    .slice(-mostRows)
    .reverse()
  const textAt = (series: number, place: number): string => {
    const value = means[series]?.[place]
    return value === null || value === undefined ? '–' : formatValue(value)
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus
    <section className={classes.tableBox} tabIndex={0} aria-label={label}>
      <DataTable
        label={label}
        rows={places}
        rowKey={(place) => String(times[place])}
        columns={[
          { id: 'time', title: timeTitle, cell: (place) => formatTime((times[place] as number) * 1000) },
          ...titles.map((title, series) => ({ id: title, title, numeric: true, cell: (place: number) => textAt(series, place) })),
        ]}
      />
    </section>
  )
}
