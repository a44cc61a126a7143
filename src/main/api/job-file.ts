import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Job, jobSchema } from '../../contract/index.ts'
import { renameDurably, writeFileDurably } from '../base/durable-file.ts'
import type { Log } from '../base/log.ts'

const fileSchema = z.object({ format: z.literal(1), jobs: z.array(jobSchema) })

/**
 * Where jobs are remembered. Writes are one after another and always of the newest state; while one runs, any number of requests for
 * another are one.
 */
export class JobFile {
  readonly #path: string
  readonly #log: Log
  #wanted: { jobs: () => readonly Job[]; written: PromiseWithResolvers<void> } | undefined
  #writing: Promise<void> | undefined

  constructor(deps: { path: string; log: Log }) {
    this.#path = deps.path
    this.#log = deps.log
  }

  /** Oldest first. What cannot be read is put aside, never thrown away. */
  async read(): Promise<Job[]> {
    let text: string
    try {
      text = await readFile(this.#path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
    const parsed = fileSchema.safeParse(parseJson(text))
    if (parsed.success) return parsed.data.jobs
    const aside = `${this.#path}.damaged`
    await renameDurably(this.#path, aside)
    this.#log.error(
      { file: aside, reason: parsed.error.message },
      'The list of past jobs cannot be understood; it was put aside and a new one begun',
    )
    return []
  }

  /** Asks for a write; `jobs` is called when it begins. Resolves when it is on disk, or could not be written, which the log says. Never rejects. */
  save(jobs: () => readonly Job[]): Promise<void> {
    const written = this.#wanted?.written ?? Promise.withResolvers<void>()
    this.#wanted = { jobs, written }
    this.#start()
    return written.promise
  }

  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  #start(): void {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined
      // What was asked for while this was ending.
      if (this.#wanted !== undefined) this.#start()
    })
  }

  async #writeAll(): Promise<void> {
    while (this.#wanted !== undefined) {
      const { jobs, written } = this.#wanted
      this.#wanted = undefined
      try {
        await writeFileDurably(this.#path, `${JSON.stringify({ format: 1, jobs: jobs() })}\n`)
      } catch (error) {
        // A full disk must not stop the jobs themselves; the next change tries again.
        this.#log.error({ err: error }, 'The list of jobs could not be written')
      }
      written.resolve()
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
