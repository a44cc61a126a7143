import { type BatchResult, maxBatchBytes } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { OperationResult, StoredRecord, WriteOperation } from '../persistence/record-store.ts'
import { encodeValue } from './value-encoding.ts'

/** What a batch does its work with. */
export interface BatchStore {
  /** Undefined when absent. */
  read(key: string): StoredRecord | undefined
  commit(operations: readonly WriteOperation[], signal: AbortSignal | undefined): Promise<readonly OperationResult[]>
}

/** Refuses a batch whose answer would not fit: ten thousand reads of large values must not fill the memory. */
export class AnswerBudget {
  #bytes = 0

  take(record: StoredRecord, index: number): void {
    this.#bytes += record.value.byteLength
    if (this.#bytes <= maxBatchBytes) return
    throw new HoldfastError('too_large', `The values read by a batch have at most ${maxBatchBytes} bytes together; read them in several.`, {
      details: { index, key: record.key, limitBytes: maxBatchBytes },
    })
  }
}

export function foundResult(record: StoredRecord): BatchResult {
  const { value, encoding } = encodeValue(record.value)
  return { status: 200, version: record.meta.version, value, encoding }
}

export function missingResult(): BatchResult {
  return { status: 404, error: { code: 'not_found', detail: 'There is no record with this key.' } }
}

export function writeResult(result: OperationResult): BatchResult {
  switch (result.kind) {
    case 'created':
      return { status: 201, version: result.meta.version }
    case 'replaced':
      return { status: 200, version: result.meta.version }
    case 'deleted':
      return { status: 204 }
    case 'absent':
      return missingResult()
    default:
      return result satisfies never
  }
}

export function versionMismatch(key: string, facts: Record<string, unknown>): HoldfastError {
  return new HoldfastError(
    'precondition_failed',
    `The record ${JSON.stringify(key)} does not have the version that was asked for; read it again.`,
    {
      details: { ...facts, key },
    },
  )
}
