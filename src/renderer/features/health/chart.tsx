import { useComputedColorScheme } from '@mantine/core'
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { type ChartState, chartHeight, chartOptions, cursorKey } from './chart-options.ts'
import classes from './health.module.css'
import type { Panel } from './panels.ts'

/** What others may want of a chart that is drawn. */
export interface ChartHandle {
  readonly canvas: () => HTMLCanvasElement | undefined
  /** Puts the cursor of all charts at the point that lies `by` points away. */
  readonly moveCursor: (by: number) => void
}

interface ChartProps extends ChartState {
  /** What the chart shows, for those who do not see it; its figures are in the table. */
  readonly label: string
  readonly panel: Panel
  readonly timeTitle: string
  readonly titles: readonly string[]
  readonly utc: boolean
  readonly handle: Ref<ChartHandle>
}

/** Lines over time. Redraws its data in place; it is made anew only when its names, its zone or the theme change. */
export function Chart(props: ChartProps) {
  const { label, panel, timeTitle, titles, utc, handle, data, annotations, fromMs, toMs } = props
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const latest = useRef<ChartProps>(props)
  latest.current = props
  const scheme = useComputedColorScheme()
  const shape = [timeTitle, ...titles].join('\n')

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the colours that are read from the document
  useEffect(() => {
    const element = place.current
    if (!element) return
    const [time = '', ...names] = shape.split('\n')
    const look = {
      timeTitle: time,
      titles: names,
      target: panel.target,
      isShare: panel.unit === 'ratio',
      isBytes: panel.unit === 'bytes',
      utc,
      width: element.clientWidth,
    }
    const made = new UPlot(
      chartOptions(element, look, () => latest.current),
      columnsOf(latest.current),
      element,
    )
    plot.current = made
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: chartHeight }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
      plot.current = undefined
    }
  }, [shape, scheme, panel, utc])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the window and the annotations are drawn with the data
  useEffect(() => plot.current?.setData(columnsOf(latest.current)), [data, annotations, fromMs, toMs])

  useImperativeHandle(handle, () => ({
    canvas: () => plot.current?.ctx.canvas,
    moveCursor: (by) => plot.current && moveCursor(plot.current, by),
  }))

  // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys that move the cursor and zoom need a place to be pressed at
  return <div ref={place} className={classes.chart} role="img" aria-label={label} tabIndex={0} />
}

const columnsOf = ({ data }: ChartState): UPlot.AlignedData => [data.times, ...data.means] as unknown as UPlot.AlignedData

function moveCursor(plot: UPlot, by: number): void {
  const times = plot.data[0]
  if (times.length === 0) return
  const now = plot.cursor.idx ?? (by > 0 ? -1 : times.length)
  const next = Math.min(times.length - 1, Math.max(0, now + by))
  const at = times[next] as number
  for (const one of UPlot.sync(cursorKey).plots) one.setCursor({ left: one.valToPos(at, 'x'), top: 8 })
}
