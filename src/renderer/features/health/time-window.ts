import { useReducer } from 'react'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** The ranges that one can choose, in milliseconds; `all` is as long as there is data. */
export const ranges = {
  '1m': minuteMs,
  '5m': 5 * minuteMs,
  '15m': 15 * minuteMs,
  '1h': hourMs,
  '6h': 6 * hourMs,
  '24h': dayMs,
  '7d': 7 * dayMs,
  '30d': 30 * dayMs,
  all: Number.POSITIVE_INFINITY,
} as const
export type Range = keyof typeof ranges
export const rangeNames = Object.keys(ranges) as Range[]

/** Nothing shorter is shown: a point is a second. */
const shortestMs = 5000

/** `live` follows the clock; `fixed` stands still, because somebody zoomed or paused. Milliseconds since 1970. */
export type TimeWindow = { readonly kind: 'live' } | { readonly kind: 'fixed'; readonly fromMs: number; readonly toMs: number }

export interface TimeState {
  readonly range: Range
  readonly window: TimeWindow
}

export type TimeAction =
  | { readonly type: 'range'; readonly range: Range }
  | { readonly type: 'zoom'; readonly fromMs: number; readonly toMs: number }
  /** Around the middle: below 1 is nearer. */
  | { readonly type: 'scale'; readonly factor: number; readonly shown: Shown }
  /** By a share of what is shown; negative is back. */
  | { readonly type: 'move'; readonly share: number; readonly shown: Shown }
  | { readonly type: 'pause'; readonly shown: Shown }
  | { readonly type: 'live' }

/** What is on the screen. */
export interface Shown {
  readonly fromMs: number
  readonly toMs: number
}

export function timeReducer(state: TimeState, action: TimeAction): TimeState {
  switch (action.type) {
    case 'range':
      return { range: action.range, window: { kind: 'live' } }
    case 'zoom':
      return { ...state, window: fixed(action.fromMs, action.toMs) }
    case 'scale': {
      const { fromMs, toMs } = action.shown
      const half = ((toMs - fromMs) * action.factor) / 2
      const middle = (fromMs + toMs) / 2
      return { ...state, window: fixed(middle - half, middle + half) }
    }
    case 'move': {
      const by = (action.shown.toMs - action.shown.fromMs) * action.share
      return { ...state, window: fixed(action.shown.fromMs + by, action.shown.toMs + by) }
    }
    case 'pause':
      return { ...state, window: fixed(action.shown.fromMs, action.shown.toMs) }
    case 'live':
      return { ...state, window: { kind: 'live' } }
    default:
      return action satisfies never
  }
}

function fixed(oneMs: number, otherMs: number): TimeWindow {
  const fromMs = Math.round(Math.min(oneMs, otherMs))
  const toMs = Math.round(Math.max(oneMs, otherMs))
  if (toMs - fromMs >= shortestMs) return { kind: 'fixed', fromMs, toMs }
  const middle = Math.round((fromMs + toMs) / 2)
  return { kind: 'fixed', fromMs: middle - shortestMs / 2, toMs: middle + shortestMs / 2 }
}

export const useTimeWindow = (range: Range) => useReducer(timeReducer, { range, window: { kind: 'live' } })
