import { setTimeout as sleep } from 'node:timers/promises'
import type { ErrorCode } from '../contract/index.ts'
import { ConnectionError, HoldfastError } from './errors.ts'

/** `attempts` in all, the first included. Between them about `firstWaitMs`, then twice as long each time, at most `longestWaitMs`. */
export interface RetryPolicy {
  readonly attempts: number
  readonly firstWaitMs: number
  readonly longestWaitMs: number
}

/** Some five seconds: a host that is started anew is back by then. */
export const usualRetry: RetryPolicy = { attempts: 9, firstWaitMs: 40, longestWaitMs: 2000 }

/** With these the host says that it has done nothing of what was asked. */
const refusedWhole: ReadonlySet<string> = new Set([
  'overloaded',
  'unavailable',
  'stopping',
  'too_many_connections',
  'request_timeout',
] satisfies ErrorCode[])

/** Whether a request may be sent again after this. `repeatable`: doing it twice is as good as once. */
export function isWorthAnotherTry(error: unknown, repeatable: boolean): boolean {
  if (!(error instanceof HoldfastError)) return false
  if (error instanceof ConnectionError) return error.reason !== 'not_allowed' && (repeatable || !error.mayHaveArrived)
  return refusedWhole.has(error.code)
}

export interface RetryOptions {
  readonly policy: RetryPolicy
  /** From 0 up to 1. */
  readonly random: () => number
  readonly isWorthIt: (error: unknown) => boolean
}

/** Does `attempt` until it succeeds, fails for good, or the attempts are used up; then throws the last failure. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { policy, random, isWorthIt }: RetryOptions,
  signal?: AbortSignal,
): Promise<T> {
  for (let made = 1; ; made++) {
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      if (made >= policy.attempts || !isWorthIt(error)) throw error
      await pause(waitBefore(made, policy, random), signal)
    }
  }
}

/** Spread over half of it, so that clients that failed together do not come back together. */
function waitBefore(retry: number, { firstWaitMs, longestWaitMs }: RetryPolicy, random: () => number): number {
  return Math.min(longestWaitMs, firstWaitMs * 2 ** (retry - 1)) * (0.5 + random() / 2)
}

/** Throws the signal's reason. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal && { signal }).catch((error: unknown) => {
    signal?.throwIfAborted()
    throw error
  })
}
