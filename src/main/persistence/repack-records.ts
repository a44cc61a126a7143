import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfCancelled } from '../base/errors.ts'
import type { Drain } from './drain.ts'
import type { LmdbEnvironment } from './lmdb-environment.ts'
import type { KeyedRecord } from './pack-threads.ts'
import type { RecordPacker } from './record-packer.ts'
import type { IsDue, RepackOutcome, RepackProgress } from './record-store.ts'

/** Read at once, in one turn. */
const sliceRecords = 1000
const sliceBytes = 1024 * 1024
/** Writers may bring a record in the old way while a pass goes on; more passes than these mean that something else is wrong. */
const mostPasses = 3

export interface RepackDeps {
  readonly environment: () => LmdbEnvironment
  readonly drain: Drain
  readonly packer: RecordPacker
}

/** Stores records of the database anew as the packer says now, slice by slice, while writes go on; their versions and values stay. */
export async function repackRecords(
  deps: RepackDeps,
  isDue: IsDue,
  { signal, onSeen, passes = mostPasses }: RepackProgress,
): Promise<RepackOutcome> {
  let repacked = 0
  for (let pass = 1; ; pass++) {
    const { due, done } = await repackOnce(deps, isDue, signal, onSeen)
    repacked += done
    if (due === done || pass >= passes) return { repacked, left: due - done }
  }
}

async function repackOnce(
  { environment, drain, packer }: RepackDeps,
  isDue: IsDue,
  signal: AbortSignal,
  onSeen: (records: number) => void,
) {
  let due = 0
  let done = 0
  let seen = 0
  for (let after: string | undefined = ''; after !== undefined; await nextTurn()) {
    throwIfCancelled(signal)
    const slice = readSlice(environment(), after, (key, record) => isDue(key, record, packer.means.plan))
    const packed = await packer.pack(slice.records)
    const rewrites = slice.records.map(({ key, record }, index) => ({ key, from: record, to: packed[index] as Buffer }))
    due += rewrites.length
    done += await drain.rewrite(rewrites.filter(({ from, to }) => from !== to))
    seen += slice.seen
    onSeen(seen)
    after = slice.last
  }
  return { due, done }
}

function readSlice(environment: LmdbEnvironment, after: string, isDue: (key: string, record: Buffer) => boolean) {
  const records: KeyedRecord[] = []
  let seen = 0
  let bytes = 0
  for (const { key, record } of environment.records.range({ from: after, fromExclusive: after !== '', to: undefined }, false)) {
    if (isDue(key, record)) records.push({ key, record })
    seen++
    bytes += record.length
    if (seen >= sliceRecords || bytes >= sliceBytes) return { records, seen, last: key }
  }
  return { records, seen, last: undefined }
}
