import { associatedWith, compress, type Dictionary, openPayload, type PayloadMeans } from './payload-codec.ts'
import {
  dictionaryIdOf,
  flagsOf,
  keyIdOf,
  payloadOf,
  recordFlags,
  recordHeaderBytes,
  typeBytesOf,
  valueBytesOf,
  writeChecksum,
  writeHeaderCheck,
} from './record-header.ts'
import { type RecordSealer, sealBytes } from './record-sealer.ts'

/** Smaller values gain less than the time that reading them takes. */
export const compressFromBytes = 256
/** With a dictionary. */
export const compressWithDictionaryFromBytes = 48

/** How records are to be stored. */
export interface PackPlan {
  /** Values of at least so many bytes are compressed where it pays; infinite: none. */
  readonly compressFromBytes: number
  readonly dictionaryFor: (key: string) => Dictionary | undefined
  /** Encrypts; null: nothing is encrypted. */
  readonly sealer: RecordSealer | null
}

/** The same record, its value stored as the plan says: the record itself where that changes nothing. Throws what `openPayload` throws. */
export function packRecord(key: string, record: Buffer, plan: PackPlan, means: PayloadMeans): Buffer {
  const isPlain = flagsOf(record) === 0
  if (isPlain && plan.sealer === null && valueBytesOf(record) < smallestOf(plan)) return record
  const value = isPlain ? payloadOf(record) : openPayload(key, record, means)
  const { body, dictionaryId } = bodyOf(key, value, plan)
  const isCompressed = body !== value
  if (isPlain && !isCompressed && plan.sealer === null) return record
  return encodePacked(key, record, { body, isCompressed, dictionaryId, sealer: plan.sealer })
}

const smallestOf = ({ compressFromBytes: least }: PackPlan): number =>
  least === Number.POSITIVE_INFINITY ? least : Math.min(least, compressWithDictionaryFromBytes)

function bodyOf(key: string, value: Buffer, plan: PackPlan): { body: Buffer; dictionaryId: number } {
  const asItIs = { body: value, dictionaryId: 0 }
  if (value.length < smallestOf(plan)) return asItIs
  const dictionary = plan.dictionaryFor(key)
  if (dictionary === undefined && value.length < plan.compressFromBytes) return asItIs
  const body = compress(value, dictionary)
  // Less than an eighth is not worth the time of every read.
  return body.length <= value.length - value.length / 8 ? { body, dictionaryId: dictionary?.id ?? 0 } : asItIs
}

interface Packed {
  readonly body: Buffer
  readonly isCompressed: boolean
  readonly dictionaryId: number
  readonly sealer: RecordSealer | null
}

function encodePacked(key: string, source: Buffer, { body, isCompressed, dictionaryId, sealer }: Packed): Buffer {
  const typeBytes = typeBytesOf(source)
  const payloadBytes = body.length + (sealer === null ? 0 : sealBytes)
  const payloadAt = recordHeaderBytes + typeBytes
  const record = Buffer.allocUnsafe(payloadAt + payloadBytes)
  source.copy(record, 0, 0, payloadAt)
  record[1] = (isCompressed ? recordFlags.compressed : 0) | (sealer === null ? 0 : recordFlags.encrypted)
  record.writeUInt32LE(payloadBytes, 4)
  record.writeUInt32LE(sealer?.master.id ?? 0, 42)
  record.writeUInt32LE(dictionaryId, 46)
  writeHeaderCheck(record, typeBytes)
  record.set(sealer === null ? body : sealer.seal(body, associatedWith(key, record)), payloadAt)
  writeChecksum(key, record, record.subarray(payloadAt))
  return record
}

/** What a value takes in the store, before it was encrypted. */
export const storedBytesOf = (record: Buffer): number => record.readUInt32LE(4) - (flagsOf(record) & recordFlags.encrypted ? sealBytes : 0)

/** Whether a record is stored with another key than the plan's, or with none where there is to be one. */
export const isSealedOtherwise = (record: Buffer, plan: Pick<PackPlan, 'sealer'>): boolean =>
  keyIdOf(record) !== (plan.sealer?.master.id ?? 0)

/** Whether a record might be stored smaller: it is not compressed, or with another dictionary. */
export function isPackedOtherwise(key: string, record: Buffer, plan: PackPlan): boolean {
  const valueBytes = valueBytesOf(record)
  if (valueBytes < smallestOf(plan)) return false
  const dictionary = plan.dictionaryFor(key)
  if (flagsOf(record) & recordFlags.compressed) return dictionary !== undefined && dictionaryIdOf(record) !== dictionary.id
  return dictionary !== undefined || valueBytes >= plan.compressFromBytes
}
