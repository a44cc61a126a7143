import { randomUUID } from 'node:crypto'
import { type Envelope, type ErrorCode, errorCodes, type Problem } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

/** What every request is told while the host is in some state. The state is logged when it begins; a line for each request would fill the disk that is full. */
const followFromState: ReadonlySet<ErrorCode> = new Set(['disk_full', 'read_only', 'store_damaged', 'unavailable', 'stopping'])

/**
 * What a caller is told of anything that was thrown. An unexpected failure is told as `internal` with an incident id that the log has
 * too; its own message, which may hold internals, goes to the log only.
 */
export function toHoldfastError(error: unknown, log: Log): HoldfastError {
  if (error instanceof HoldfastError && error.code !== 'internal') {
    if (followFromState.has(error.code)) log.debug({ code: error.code }, error.message)
    else if (error.status >= 500) log.warn({ err: error, code: error.code }, 'A request could not be served')
    return error
  }
  const incident = (error instanceof HoldfastError && error.incident) || randomUUID()
  log.error({ err: error, incident }, 'A request failed unexpectedly')
  const sentence = `Something failed inside Holdfast. The log has the reason under the incident ${incident}.`
  return new HoldfastError('internal', sentence, { incident, cause: error })
}

/** The body of an HTTP error. `status` is given where the protocol has a finer word than the code. */
export function toProblem(error: HoldfastError, status = error.status): Problem {
  const { title, retryable } = errorCodes[error.code]
  return {
    ...error.details,
    code: error.code,
    title,
    detail: error.message,
    status,
    retryable,
    ...(error.incident !== undefined && { incident: error.incident }),
  }
}

/** Runs an operation for a door where nothing may be thrown across. Never rejects. */
export async function toEnvelope<T>(run: () => Promise<T>, log: Log): Promise<Envelope<T>> {
  try {
    return { ok: true, value: await run() }
  } catch (error) {
    return { ok: false, error: toHoldfastError(error, log).toBody() }
  }
}
