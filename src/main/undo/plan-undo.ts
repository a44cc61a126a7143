import type { RecordMeta, StoredRecord, WriteOperation } from '../persistence/record-store.ts'
import { digestOf, type KeptChange } from './kept-change.ts'
import type { ChangeOutcome } from './safety-file.ts'

/**
 * What became of one record of an act that was cut off, from what is there now: the version that the change made, null where it deleted the record,
 * false where it did not happen or somebody has written since.
 */
export function judgeOutcome({ before, after }: KeptChange, current: StoredRecord | undefined, nowMs: number): ChangeOutcome {
  if (after === null) return current === undefined && before !== null ? null : false
  if (current === undefined) return isPast(after.expiresAtMs, nowMs) ? 'expired' : false
  if (current.meta.version === before?.version) return false
  // What was written without a lifetime has that of its collection.
  const expiries = after.expiresAtMs === null ? [null, current.meta.expiresAtMs] : [current.meta.expiresAtMs]
  const isAfter = expiries.some((expiresAtMs) => digestOf({ ...current.meta, expiresAtMs, value: current.value }) === after.digest)
  return isAfter ? current.meta.version : false
}

export type UndoStep =
  | { readonly kind: 'put' | 'delete'; readonly operation: WriteOperation }
  /** `left`: written since. `expired`: its time has passed. `nothing`: it is as it was. */
  | { readonly kind: 'left' | 'expired' | 'nothing' }

/**
 * How one record comes back. Only a record that is as the act left it is touched, and the write is bound to that very version; what the act had
 * written with a time to live may have gone by itself.
 */
export function planUndo(change: KeptChange, outcome: ChangeOutcome, current: RecordMeta | undefined, nowMs: number): UndoStep {
  const { key, before, after } = change
  if (outcome === false) return { kind: 'nothing' }
  const hasExpired = outcome !== null && current === undefined && isPast(after?.expiresAtMs ?? null, nowMs)
  const isAsLeft = outcome === null ? current === undefined : current?.version === outcome
  if (!isAsLeft && !hasExpired) return { kind: 'left' }
  const condition = { version: current?.version ?? null }
  if (before === null)
    return current === undefined ? { kind: 'nothing' } : { kind: 'delete', operation: { kind: 'delete', key, condition } }
  if (isPast(before.expiresAtMs, nowMs)) return { kind: 'expired' }
  const content = { key, value: before.value, contentType: before.contentType, expiresAtMs: before.expiresAtMs }
  return { kind: 'put', operation: { ...content, kind: 'put', condition, keepsLifetime: true, comesBack: true } }
}

const isPast = (moment: number | null, nowMs: number): boolean => moment !== null && moment <= nowMs
