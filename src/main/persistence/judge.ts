import { maxKeyBytes } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { OverlayEntry } from './overlay.ts'
import { encodedBytes, encodeRecord } from './record-codec.ts'
import type { OperationResult, RecordMeta, WriteOperation } from './record-store.ts'
import { formatVersion, type HybridTime } from './version-clock.ts'

const pieceBytes = 256 * 1024

/** What a transaction does to one key: an encoded record, or null for a deletion. */
export interface Effect {
  readonly key: string
  readonly record: Buffer | null
  readonly meta: RecordMeta | null
  /** Of a record in a collection. */
  readonly indexed?: OverlayEntry['indexed']
}

/** The newest state of a key, acknowledged or not. `present` counts an expired record too: it still lies in the store. */
export interface KnownState {
  readonly meta: RecordMeta | null
  readonly present: boolean
  /** Why what lies there cannot be judged: its header is damaged. Then `meta` is null; it can be replaced and deleted, on no condition. */
  readonly damage?: HoldfastError
}

export interface Judgement {
  readonly effects: readonly Effect[]
  readonly results: readonly OperationResult[]
  /** How the number of records in the store changes. */
  readonly countChange: number
}

export interface Moment {
  readonly version: HybridTime
  readonly node: number
  readonly wallMs: number
  /** Of records in a collection that are written without a lifetime, in milliseconds. */
  readonly defaultTtlMs?: (key: string) => number | undefined
}

/**
 * Decides a transaction: each operation sees the earlier ones. `stateOf` gives the newest state of a key. Throws `precondition_failed` with the
 * index and key of the first operation whose condition does not hold, `invalid_request` for a key that no table could take (JN4), `record_damaged`
 * for a condition on what cannot be read; nothing has happened then.
 */
export function judge(operations: readonly WriteOperation[], stateOf: (key: string) => KnownState, moment: Moment): Judgement {
  const effects = new Effects()
  const results: OperationResult[] = []
  const stamp: Stamp = { ...moment, versionText: formatVersion(moment.version, moment.node), memory: new RecordMemory(operations) }
  let countChange = 0
  for (let index = 0; index < operations.length; index++) {
    const operation = operations[index] as WriteOperation
    const { key } = operation
    refuseBadKey(key, index)
    const before = stateAfter(effects.at(key)) ?? stateOf(key)
    const current = before.meta !== null && !hasExpired(before.meta, moment.wallMs) ? before.meta : null
    refuseUnlessHeld(operation, before, current, index)
    const isThere = current !== null || before.damage !== undefined
    if (operation.kind === 'delete') {
      results.push({ kind: isThere ? 'deleted' : 'absent' })
      if (!isThere) continue
      if (before.present) countChange--
      effects.put({ key, record: null, meta: null })
      continue
    }
    const effect = putEffect(operation, current, stamp)
    if (!before.present) countChange++
    effects.put(effect)
    results.push({ kind: isThere ? 'replaced' : 'created', meta: effect.meta })
  }
  return { effects: effects.all, results, countChange }
}

/** What all records of a transaction share. */
interface Stamp extends Moment {
  readonly versionText: string
  readonly memory: RecordMemory
}

/** Of each key the last one. While keys come in ascending order, as in a load, none comes twice and nothing need be kept to know that. */
class Effects {
  readonly all: Effect[] = []
  #places: Map<string, number> | undefined

  at(key: string): Effect | undefined {
    const last = this.all.at(-1)
    if (this.#places === undefined && last !== undefined && key <= last.key)
      this.#places = new Map(this.all.map((effect, place) => [effect.key, place]))
    const place = this.#places?.get(key)
    return place === undefined ? undefined : this.all[place]
  }

  /** `at` was asked before. */
  put(effect: Effect): void {
    const place = this.#places?.get(effect.key)
    if (place !== undefined) {
      this.all[place] = effect
      return
    }
    this.#places?.set(effect.key, this.all.length)
    this.all.push(effect)
  }
}

/** Memory for the records of one transaction in a few large pieces: they come and go together, and a piece for each costs more than filling it. */
class RecordMemory {
  #left: number
  #piece = Buffer.alloc(0)
  #at = 0

