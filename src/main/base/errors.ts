import { type ErrorBody, type ErrorCode, errorCodes } from '../../contract/index.ts'

export interface ErrorFacts {
  /** Plain facts for programs: the index, the key, the limit … Never internals, never values. */
  details?: Record<string, unknown>
  cause?: unknown
  incident?: string
}

/**
 * A failure that a caller can be told of. `message` is a sentence for people that says what is wrong and, where
 * something can be done, what to do. Anything else that is thrown is unexpected: the doors answer `internal` with an incident id.
 */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError'
  readonly code: ErrorCode
  readonly details: Record<string, unknown> | undefined
  readonly incident: string | undefined

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause })
    this.code = code
    this.details = facts.details
    this.incident = facts.incident
  }

  get status(): number {
    return errorCodes[this.code].status
  }

  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      retryable: errorCodes[this.code].retryable,
      ...(this.incident !== undefined && { incident: this.incident }),
      ...(this.details !== undefined && { details: this.details }),
    }
  }
}

/** Throws `cancelled` when the signal has been aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new HoldfastError('cancelled', 'Cancelled; everything is as it was before.', { cause: signal.reason })
}
