import { readFile } from 'node:fs/promises'
import type { Rectangle } from 'electron'
import { z } from 'zod'
import { type AppSettings, appSettingsSchema } from '../../contract/shell.ts'
import { writeFileDurably } from '../base/durable-file.ts'
import type { Log } from '../base/log.ts'

/** Device-independent pixels. UI.md promises that everything works from this size on. */
export const minimumSize = { width: 960, height: 600 } as const
const usualSize = { width: 1280, height: 800 } as const
/** So much of the window must lie on a display, that a person can find it and move it. */
const visibleEdge = 64

const rectangleSchema = z.object({ x: z.number().int(), y: z.number().int(), width: z.number().int(), height: z.number().int() })

/** What the shell remembers from one start to the next. Losing it costs nothing but the window's place. */
const shellStateSchema = z.object({
  window: z.object({ bounds: rectangleSchema, maximized: z.boolean() }).optional(),
  /** The person was told once that closing the window does not stop the host. */
  toldThatHostStays: z.boolean().optional(),
  /** Electron's zoom level: 0 is 100 %, each step is 20 %. */
  zoomLevel: z.number().min(-8).max(9).optional(),
  settings: appSettingsSchema.omit({ startAtLogin: true }).optional(),
})
export type ShellState = z.infer<typeof shellStateSchema>

/** Until a person chooses otherwise. Whether the app starts at login is known to the system, not to this file. */
export const usualSettings: Omit<AppSettings, 'startAtLogin'> = { notifications: true, keepRunning: true, language: null, theme: 'auto' }

export interface Placement {
  /** Absent: the middle of the main display. */
  x?: number
  y?: number
  width: number
  height: number
  maximized: boolean
}

/** Where the window opens: where it was, if that place still exists; else the usual size on the main display. */
export function placeWindow(saved: ShellState['window'], workAreas: readonly Rectangle[]): Placement {
  const area = saved && workAreas.find((candidate) => isReachable(saved.bounds, candidate))
  if (!saved || !area) {
    const main = workAreas[0] ?? { x: 0, y: 0, ...usualSize }
    return { ...fitSize(usualSize, main), maximized: saved?.maximized ?? false }
  }
  const size = fitSize(saved.bounds, area)
  return { x: saved.bounds.x, y: Math.max(saved.bounds.y, area.y), ...size, maximized: saved.maximized }
}

/** The title bar is what a window is moved by: its upper edge, and enough of its width, must be on the display. */
function isReachable(window: Rectangle, area: Rectangle): boolean {
  const visibleWidth = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x)
  return visibleWidth >= visibleEdge && window.y >= area.y - visibleEdge / 2 && window.y <= area.y + area.height - visibleEdge
}

const fitSize = (size: { width: number; height: number }, area: Rectangle) => ({
  width: Math.max(minimumSize.width, Math.min(size.width, area.width)),
  height: Math.max(minimumSize.height, Math.min(size.height, area.height)),
})

/**
 * Keeps the shell's memory in one small file, replaced durably. It never fails for its callers: a file that cannot be read or written
 * is said in the log, and the program goes on as if it were not there.
 */
export class ShellStateStore {
  readonly #path: string
  readonly #log: Log
  #state: ShellState
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string, log: Log, state: ShellState) {
    this.#path = path
    this.#log = log
    this.#state = state
  }

  static async open(path: string, log: Log): Promise<ShellStateStore> {
    return new ShellStateStore(path, log, await readState(path, log))
  }

  get state(): ShellState {
    return this.#state
  }

  get settings(): Omit<AppSettings, 'startAtLogin'> {
    return this.#state.settings ?? usualSettings
  }

  /** Resolves when this and every earlier change is on disk, or its failure is in the log. */
  update(change: Partial<ShellState>): Promise<void> {
    this.#state = { ...this.#state, ...change }
    this.#writing = this.#writing.then(() => this.#write(JSON.stringify(this.#state)))
    return this.#writing
  }

  async #write(text: string): Promise<void> {
    try {
      await writeFileDurably(this.#path, text)
    } catch (error) {
      this.#log.warn({ err: error, file: this.#path }, 'The place of the window could not be remembered')
    }
  }
}

async function readState(path: string, log: Log): Promise<ShellState> {
  try {
    return shellStateSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.warn({ err: error, file: path }, 'The place of the window is not known')
    return {}
  }
}
