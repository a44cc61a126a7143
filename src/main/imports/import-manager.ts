import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ImportSourceInput, OutputOf, ParsedInputOf, UploadWish } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import { FailedItems } from './failed-items.ts'
import { FileSource } from './file-source.ts'
import { ImportRun, type ImportStore, withCounts } from './import-run.ts'
import type { ImportSource, SourceLimits } from './import-source.ts'
import { type ImportState, noCounts, readState, removeState, saveState } from './import-state.ts'
import { LmdbSource } from './lmdb-source.ts'
import { withoutPassword } from './redis-connection.ts'
import { RedisSource } from './redis-source.ts'
import type { Uploads } from './uploads.ts'

const stateEnding = '.state.json'
/** Files of older imports make room. */
const maxKept = 20
const isId = (id: string): boolean => /^[\w-]+$/.test(id)

export interface ImportManagerDeps {
  /** Where states and files of failed items are kept. */
  readonly folder: string
  /** Files that clients have sent. */
  readonly uploads: Uploads
  readonly store: ImportStore
  readonly clock: Clock
  readonly limits: SourceLimits
}

/** What a job does, and what a person may be told that it works on. */
export interface PreparedImport {
  readonly subject: string
  run(job: JobContext): Promise<Record<string, unknown>>
}

/** Of a file that is here already; `discard`: it is not going to be run. */
export interface ReceivedImport extends PreparedImport {
  discard(): Promise<void>
}

/** Imports from files of the host, from Redis and from LMDB. Each keeps how far it is, so that a crash costs a fifth of a second of reading again. */
export class ImportManager {
  readonly #deps: ImportManagerDeps

  constructor(deps: ImportManagerDeps) {
    this.#deps = deps
  }

