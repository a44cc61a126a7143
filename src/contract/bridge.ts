import type { Envelope } from './errors.ts'
import type { HoldfastEvent } from './events.ts'
import type { InputOf, OperationName, OutputOf } from './operations.ts'

/**
 * What the preload puts on `window.holdfast`, and what the browser builds over HTTP when the headless host serves the page:
 * the renderer knows nothing else of the world. Plain data crosses; nothing is thrown across.
 */
export interface HoldfastBridge {
  /** `requestId` names the call for `cancel`. */
  invoke<N extends OperationName>(name: N, input: InputOf<N>, requestId?: string): Promise<Envelope<OutputOf<N>>>
  cancel(requestId: string): void
  /** Calls `listener` for every event until the returned function is called. */
  subscribe(listener: (event: HoldfastEvent) => void, onConnection?: (state: ConnectionState) => void): () => void
  /** Absent in a browser, which saves files itself. */
  readonly files?: SavedFiles
}

/**
 * Files that the desktop app writes for its page, piece by piece, where a person said. The file has its name once it is whole, never before;
 * what is not closed ends with the page. At most 16 at once, 8 MiB a piece.
 */
export interface SavedFiles {
  /** Asks where to. `value` is null when the person changed their mind, else the name of the opened file for the other calls. */
  open(suggestedName: string): Promise<Envelope<string | null>>
  write(file: string, piece: Uint8Array): Promise<Envelope<null>>
  close(file: string): Promise<Envelope<null>>
  abort(file: string): Promise<Envelope<null>>
}

export type SavedFileCall = keyof SavedFiles

export type ConnectionState = 'connected' | 'lost'

/** What the shell sends to the preload on `channels.event`: something changed, or the connection to the host did. */
export type BridgeMessage = { event: HoldfastEvent } | { connection: ConnectionState }

/** Electron IPC channels, the whole surface. */
export const channels = {
  invoke: 'holdfast:invoke',
  cancel: 'holdfast:cancel',
  subscribe: 'holdfast:subscribe',
  unsubscribe: 'holdfast:unsubscribe',
  event: 'holdfast:event',
  file: 'holdfast:file',
} as const

/** The channels of `window.holdfastShell`, with which a page asks the app around it. Here, because the preload holds no schemas. */
export const shellChannels = { invoke: 'holdfast:shell', subscribe: 'holdfast:shell-subscribe', event: 'holdfast:shell-event' } as const
