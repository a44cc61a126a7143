import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileDurably } from '../base/durable-file.ts'
import type { Log } from '../base/log.ts'

const noteSchema = z.object({
  formatVersion: z.literal(1),
  file: z.string(),
  /** The whole file before the change, as base64; null: there was none. */
  before: z.string().nullable(),
  beforeVersion: z.string(),
  afterVersion: z.string(),
  changedAt: z.string(),
  keys: z.array(z.string()),
  undoesUndo: z.boolean(),
})

/** What the last change made through Holdfast replaced. */
export type UndoNote = Omit<z.infer<typeof noteSchema>, 'formatVersion'>

/**
 * Keeps what one step of undo needs in a file of the data folder, which only its owner may read. It is written before the configuration:
 * a crash between the two leaves a note of a change that was not made, which `afterVersion` shows.
 */
export class UndoNotes {
  readonly #path: string
  readonly #log: Log

  constructor(path: string, log: Log) {
    this.#path = path
    this.#log = log
  }

  /** Null when there is none; one that cannot be read is of no use, and is said in the log. */
  async read(): Promise<UndoNote | null> {
    try {
      return noteSchema.parse(JSON.parse(await readFile(this.#path, 'utf8')))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#log.warn({ err: error, file: this.#path }, 'The note of the last change of settings cannot be read; it cannot be undone')
      }
      return null
    }
  }

  write(note: UndoNote): Promise<void> {
    return writeFileDurably(this.#path, JSON.stringify({ formatVersion: 1, ...note }), { mode: 0o600 })
  }
}
