import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import classes from './health.module.css'
import type { Columns } from './panels.ts'

/** One cursor for all charts of the page. */
const cursorKey = 'health'
const height = 150

interface ChartProps {
  /** What the chart shows, for those who do not see it; its figures are in the table. */
  readonly label: string
  readonly timeTitle: string
  readonly names: readonly string[]
  readonly columns: Columns
  readonly format: (value: number) => string
  readonly formatTime: (ms: number) => string
}

/** Lines over time. Redraws its data in place; it is made anew only when its names or the theme change. */
export function Chart({ label, timeTitle, names, columns, format, formatTime }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const latest = useRef({ columns, format, formatTime })
  latest.current = { columns, format, formatTime }
  const scheme = useComputedColorScheme()
  const shape = [timeTitle, ...names].join('\n')

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are read from the document
  useEffect(() => {
    const element = place.current
    if (!element) return
    const formats = {
      value: (value: number) => latest.current.format(value),
      time: (ms: number) => latest.current.formatTime(ms),
    }
    const made = new UPlot(optionsFor(element, shape.split('\n'), formats), latest.current.columns as unknown as UPlot.AlignedData, element)
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [shape, scheme])

  useEffect(() => plot.current?.setData(columns as unknown as UPlot.AlignedData), [columns])
  return <div ref={place} className={classes.chart} role="img" aria-label={label} />
}

interface Formats {
  readonly value: (value: number) => string
  readonly time: (ms: number) => string
}

function optionsFor(element: HTMLElement, [timeTitle = '', ...names]: readonly string[], formats: Formats): UPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const strokes = [colour('--hf-accent'), colour('--hf-unknown'), colour('--hf-warning')]
  const font = `11px ${colour('--hf-sans')}`
  const axis = { stroke: colour('--hf-muted'), font, grid: { stroke: colour('--hf-line'), width: 1 }, ticks: { show: false } }
  return {
    width: element.clientWidth,
    height,
    legend: { live: true },
    cursor: { sync: { key: cursorKey }, points: { size: 5 }, drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] } },
    axes: [
      { ...axis, size: 24, gap: 4, space: 84, values: (_, splits) => splits.map((seconds) => formats.time(seconds * 1000)) },
      { ...axis, size: 64, gap: 4, values: (_, splits) => splits.map((value) => formats.value(value)) },
    ],
    series: [
      { label: timeTitle, value: (_, seconds) => (seconds === null ? '–' : formats.time(seconds * 1000)) },
      ...names.map((label, index) => ({
        label,
        stroke: strokes[index % strokes.length] as string,
        width: 1.5,
        // Never by colour alone: the second line is dashed.
        ...(index > 0 && { dash: [5, 3] }),
        points: { show: false },
        spanGaps: false,
        value: (_: UPlot, value: number | null) => (value === null ? '–' : formats.value(value)),
      })),
    ],
  }
}