  constructor(operations: readonly WriteOperation[]) {
    this.#left = 0
    for (const operation of operations)
      if (operation.kind === 'put') this.#left += encodedBytes(operation.contentType, operation.value.byteLength)
  }

  take(bytes: number): Buffer {
    if (this.#at + bytes > this.#piece.length) {
      this.#piece = Buffer.allocUnsafe(Math.max(bytes, Math.min(this.#left, pieceBytes)))
      this.#at = 0
    }
    this.#left -= bytes
    this.#at += bytes
    return this.#piece.subarray(this.#at - bytes, this.#at)
  }
}

export const hasExpired = (meta: RecordMeta, wallMs: number): boolean => meta.expiresAtMs !== null && meta.expiresAtMs <= wallMs

const stateAfter = (effect: Effect | undefined): KnownState | undefined => effect && { meta: effect.meta, present: effect.meta !== null }

function putEffect(operation: WriteOperation & { kind: 'put' }, current: RecordMeta | null, moment: Stamp) {
  const { key, value, contentType } = operation
  const expiresAtMs = storedExpiry(operation.expiresAtMs ?? (operation.keepsLifetime ? null : defaultExpiry(key, moment)))
  const createdAtMs = current?.createdAtMs ?? moment.wallMs
  const fields = { version: moment.version, node: moment.node, contentType, createdAtMs, updatedAtMs: moment.wallMs, expiresAtMs }
  const meta: RecordMeta = {
    version: moment.versionText,
    contentType,
    size: value.byteLength,
    createdAtMs,
    updatedAtMs: moment.wallMs,
    expiresAtMs,
  }
  const target = moment.memory.take(encodedBytes(contentType, value.byteLength))
  return { key, record: encodeRecord(key, value, fields, target), meta }
}

function defaultExpiry(key: string, { wallMs, defaultTtlMs }: Moment): number | null {
  const ttlMs = defaultTtlMs?.(key)
  return ttlMs === undefined ? null : wallMs + ttlMs
}

// In the header 0 means never, and there are six bytes.
const storedExpiry = (ms: number | null): number | null => (ms === null ? null : Math.min(Math.max(1, Math.floor(ms)), 2 ** 48 - 1))

function refuseBadKey(key: string, index: number): void {
  // A third of the limit cannot exceed it: three bytes for each UTF-16 unit are the most.
  const isShort = key.length > 0 && (key.length * 3 <= maxKeyBytes || Buffer.byteLength(key) <= maxKeyBytes)
  if (isShort && key.isWellFormed()) return
  throw new HoldfastError('invalid_request', `A key has 1 to ${maxKeyBytes} bytes of valid UTF-8.`, { details: { index } })
}

function refuseUnlessHeld(operation: WriteOperation, before: KnownState, current: RecordMeta | null, index: number): void {
  const { key, condition } = operation
  const isConditional = condition !== undefined || (operation.kind === 'put' && operation.mustExist === true)
  if (isConditional && before.damage !== undefined) throw before.damage
  const holds = condition === undefined || (current?.version ?? null) === condition.version
  if (holds && !(operation.kind === 'put' && operation.mustExist && current === null)) return
  throw new HoldfastError('precondition_failed', refusal(key, current, condition?.version), { details: { index, key } })
}

function refusal(key: string, current: RecordMeta | null, wanted: string | null | undefined): string {
  const name = JSON.stringify(key)
  if (current === null) return `There is no record ${name} any more (or yet). Read it again, then decide.`
  if (wanted === null) return `The record ${name} exists already. Read it, then decide.`
  return `The record ${name} has changed since it was read. Read it again, then decide.`
}
