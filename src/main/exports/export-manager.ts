import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ParsedInputOf } from '../../contract/index.ts'
import { renameDurably } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import { LmdbFile } from '../imports/lmdb-file.ts'
import type { StoredRecord } from '../persistence/record-store.ts'
import { layouts, longestKeyBytes } from './lmdb-pages.ts'
import { LmdbWriter } from './lmdb-writer.ts'
import { refuseOwnFolders } from './own-folders.ts'

type ExportInput = ParsedInputOf<'exports.start'>

export interface ExportManagerDeps {
  /** Those of the store, into which no copy goes. */
  readonly ownFolders: readonly string[]
  /** Records with a prefix in key order. */
  read(from: { prefix: string; signal: AbortSignal }): AsyncIterable<readonly StoredRecord[]>
}

/** Copies of the store in forms of other programs. */
export class ExportManager {
  readonly #deps: ExportManagerDeps

  constructor(deps: ExportManagerDeps) {
    this.#deps = deps
  }

  /**
   * Throws `conflict` when there is something at the path already: an export never replaces what it did not write; `invalid_request` for one in the folders
   * of the store.
   */
  async prepare(input: ExportInput): Promise<{ subject: string; run(job: JobContext): Promise<Record<string, unknown>> }> {
    await refuseOwnFolders(input.path, this.#deps.ownFolders)
    await refuseTaken(input.path)
    return { subject: input.path, run: (job) => this.#copy(job, input) }
  }

  /** Under another name beside it until it is whole and was read back. */
  async #copy(job: JobContext, input: ExportInput): Promise<Record<string, unknown>> {
    const unfinished = `${input.path}.${randomBytes(4).toString('hex')}.tmp`
    try {
      await mkdir(dirname(input.path), { recursive: true })
      await mkdir(unfinished, { mode: 0o700 })
      const figures = await this.#write(job, input, join(unfinished, 'data.mdb'))
      job.report({ phase: 'verifying' })
      await verify(unfinished, figures.records)
      await refuseTaken(input.path)
      await rmdir(input.path).catch(() => undefined)
      await renameDurably(unfinished, input.path)
      job.log.info(figures, 'Copied records into an LMDB folder.')
      return { ...figures, path: input.path }
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true })
      throw told(error, input.path)
    }
  }

  async #write(
    job: JobContext,
    { prefix, format }: ExportInput,
    file: string,
  ): Promise<{ records: number; bytes: number; leftOut: number }> {
    const handle = await open(file, 'wx', 0o600)
    try {
      const writer = new LmdbWriter(handle, layouts[format])
      let records = 0
      let leftOut = 0
      job.report({ phase: 'copying', done: 0, total: null, unit: 'records' })
      for await (const page of this.#deps.read({ prefix, signal: job.signal })) {
        for (const { key, value } of page) {
          const bytes = Buffer.from(key, 'utf8')
          if (bytes.length > longestKeyBytes) leftOut++
          else {
            await writer.add(bytes, value)
            records++
          }
        }
        job.report({ done: records })
      }
      return { records, bytes: await writer.end(), leftOut }
    } finally {
      await handle.close()
    }
  }
}

async function verify(folder: string, records: number): Promise<void> {
  const file = await LmdbFile.open(folder)
  try {
    const meta = await file.meta()
    let found = 0
    for await (const _ of file.entries(meta, meta.main, { after: undefined, maxValueBytes: Number.POSITIVE_INFINITY })) found++
    if (found !== records || meta.main.entries !== records) throw new Error(`The copy has ${found} records of ${records}.`)
  } finally {
    await file.close()
  }
}

async function refuseTaken(path: string): Promise<void> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => (error.code === 'ENOENT' ? [] : [error.code ?? '']))
  if (names.length === 0) return
  throw new HoldfastError('conflict', `There is something at ${path} already. Give a folder that is not there yet, or is empty.`, {
    details: { path },
  })
}

function told(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC')
    return new HoldfastError('disk_full', `The disk of ${path} is full; nothing is left of the copy.`, { cause: error })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new HoldfastError('forbidden', `The user of the host may not write to ${path}; choose another folder.`, {
      details: { path },
      cause: error,
    })
  if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ELOOP')
    return new HoldfastError('invalid_request', `There can be no folder at ${path}; choose another place.`, {
      details: { field: 'path', path },
      cause: error,
    })
  return error
}