  prepare({ source, existing, dryRun }: ParsedInputOf<'imports.start'>): PreparedImport {
    const kept = source.kind === 'redis' ? withoutPassword(source.url) : undefined
    const shown: ImportSourceInput = source.kind === 'redis' ? { ...source, url: kept?.url ?? '' } : source
    const password = kept?.password
    const state = (ending: ImportState['errors']['ending']): ImportState => ({
      format: 1,
      source: shown,
      needsPassword: password !== undefined,
      existing,
      dryRun,
      startedAtMs: this.#deps.clock.wallMs(),
      counts: noCounts,
      errors: { ending, bytes: 0, items: 0, leftOut: 0 },
      lastVersion: '',
      passVersion: '',
    })
    const run = (job: JobContext) => this.#begin(job, shown, password, (source_) => state(source_.errorsFormat.ending))
    return { subject: this.#subjectOf(shown), run }
  }

  /** Takes a file in, and prepares its import. Throws what `Uploads.receive` throws. */
  async receive(wish: UploadWish, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<ReceivedImport> {
    const { name, format, key, delimiter, header, prefix, existing, dryRun } = wish
    const path = await this.#deps.uploads.receive(name, content, signal)
    const mapping = {
      ...(key !== undefined && { key }),
      ...(delimiter !== undefined && { delimiter }),
      ...(header !== undefined && { header }),
    }
    const source = { kind: 'file' as const, path, mapping, prefix, ...(format !== undefined && { format }) }
    return { ...this.prepare({ source, existing, dryRun }), discard: () => this.#deps.uploads.remove(path) }
  }

  /** Once, at the start: forgets files that came in and whose import never began. */
  async removeLeftovers(): Promise<void> {
    await this.#deps.uploads.removeOthers(await this.#filesInUse())
  }

  /** Of imports that can be gone on with. */
  async #filesInUse(): Promise<Set<string>> {
    const names = await readdir(this.#deps.folder).catch(() => [])
    const states = await Promise.all(
      names.filter((name) => name.endsWith(stateEnding)).map((name) => readState(join(this.#deps.folder, name))),
    )
    return new Set(states.flatMap((state) => (state?.source.kind === 'file' ? [state.source.path] : [])))
  }

  /** Throws `not_found` when nothing is known of such an import that did not end, `invalid_request` when its password is needed again. */
  async prepareResume({ id, password }: ParsedInputOf<'imports.resume'>): Promise<PreparedImport> {
    const state = isId(id) ? await readState(this.#stateFile(id)) : undefined
    if (state === undefined) {
      throw new HoldfastError('not_found', 'There is nothing to go on with: this import has come to its end, or is not known any more.', {
        details: { id },
      })
    }
    if (state.needsPassword && password === undefined) {
      const sentence = 'password: expected that of the Redis again, since it is kept nowhere.'
      throw new HoldfastError('invalid_request', sentence, { details: { field: 'password' } })
    }
    const run = async (job: JobContext) => {
      // It may have ended, or been taken up by another job, while this one waited.
      const newest = await readState(this.#stateFile(id))
      if (newest === undefined) throw new HoldfastError('conflict', 'Another job goes on with this import.', { details: { id } })
      return this.#begin(job, newest.source, password, () => newest, id)
    }
    return { subject: this.#subjectOf(state.source), run }
  }

  /** Throws `not_found`. */
  async readErrors({ id, offset, length }: ParsedInputOf<'imports.errors'>): Promise<OutputOf<'imports.errors'>> {
    const path = isId(id) ? await this.#errorsFileOf(id) : undefined
    if (path === undefined) throw new HoldfastError('not_found', 'There is no file of failed lines for this import.', { details: { id } })
    const handle = await open(path, 'r')
    try {
      const { size } = await handle.stat()
      const part = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
      const { bytesRead } = await handle.read(part, 0, part.length, offset)
      return { name: `import-${basename(path)}`, size, offset, bytes: part.subarray(0, bytesRead).toString('base64') }
    } finally {
      await handle.close()
    }
  }

  async #begin(
    job: JobContext,
    input: ImportSourceInput,
    password: string | undefined,
    stateFor: (source: ImportSource) => ImportState,
    resumes?: string,
  ): Promise<Record<string, unknown>> {
    await mkdir(this.#deps.folder, { recursive: true, mode: 0o700 })
    await this.#makeRoom(resumes)
    const source = this.#sourceOf(input, password)
    try {
      job.report({ phase: 'opening' })
      const facts = await source.open(job.signal)
      const state = stateFor(source)
      if (resumes !== undefined) await this.#takeOver(resumes, job.id, state)
      return await this.#run(job, { source, facts, state, isResumed: resumes !== undefined })
    } finally {
      await source.close()
      await this.#removeIfDone(input)
    }
  }

  /** What a client has sent stays while its import can be gone on with. */
  async #removeIfDone(input: ImportSourceInput): Promise<void> {
    if (input.kind !== 'file' || !this.#deps.uploads.holds(input.path)) return
    if (!(await this.#filesInUse()).has(input.path)) await this.#deps.uploads.remove(input.path)
  }

  async #run(
    job: JobContext,
    {
      source,
      facts,
      state,
      isResumed,
    }: { source: ImportSource; facts: Awaited<ReturnType<ImportSource['open']>>; state: ImportState; isResumed: boolean },
  ): Promise<Record<string, unknown>> {
    const { store, clock } = this.#deps
    const path = this.#errorsFile(job.id, state.errors.ending)
    const failed = new FailedItems(path, source.errorsFormat, state.errors)
    const stateFile = this.#stateFile(job.id)
    const save = (newest: ImportState) => saveState(stateFile, newest)
    const lineName = state.source.kind === 'file' ? 'line' : 'record'
    const run = new ImportRun({ store, source, facts, failed, clock, isResumed, lineName, save }, job, state)
    try {
      await run.run()
      await failed.finish()
      await removeState(stateFile)
    } catch (error) {
      throw withCounts(error, run.counts, job.signal)
    } finally {
      await failed.close()
    }
    job.log.info({ ...run.counts }, 'Imported.')
    const hasErrors = run.counts.failed > 0 && (await isThere(path))
    return { ...run.counts, dryRun: state.dryRun, errors: run.errors, ...(hasErrors && { errorsFile: path }) }
  }

  #sourceOf(input: ImportSourceInput, password: string | undefined): ImportSource {
    const { limits, clock } = this.#deps
    switch (input.kind) {
      case 'file':
        return new FileSource(input, limits, clock)
      case 'redis':
        return new RedisSource(input, password, limits, clock)
      case 'lmdb':
        return new LmdbSource(input, limits)
      default:
        return input satisfies never
    }
  }

  /** From now on it is the new job's: its files have the new job's name. */
  async #takeOver(before: string, id: string, state: ImportState): Promise<void> {
    const { ending, bytes } = state.errors
    if (bytes > 0) await copyBeginning(this.#errorsFile(before, ending), this.#errorsFile(id, ending), bytes)
    await saveState(this.#stateFile(id), state)
    await removeState(this.#stateFile(before))
    await rm(this.#errorsFile(before, ending), { force: true })
  }

  /** Job ids begin with their time: the oldest come first. */
  async #makeRoom(keep: string | undefined): Promise<void> {
    const names = (await readdir(this.#deps.folder)).filter((name) => name.includes('.')).toSorted()
    const ids = [...new Set(names.map((name) => name.split('.')[0] ?? ''))].filter((id) => id !== keep)
    for (const id of ids.slice(0, Math.max(0, ids.length - maxKept))) {
      const state = await readState(this.#stateFile(id))
      if (state?.source.kind === 'file' && this.#deps.uploads.holds(state.source.path)) await this.#deps.uploads.remove(state.source.path)
      for (const name of names) if (name.startsWith(`${id}.`)) await rm(join(this.#deps.folder, name), { force: true })
    }
  }

  async #errorsFileOf(id: string): Promise<string | undefined> {
    for (const ending of ['ndjson', 'csv', 'json'] as const)
      if (await isThere(this.#errorsFile(id, ending))) return this.#errorsFile(id, ending)
    return undefined
  }

  #subjectOf(source: ImportSourceInput): string {
    switch (source.kind) {
      case 'file':
        return this.#deps.uploads.holds(source.path) ? this.#deps.uploads.nameOf(source.path) : basename(source.path)
      case 'redis':
        return new URL(source.url).host + new URL(source.url).pathname
      case 'lmdb':
        return source.table === undefined ? source.path : `${source.path} (${source.table})`
      default:
        return source satisfies never
    }
  }

  readonly #stateFile = (id: string): string => join(this.#deps.folder, id + stateEnding)
  readonly #errorsFile = (id: string, ending: string): string => join(this.#deps.folder, `${id}.failed.${ending}`)
}

async function copyBeginning(from: string, to: string, bytes: number): Promise<void> {
  const source = await open(from, 'r')
  const target = await open(to, 'w', 0o600)
  try {
    const part = Buffer.alloc(bytes)
    await source.read(part, 0, bytes, 0)
    await target.writeFile(part)
    await target.datasync()
  } finally {
    await source.close()
    await target.close()
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
