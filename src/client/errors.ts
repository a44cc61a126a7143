import { type ErrorCode, errorCodes } from '../contract/index.ts'

/**
 * The codes of the contract, and what only a client can find: `unreachable`, no host answers; `bad_answer`, the answer is not that of a
 * host. A newer host may say further ones.
 */
export type HoldfastErrorCode = ErrorCode | 'unreachable' | 'bad_answer' | (string & {})

export interface HoldfastErrorFacts {
  readonly details?: Readonly<Record<string, unknown>>
  readonly retryable?: boolean
  /** Under which the host has logged it. */
  readonly incident?: string | undefined
  readonly cause?: unknown
}

/** A failure of the host, of the way to it, or of what it was asked. `message` is a sentence for people that says what to do. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError'
  readonly code: HoldfastErrorCode
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean
  readonly details: Readonly<Record<string, unknown>>
  readonly incident: string | undefined

  constructor(code: HoldfastErrorCode, message: string, { details, retryable, incident, cause }: HoldfastErrorFacts = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.retryable = retryable ?? (isKnown(code) && errorCodes[code].retryable)
    this.details = details ?? {}
    this.incident = incident
  }
}

const isKnown = (code: string): code is ErrorCode => Object.hasOwn(errorCodes, code)

/** Why a request has no answer. */
export type LostReason = 'absent' | 'not_allowed' | 'silent' | 'cut' | 'failed'

/** The way to the host failed. `mayHaveArrived`: whether the host did what was asked is not known. */
export class ConnectionError extends HoldfastError {
  readonly reason: LostReason
  readonly mayHaveArrived: boolean

  constructor(reason: LostReason, message: string, options: { mayHaveArrived: boolean; cause: unknown }) {
    super(reason === 'cut' ? 'interrupted' : 'unreachable', message, { retryable: true, cause: options.cause })
    this.reason = reason
    this.mayHaveArrived = options.mayHaveArrived
  }
}

/** The error that a body of `application/problem+json` tells. */
export function errorOfProblem(status: number, problem: unknown): HoldfastError {
  if (typeof problem !== 'object' || problem === null || !('code' in problem) || typeof problem.code !== 'string') {
    return new HoldfastError('bad_answer', `The host answered ${status} without saying why.`, { details: { status } })
  }
  const { code, detail, title, retryable, incident, ...details } = problem as Record<string, unknown>
  return new HoldfastError(String(code), String(detail ?? title ?? code), {
    details,
    ...(typeof retryable === 'boolean' && { retryable }),
    ...(typeof incident === 'string' && { incident }),
  })
}
