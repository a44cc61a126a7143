import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SpacePart, SpaceReport, SpaceUsage, SpaceUsageInput } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import { compareKeys } from '../persistence/key-order.ts'
import { endOfPrefix } from '../persistence/page-query.ts'
import type { GenerationalStore } from '../persistence/record-store.ts'
import { folderBytes } from './folder-size.ts'
import { UsageMeter } from './usage-meter.ts'

/** An estimate looks at about so many records: some hundred milliseconds, in pieces. */
const sampledRecords = 20_000
/** Passed over in one turn, a millisecond or two. */
const keysInTurn = 10_000
const looksInTurn = 500
/** Pages of the indexes and the list of free pages change with each commit: less than this is nothing to win. */
const leastGainBytes = 64 * 1024

export interface SpaceManagerDeps {
  readonly store: Pick<GenerationalStore, 'space' | 'figures' | 'previousGeneration'>
  /** About how many records have a prefix. */
  readonly countBelow: (prefix: string) => number
  readonly folders: Readonly<Record<'data' | 'database' | 'journal' | 'backups' | 'undo' | 'logs' | 'series', string>>
  readonly clock: Clock
}

/** Says what takes how much room, and has some of it back. Its jobs must not run beside those that replace the database. */
export class SpaceManager {
  readonly #deps: SpaceManagerDeps

  constructor(deps: SpaceManagerDeps) {
    this.#deps = deps
  }

