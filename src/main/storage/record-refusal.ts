import type { ErrorCode } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'

const codes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['schema_violation', 'unique_violation', 'index_key_too_long'])

/** What a collection says of one record: the others of the same transaction could be written without it. */
export const isRecordRefusal = (error: unknown): error is HoldfastError => error instanceof HoldfastError && codes.has(error.code)
