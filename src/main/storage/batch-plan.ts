import type { BatchOperation } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { WriteOperation } from '../persistence/record-store.ts'
import { decodeValue, defaultContentType } from './value-encoding.ts'

/** One operation of a batch, checked and decoded. `index` is its place in the request. */
export type BatchStep =
  | { readonly kind: 'get'; readonly index: number; readonly key: string; readonly ifVersion: string | undefined }
  | { readonly kind: 'write'; readonly index: number; readonly key: string; readonly write: WriteOperation }
  /** A value above the limit: in a batch that is not atomic it fails alone. */
  | { readonly kind: 'refused'; readonly index: number; readonly key: string; readonly error: HoldfastError }

export interface PlanLimits {
  readonly maxValueBytes: number
  /** Of all values of a batch together. */
  readonly maxBatchBytes: number
}

/**
 * Checks and decodes what the schema cannot: values against their encodings, and sizes. Throws `invalid_request` naming the
 * operation's index, `too_large` when the values together exceed the limit of a batch.
 */
export function planBatch(operations: readonly BatchOperation[], nowMs: number, limits: PlanLimits): BatchStep[] {
  let bytes = 0
  return operations.map((operation, index) => {
    const step = toStep(operation, index, nowMs, limits.maxValueBytes)
    if (step.kind === 'write' && step.write.kind === 'put') bytes += step.write.value.byteLength
    if (bytes > limits.maxBatchBytes) {
      throw new HoldfastError(
        'too_large',
        `The values of a batch have at most ${limits.maxBatchBytes} bytes together; send several batches.`,
        {
          details: { index, limitBytes: limits.maxBatchBytes },
        },
      )
    }
    return step
  })
}

function toStep(operation: BatchOperation, index: number, nowMs: number, maxValueBytes: number): BatchStep {
  const { op, key, ifVersion } = operation
  switch (op) {
    case 'get':
      return { kind: 'get', index, key, ifVersion }
    case 'delete':
      return { kind: 'write', index, key, write: { kind: 'delete', key, ...withCondition(ifVersion) } }
    case 'put': {
      const { value, usualType } = decodeAt(index, operation)
      if (value.byteLength > maxValueBytes) {
        return { kind: 'refused', index, key, error: valueTooLarge(value.byteLength, maxValueBytes, { index, key }) }
      }
      const contentType = operation.contentType ?? usualType
      const expiresAtMs = operation.ttlSeconds === undefined ? null : nowMs + operation.ttlSeconds * 1000
      return { kind: 'write', index, key, write: { kind: 'put', key, value, contentType, expiresAtMs, ...withCondition(ifVersion) } }
    }
    default:
      return op satisfies never
  }
}

function withCondition(ifVersion: string | undefined): { condition?: { version: string } } {
  return ifVersion === undefined ? {} : { condition: { version: ifVersion } }
}

function decodeAt(index: number, operation: BatchOperation): { value: Uint8Array; usualType: string } {
  const { key, value, encoding } = operation
  try {
    if (value instanceof Uint8Array) return { value: bytesOf(value, encoding), usualType: defaultContentType('base64') }
    return { value: decodeValue(value, encoding ?? 'json'), usualType: defaultContentType(encoding ?? 'json') }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    throw new HoldfastError(error.code, `operations[${index}].${error.message}`, {
      details: { ...error.details, index, key },
      cause: error,
    })
  }
}

/** Where a body can say bytes they stand for themselves. */
function bytesOf(value: Uint8Array, encoding: BatchOperation['encoding']): Uint8Array {
  if (encoding === undefined) return value
  const expected = 'absent where the value is bytes'
  throw new HoldfastError('invalid_request', `encoding: expected ${expected}.`, { details: { field: 'encoding', expected } })
}

export function valueTooLarge(size: number, limitBytes: number, facts: Record<string, unknown>): HoldfastError {
  return new HoldfastError('too_large', `The value has ${size} bytes; the limit is ${limitBytes} (limits.max_value_mb).`, {
    details: { ...facts, limitBytes },
  })
}
