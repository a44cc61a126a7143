import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type Annotation, type AnnotationKind, annotationSchema } from '../../../contract/index.ts'
import { renameDurably, writeFileDurably } from '../../base/durable-file.ts'
import type { Log } from '../../base/log.ts'

const maxKept = 2000
const maxSubjectCharacters = 200
const fileSchema = z.object({ format: z.number(), annotations: z.array(annotationSchema) })
const format = 1

/** What happened, beside what was measured: the newest 2,000, kept over restarts. A file that cannot be written or read costs the file and nothing else. */
export class AnnotationLog {
  readonly #path: string | null
  readonly #log: Log
  #kept: Annotation[]
  #writing: Promise<void> = Promise.resolve()
  #isWaiting = false

  private constructor(path: string | null, log: Log, kept: Annotation[]) {
    this.#path = path
    this.#log = log
    this.#kept = kept
  }

  /** Never rejects. Without a path they are kept in memory only. */
  static async open(path: string | null, log: Log): Promise<AnnotationLog> {
    if (path === null) return AnnotationLog.inMemory(log)
    try {
      const file = fileSchema.safeParse(parseJson(await readFile(path, 'utf8')))
      if (file.success && file.data.format === format) return new AnnotationLog(path, log, file.data.annotations.slice(-maxKept))
      if (file.success && file.data.format > format) return AnnotationLog.inMemory(log)
      await renameDurably(path, `${path}.damaged`)
      log.error({ file: `${path}.damaged` }, 'The annotations of the series cannot be understood; they were put aside.')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        log.warn({ err: error, file: path }, 'The annotations of the series cannot be read; new ones are kept in memory only.')
        return AnnotationLog.inMemory(log)
      }
    }
    return new AnnotationLog(path, log, [])
  }

  static inMemory(log: Log): AnnotationLog {
    return new AnnotationLog(null, log, [])
  }

  get newest(): Annotation | undefined {
    return this.#kept.at(-1)
  }

  /** `atMs` in milliseconds since 1970. */
  add(atMs: number, kind: AnnotationKind, subject?: string): void {
    const annotation = { at: Math.round(atMs), kind, ...(subject !== undefined && { subject: subject.slice(0, maxSubjectCharacters) }) }
    this.#kept = [...this.#kept, annotation].slice(-maxKept)
    this.#save()
  }

  /** The newest `limit` of the span, oldest first. */
  within(fromMs: number, toMs: number, limit: number): Annotation[] {
    return this.#kept
      .filter(({ at }) => at >= fromMs && at <= toMs)
      .sort((one, other) => one.at - other.at)
      .slice(-limit)
  }

  /** Resolves when what was added is on disk, or could not be. */
  flush(): Promise<void> {
    return this.#writing
  }

  // Many at once are one write, of the newest state.
  #save(): void {
    const path = this.#path
    if (path === null || this.#isWaiting) return
    this.#isWaiting = true
    this.#writing = this.#writing.then(async () => {
      this.#isWaiting = false
      try {
        await writeFileDurably(path, `${JSON.stringify({ format, annotations: this.#kept })}\n`)
      } catch (error) {
        this.#log.warn({ err: error }, 'The annotations of the series cannot be written; the next change tries again.')
      }
    })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
