import type { OutputOf, ParsedInputOf } from '../../contract/index.ts'
import { toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { OperationResult, RecordMeta, StoredRecord, WriteOperation } from '../persistence/record-store.ts'
import type { RecentWriters } from './recent-writers.ts'
import { toItem } from './record-item.ts'

/** How often a change of what surrounds a value is tried anew when another write came between. */
const maxAttempts = 5

/** A part of a value. Throws `not_found` (with who deleted it, where that is known), `precondition_failed`, `range_not_satisfiable`. */
export function readPart(
  read: (key: string) => StoredRecord,
  writers: RecentWriters,
  { key, offset, length, ifVersion }: ParsedInputOf<'records.readPart'>,
): OutputOf<'records.readPart'> {
  const { meta, value } = orDeletion(key, read, writers)
  refuseOther(key, meta, ifVersion)
  // An empty value has one part, which is empty.
  if (offset > value.byteLength || (offset === value.byteLength && offset > 0)) {
    throw new HoldfastError('range_not_satisfiable', `The range lies outside of the value, which has ${meta.size} bytes.`, {
      details: { size: meta.size },
    })
  }
  const part = Buffer.from(value.buffer, value.byteOffset + offset, Math.min(length, value.byteLength - offset))
  return { ...toItem(key, meta), offset, bytes: part.toString('base64'), writtenBy: writers.writerOf(meta.version) }
}

function orDeletion(key: string, read: (key: string) => StoredRecord, writers: RecentWriters): StoredRecord {
  try {
    return read(key)
  } catch (error) {
    const deletion = writers.deletionOf(key)
    if (deletion === undefined || !(error instanceof HoldfastError) || error.code !== 'not_found') throw error
    const details = { ...error.details, deletedBy: deletion.actor, deletedAt: toIso(deletion.atMs) }
    throw new HoldfastError('not_found', error.message, { details, cause: error })
  }
}

interface AmendDeps {
  read(key: string): StoredRecord
  commit(operation: WriteOperation): Promise<OperationResult | undefined>
  wallMs(): number
}

/** Writes the same bytes with another end or type, bound to the state that was read. Throws `not_found`, `precondition_failed`. */
export async function amendRecord(
  { read, commit, wallMs }: AmendDeps,
  { key, ttlSeconds, contentType, ifVersion }: ParsedInputOf<'records.amend'>,
): Promise<OutputOf<'records.amend'>> {
  for (let attempt = 1; ; attempt++) {
    const { meta, value } = read(key)
    refuseOther(key, meta, ifVersion)
    const expiresAtMs = ttlSeconds === undefined ? meta.expiresAtMs : ttlSeconds === null ? null : wallMs() + ttlSeconds * 1000
    const condition = { version: meta.version }
    try {
      const content = { key, value, contentType: contentType ?? meta.contentType, expiresAtMs }
      const result = await commit({ kind: 'put', ...content, condition, keepsLifetime: ttlSeconds === undefined })
      if (result?.kind === 'replaced') return { key, version: result.meta.version }
      throw new Error(`An amendment ended as ${result?.kind}.`)
    } catch (error) {
      const changedMeanwhile = error instanceof HoldfastError && error.code === 'precondition_failed'
      if (!changedMeanwhile || ifVersion !== undefined || attempt === maxAttempts) throw error
    }
  }
}

function refuseOther(key: string, meta: RecordMeta, ifVersion: string | undefined): void {
  if (ifVersion === undefined || ifVersion === meta.version) return
  throw new HoldfastError('precondition_failed', 'The record has been changed since.', { details: { key, version: meta.version } })
}
