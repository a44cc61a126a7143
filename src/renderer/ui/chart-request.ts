import { create } from 'zustand'

/** The charts of the Health page, by the names that other pages know them by. */
export type ChartId =
  | 'operations'
  | 'readLatency'
  | 'writeLatency'
  | 'sync'
  | 'overlay'
  | 'waits'
  | 'hitRate'
  | 'errors'
  | 'records'
  | 'disk'
  | 'files'
  | 'memory'

/** The chart that another page leads to; the Health page brings it into view and forgets the wish. */
export const useWantedChart = create<{ wanted: ChartId | undefined }>(() => ({ wanted: undefined }))

export const wantChart = (wanted: ChartId | undefined): void => useWantedChart.setState({ wanted })
