import { create } from 'zustand'
import type { ConnectionState } from '../../contract/index.ts'

interface Connection {
  /** `connecting` until the first word from the host. */
  readonly state: ConnectionState | 'connecting'
  /** When the connection was lost, milliseconds since 1970. */
  readonly lostAtMs: number | undefined
  /** When it came back after a loss. */
  readonly backAtMs: number | undefined
  /** The host did not accept the token. */
  readonly refused: boolean
  changed(state: ConnectionState, nowMs: number): void
  tokenRefused(): void
}

/** Whether the host is there: told by the stream of events. */
export const useConnection = create<Connection>((set, get) => ({
  state: 'connecting',
  lostAtMs: undefined,
  backAtMs: undefined,
  refused: false,
  changed(state, nowMs) {
    const before = get()
    if (state === before.state) return
    if (state === 'lost') set({ state, lostAtMs: nowMs, backAtMs: undefined })
    else set({ state, lostAtMs: undefined, backAtMs: before.state === 'lost' ? nowMs : undefined })
  },
  tokenRefused: () => set({ refused: true }),
}))