  async report(signal?: AbortSignal): Promise<SpaceReport> {
    const { store, folders, clock } = this.#deps
    const { fileBytes, usedBytes, pinned, holds, sweep } = store.space.figures()
    const { pageBytes, tables } = store.space.pages()
    const [parts, disk] = await Promise.all([this.#parts(signal), diskOf(folders.database)])
    const neededBytes = store.space.roomForCompaction()
    const freeBytes = Math.max(0, fileBytes - usedBytes)
    const sizeOf = (part: SpacePart) => parts.find((one) => one.part === part)?.bytes ?? null
    return {
      measuredAt: toIso(clock.wallMs()),
      disk,
      parts,
      database: { generation: store.figures().generation, fileBytes, usedBytes, freeBytes, pageBytes, tables: largestFirst(tables) },
      reclaimable: {
        compaction: {
          bytes: freeBytes < leastGainBytes ? 0 : freeBytes,
          neededBytes,
          possible: disk === null || disk.freeBytes >= neededBytes,
        },
        expiry: store.space.expired(),
        undo: { bytes: sizeOf('undo'), previousBytes: store.previousGeneration === null ? 0 : sizeOf('previous') },
      },
      readers: {
        count: pinned.readers,
        behind: pinned.behind,
        pinnedBytes: pinned.bytes,
        holders: [
          ...holds.map(({ holder, sinceMs }) => ({ holder, since: toIso(sinceMs) })),
          ...pinned.processIds
            .filter((processId) => processId !== process.pid)
            .map((processId) => ({ holder: 'process' as const, since: null, processId })),
        ],
      },
      sweep: sweep && {
        at: toIso(sweep.atMs),
        intervalSeconds: sweep.intervalMs / 1000,
        reclaimableBytes: sweep.reclaimableBytes,
        reclaimedBytes: sweep.reclaimedBytes,
        paused: sweep.isPaused,
      },
    }
  }

  /** An estimate: one of every so many records is looked at, each where they are few. Throws `invalid_request`, `cancelled`. */
  usage(input: SpaceUsageInput, signal: AbortSignal): Promise<SpaceUsage> {
    const every = Math.max(1, Math.floor(this.#deps.countBelow(input.prefix) / sampledRecords))
    return this.#measure(input, every, signal)
  }

  /** Throws `invalid_request` for what `measure` could not do. */
  check({ prefixes }: SpaceUsageInput): void {
    const sorted = prefixes?.toSorted(compareKeys) ?? []
    const at = sorted.findIndex((prefix, place) => sorted[place + 1]?.startsWith(prefix))
    if (at >= 0) {
      throw new HoldfastError(
        'invalid_request',
        `prefixes: ${JSON.stringify(sorted[at + 1])} lies in ${JSON.stringify(sorted[at])}; give prefixes that do not overlap.`,
        { details: { field: 'prefixes' } },
      )
    }
  }

  /** The same, exactly: looks at every record. Result: the fields of `SpaceUsage`, and `records` and `bytes` of all. */
  async measure(job: JobContext, input: SpaceUsageInput): Promise<Record<string, unknown>> {
    const total = this.#deps.countBelow(input.prefix)
    job.report({ phase: 'measuring', done: 0, total, unit: 'records' })
    const usage = await this.#measure(input, 1, job.signal, (done) => job.report({ done, total: Math.max(done, total) }))
    return { ...usage, records: usage.total.records, bytes: usage.total.bytes }
  }

  /** Throws what would make `compact` fail at once, such as `disk_full`. */
  assertCanCompact(): Promise<void> {
    return this.#deps.store.space.assertCanCompact()
  }

  /** Result: {beforeBytes, afterBytes, savedBytes, records, durationMs}. Throws `disk_full`, `conflict`, `cancelled`; then all is as it was. */
  async compact(job: JobContext): Promise<Record<string, unknown>> {
    const { store, clock } = this.#deps
    const startedMs = clock.monotonicMs()
    job.report({ phase: 'preparing', done: 0, total: null, unit: 'bytes' })
    const { beforeBytes, afterBytes, records } = await store.space.compact({
      signal: job.signal,
      onProgress: (phase, done, total) =>
        job.report({ phase, done, total, unit: phase === 'copying' ? 'bytes' : phase === 'walking' ? 'records' : 'steps' }),
    })
    job.log.info({ beforeBytes, afterBytes }, 'The database was written anew')
    const durationMs = Math.round(clock.monotonicMs() - startedMs)
    return { beforeBytes, afterBytes, savedBytes: Math.max(0, beforeBytes - afterBytes), records, durationMs }
  }

  async #measure(input: SpaceUsageInput, every: number, signal: AbortSignal, onSeen: (records: number) => void = () => {}) {
    this.check(input)
    const { store, clock } = this.#deps
    const nowMs = clock.wallMs()
    const meter = new UsageMeter(input, { nowMs, every })
    const limit = every === 1 ? looksInTurn : Math.max(1, Math.floor(keysInTurn / every))
    const to = endOfPrefix(input.prefix)
    let seen = 0
    for (let from: string | undefined = input.prefix, fromExclusive = false; from !== undefined; fromExclusive = true) {
      const { sizes, last } = store.space.sizes({ from, fromExclusive, to, every, limit })
      for (const size of sizes) meter.add(size)
      seen += sizes.length * every
      onSeen(seen)
      from = last
      await nextTurn()
      throwIfCancelled(signal)
    }
    return meter.result(toIso(nowMs))
  }

  async #parts(signal: AbortSignal | undefined): Promise<SpaceReport['parts']> {
    const { store, folders } = this.#deps
    const { data, database, ...simple } = folders
    const live = join(database, store.figures().generation)
    const previous = store.previousGeneration === null ? undefined : join(database, store.previousGeneration.id)
    const places: [SpacePart, string][] = [['database', live], ...(Object.entries(simple) as [SpacePart, string][])]
    if (previous !== undefined) places.push(['previous', previous])
    const known = new Set(places.map(([, folder]) => folder))
    const parts = await Promise.all(
      places.map(async ([part, folder]) => ({ part, folder, bytes: await folderBytes(folder, known, signal) })),
    )
    const other = { part: 'other' as const, folder: data, bytes: await folderBytes(data, known, signal) }
    return [...parts, other].toSorted((one, another) => (another.bytes ?? -1) - (one.bytes ?? -1))
  }
}

const largestFirst = <Sized extends { readonly bytes: number }>(all: readonly Sized[]): Sized[] =>
  all.toSorted((one, other) => other.bytes - one.bytes)

async function diskOf(folder: string): Promise<SpaceReport['disk']> {
  try {
    const { bsize, blocks, bavail } = await statfs(folder)
    return { totalBytes: blocks * bsize, freeBytes: bavail * bsize }
  } catch {
    return null
  }
}
