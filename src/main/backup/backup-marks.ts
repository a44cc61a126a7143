import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { renameDurably, writeFileDurably } from '../base/durable-file.ts'
import type { Log } from '../base/log.ts'

/** What was found when a file was last read whole. It holds for that very content only. */
const markSchema = z.object({
  file: z.string(),
  bytes: z.number(),
  modifiedMs: z.number(),
  state: z.enum(['verified', 'damaged']),
  at: z.iso.datetime(),
  /** How long making it took, reading back included. */
  durationMs: z.number().optional(),
  problem: z.string().optional(),
})
export type BackupMark = z.infer<typeof markSchema>

const fileSchema = z.object({ format: z.literal(1), marks: z.array(markSchema) })

/** More backups than this are not remembered; they appear as unverified. */
const maxMarks = 10_000

/**
 * Remembers which backups were read back whole, in one file of the data folder: not beside the backups, since a copy of a folder
 * has not been read.
 */
export class BackupMarks {
  readonly #path: string
  readonly #log: Log
  /** By file name, the latest last. */
  readonly #marks: Map<string, BackupMark>

  private constructor(path: string, log: Log, marks: readonly BackupMark[]) {
    this.#path = path
    this.#log = log
    this.#marks = new Map(marks.map((mark) => [mark.file, mark]))
  }

  /** A file that cannot be understood is put aside and costs no backup: they count as unverified until they are read again. Throws what the disk says. */
  static async open(path: string, log: Log): Promise<BackupMarks> {
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new BackupMarks(path, log, [])
      throw error
    }
    try {
      return new BackupMarks(path, log, fileSchema.parse(JSON.parse(text)).marks)
    } catch (error) {
      const aside = `${path}.damaged`
      await renameDurably(path, aside)
      log.warn(
        { err: error, path: aside },
        'What is known of the backups cannot be understood; they count as unverified until verified again',
      )
      return new BackupMarks(path, log, [])
    }
  }

  /** The mark of a file with this name, size and time of change; undefined when that file was never read whole. */
  of(file: { name: string; bytes: number; modifiedMs: number }): BackupMark | undefined {
    const mark = this.#marks.get(file.name)
    return mark?.bytes === file.bytes && mark.modifiedMs === file.modifiedMs ? mark : undefined
  }

  /**
   * Durable when it resolves, unless the disk refuses: what was found is known until the next start then, and the next mark writes it too. The data
   * folder may be the very disk that is full, and its backups lie on another one.
   */
  async set(mark: BackupMark): Promise<void> {
    const others = [...this.#marks.values()].filter(({ file }) => file !== mark.file)
    const kept = [...others, mark].slice(-maxMarks)
    this.#marks.clear()
    for (const one of kept) this.#marks.set(one.file, one)
    try {
      await writeFileDurably(this.#path, `${JSON.stringify({ format: 1, marks: kept }, null, 1)}\n`)
    } catch (error) {
      this.#log.warn(
        { err: error, file: mark.file },
        'What was found about a backup could not be written; after the next start it counts as unverified',
      )
    }
  }
}
