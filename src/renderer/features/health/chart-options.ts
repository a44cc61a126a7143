import UPlot from 'uplot'
import type { Annotation } from '../../../contract/index.ts'
import { lonely, type Panel, type PanelData } from './panels.ts'

/** One cursor for all charts of the page. */
export const cursorKey = 'health'
export const chartHeight = 160
const leastSpanPx = 4

const byteSteps = Array.from({ length: 50 }, (_, power) => 2 ** power)

/** What a chart shows at this moment; its drawing reads it anew each time. */
export interface ChartState {
  readonly data: PanelData
  readonly fromMs: number
  readonly toMs: number
  readonly annotations: readonly Annotation[]
  readonly formatValue: (value: number) => string
  readonly formatTime: (ms: number) => string
  readonly onZoom: (fromMs: number, toMs: number) => void
}

interface Look {
  readonly width: number
  readonly timeTitle: string
  readonly titles: readonly string[]
  readonly target: Panel['target']
  /** 0 to 1 always, as shares are. */
  readonly isShare: boolean
  /** Steps of the axis are powers of two then. */
  readonly isBytes: boolean
  readonly utc: boolean
}

/** How uPlot draws a panel: lines of means, their extremes behind them, the target, and what happened. */
export function chartOptions(element: HTMLElement, look: Look, state: () => ChartState): UPlot.Options {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const strokes = [colour('--hf-accent'), colour('--hf-unknown'), colour('--hf-warning')]
  const axis = {
    stroke: colour('--hf-muted'),
    font: `11px ${colour('--hf-sans')}`,
    grid: { stroke: colour('--hf-line'), width: 1 },
    ticks: { show: false },
  }
  return {
    width: look.width,
    height: chartHeight,
    legend: { live: true },
    ...(look.utc && { tzDate: (seconds: number) => UPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') }),
    cursor: { sync: { key: cursorKey }, y: false, points: { size: 5 }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { range: () => [state().fromMs / 1000, state().toMs / 1000] },
      y: { range: () => (look.isShare ? [0, 1] : [0, topOf(state().data)]) },
    },
    axes: [
      { ...axis, size: 24, gap: 4, space: 96, values: (_, splits) => splits.map((seconds) => state().formatTime(seconds * 1000)) },
      {
        ...axis,
        ...(look.isBytes && { incrs: byteSteps }),
        size: 68,
        gap: 4,
        values: (_, splits) => splits.map((value) => state().formatValue(value)),
      },
    ],
    series: [
      { label: look.timeTitle, value: (_, seconds) => (seconds === null ? '–' : state().formatTime(seconds * 1000)) },
      ...look.titles.map((label, index) => ({
        label,
        stroke: strokes[index % strokes.length] as string,
        width: 1.5,
        // Never by colour alone: the second line is dashed.
        ...(index > 0 && { dash: [5, 3] }),
        points: { size: 4, filter: (plot: UPlot, index: number, show: boolean) => (show ? null : lonely(plot.data[index])) },
        spanGaps: false,
        value: (_: UPlot, value: number | null) => (value === null ? '–' : state().formatValue(value)),
      })),
    ],
    hooks: {
      drawClear: [(plot) => drawExtremes(plot, state().data, strokes)],
      draw: [
        (plot) => look.target && drawTarget(plot, look.target.value, colour('--hf-ok')),
        (plot) => drawAnnotations(plot, state(), colour('--hf-muted')),
      ],
      setSelect: [(plot) => zoomTo(plot, state)],
    },
  }
}

/** A little above the greatest second, so that the line does not touch the edge. */
function topOf({ greatest }: PanelData): number {
  let most = 0
  for (const values of greatest) for (const value of values) if (value !== null && value > most) most = value
  return most > 0 ? most * 1.1 : 1
}

function zoomTo(plot: UPlot, state: () => ChartState): void {
  const { left, width } = plot.select
  if (width < leastSpanPx) return
  const fromMs = plot.posToVal(left, 'x') * 1000
  const toMs = plot.posToVal(left + width, 'x') * 1000
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
  state().onZoom(fromMs, toMs)
}

// A mean alone would hide a bad second in an hour.
function drawExtremes(plot: UPlot, { times, least, greatest }: PanelData, strokes: readonly string[]): void {
  const { ctx } = plot
  ctx.save()
  clipToPlot(plot)
  ctx.globalAlpha = 0.16
  greatest.forEach((highs, index) => {
    ctx.fillStyle = strokes[index % strokes.length] as string
    const lows = least[index] ?? []
    times.forEach((seconds, place) => {
      const [low, high, nextLow, nextHigh] = [lows[place], highs[place], lows[place + 1], highs[place + 1]]
      if (low == null || high == null || nextLow == null || nextHigh == null) return
      const [x, nextX] = [plot.valToPos(seconds, 'x', true), plot.valToPos(times[place + 1] as number, 'x', true)]
      const y = (value: number) => plot.valToPos(value, 'y', true)
      ctx.beginPath()
      ctx.moveTo(x, y(low))
      ctx.lineTo(x, y(high))
      ctx.lineTo(nextX, y(nextHigh))
      ctx.lineTo(nextX, y(nextLow))
      ctx.fill()
    })
  })
  ctx.restore()
}

function drawTarget(plot: UPlot, value: number, colour: string): void {
  const { ctx, bbox } = plot
  if (value > (plot.scales.y?.max ?? 0)) return
  const y = Math.round(plot.valToPos(value, 'y', true)) + 0.5
  ctx.save()
  ctx.strokeStyle = colour
  ctx.setLineDash([2, 4])
  ctx.beginPath()
  ctx.moveTo(bbox.left, y)
  ctx.lineTo(bbox.left + bbox.width, y)
  ctx.stroke()
  ctx.restore()
}

function drawAnnotations(plot: UPlot, { annotations, fromMs, toMs }: ChartState, colour: string): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = colour
  ctx.fillStyle = colour
  const size = 4 * devicePixelRatio
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([])
  for (const { at } of annotations) {
    if (at < fromMs || at > toMs) continue
    const x = Math.round(plot.valToPos(at / 1000, 'x', true)) + 0.5
    ctx.globalAlpha = 0.5
    ctx.beginPath()
    ctx.moveTo(x, bbox.top)
    ctx.lineTo(x, bbox.top + bbox.height)
    ctx.stroke()
    ctx.globalAlpha = 1
    ctx.beginPath()
    ctx.moveTo(x - size, bbox.top)
    ctx.lineTo(x + size, bbox.top)
    ctx.lineTo(x, bbox.top + size * 1.5)
    ctx.fill()
  }
  ctx.restore()
}

function clipToPlot({ ctx, bbox }: UPlot): void {
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
}
