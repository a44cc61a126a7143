/** What the process that owns Chromium does for the main process. */
export type LauncherOperations = {
  open(data: { window: number; width: number; height: number; preload: string }): Promise<void>
  load(data: { window: number; url: string }): Promise<void>
  reload(data: { window: number }): Promise<void>
  resize(data: { window: number; width: number; height: number }): Promise<void>
  execute(data: { window: number; code: string }): Promise<unknown>
  close(data: { window: number }): Promise<void>
  grant(data: { permissions: string[] }): Promise<void>
  /** A message for the preload; `payload` is text of the codec. */
  deliver(data: { window: number; message: PreloadMessage }): Promise<void>
}

/** What the main process does for the one that owns Chromium. */
export type MainOperations = {
  /** `source` is a function of the electron module and one argument. */
  evaluate(data: { source: string; argument: unknown }): unknown
  fetch(data: { url: string; method: string }): Promise<{ status: number; headers: Record<string, string>; body: Uint8Array }>
  /** Whether the page may go there. */
  mayNavigate(data: { window: number; url: string }): boolean
  mayOpenWindow(data: { window: number; url: string }): boolean
  /** Whether the page may save this; the name is what the page proposed. */
  mayDownload(data: { window: number; url: string; fileName: string }): boolean
  navigationStarted(data: { window: number; url: string }): void
  navigated(data: { window: number; url: string }): void
  preloadFailed(data: { window: number; message: string }): void
  pageCrashed(data: { window: number }): void
  closedByPerson(data: { window: number }): void
  send(data: { window: number; channel: string; payload: string }): void
  invoke(data: { window: number; call: number; channel: string; payload: string }): Promise<void>
}

export type PreloadMessage =
  | { kind: 'event'; channel: string; payload: string }
  | { kind: 'reply'; call: number; payload: string }
  | { kind: 'rejection'; call: number; message: string }

/** What the preload says through its binding; the launcher adds the window. */
export type PreloadRequest =
  | { kind: 'send'; channel: string; payload: string }
  | { kind: 'invoke'; call: number; channel: string; payload: string }
  | { kind: 'failed'; message: string }
