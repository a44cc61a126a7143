import type { AcquiredLock, Fence, InputOf } from '../contract/index.ts'
import type { Caller } from './caller.ts'
import { HoldfastError } from './errors.ts'

export type AcquireOptions = Omit<InputOf<'locks.acquire'>, 'names'>

/** How many times a lease is renewed before it ends. */
const renewalsPerLease = 3
/** Beyond what a lock may wait in the queue. */
const answerMs = 15_000
const shortestPauseMs = 50

/** Milliseconds of a clock that does not jump. */
export type Monotonic = () => number

/**
 * Locks that are held, and renewed in the background, until they are released or lost. Whether they are still held is known for certain only by the host:
 * give `fences` to the writes that rely on it.
 */
export class HeldLock implements AsyncDisposable {
  readonly names: readonly string[]
  readonly token: number
  readonly #caller: Caller
  readonly #now: Monotonic
  readonly #grant: AcquiredLock
  readonly #lost = new AbortController()
  #heldUntil: number
  #timer: NodeJS.Timeout | undefined
  #isReleased = false

  constructor(deps: { caller: Caller; now: Monotonic }, grant: AcquiredLock, askedAt: number) {
    this.#caller = deps.caller
    this.#now = deps.now
    this.#grant = grant
    this.names = grant.names
    this.token = grant.token
    // Counted from before the request, with the time in the queue, which is not time of the lease: the host began to count later, however long its answer took.
    this.#heldUntil = askedAt + grant.waitedMs + grant.leaseMs
    this.#renewIn(grant.leaseMs / renewalsPerLease)
  }

  /** For the writes that only the holder may do. */
  get fences(): Fence[] {
    return this.names.map((lock) => ({ lock, token: this.token }))
  }

  /** Aborted with `lock_lost` when it could not be renewed; for the work that needs it. */
  get signal(): AbortSignal {
    return this.#lost.signal
  }

  /** As far as this side knows. */
  get isHeld(): boolean {
    return !this.#isReleased && !this.#lost.signal.aborted && this.#now() < this.#heldUntil
  }

  /** Of one that was lost or released already it says nothing. */
  async release(signal?: AbortSignal): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#isReleased || this.#lost.signal.aborted) return
    this.#isReleased = true
    await this.#caller.call('locks.release', { id: this.#grant.id }, signal).catch((error: unknown) => {
      // Whether it arrived or not, the lease ends by itself.
      if (!(error instanceof HoldfastError) || (error.code !== 'lock_lost' && error.code !== 'outcome_unknown')) throw error
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It ends by itself; a failure here would hide how the work ended.
    await this.release().catch(() => {})
  }

  #renewIn(ms: number): void {
    this.#timer = setTimeout(() => void this.#renew(), ms)
    // A lock is not what a program lives for.
    this.#timer.unref()
  }

  async #renew(): Promise<void> {
    const { id, leaseMs } = this.#grant
    const askedAt = this.#now()
    const leftMs = Math.max(shortestPauseMs, this.#heldUntil - askedAt)
    try {
      await this.#caller.call('locks.renew', { id, leaseMs }, AbortSignal.timeout(Math.ceil(leftMs)))
      this.#heldUntil = askedAt + leaseMs
      if (!this.#isReleased) this.#renewIn(leaseMs / renewalsPerLease)
    } catch (error) {
      if (this.#isReleased) return
      const isGone = error instanceof HoldfastError && error.code === 'lock_lost'
      if (isGone || this.#now() >= this.#heldUntil) this.#lose(error)
      else this.#renewIn(Math.max(shortestPauseMs, Math.min(leaseMs / renewalsPerLease, (this.#heldUntil - this.#now()) / 2)))
    }
  }

  #lose(cause: unknown): void {
    clearTimeout(this.#timer)
    this.#lost.abort(lost(this.names, cause))
  }
}

export class Locks {
  readonly #deps: { caller: Caller; now: Monotonic }

  constructor(deps: { caller: Caller; now: Monotonic }) {
    this.#deps = deps
  }

  /**
   * All names or none. Waits in the host's fair queue for at most `waitMs` (0: not at all), then throws `lock_taken`. Aborting leaves the queue.
   */
  async acquire(names: readonly string[], options: AcquireOptions = {}, signal?: AbortSignal): Promise<HeldLock> {
    const { caller, now } = this.#deps
    const call = { silenceMs: (options.waitMs ?? 0) + answerMs, alone: true }
    const askedAt = now()
    const grant = await caller.call('locks.acquire', { ...options, names: [...names] }, signal, call)
    return new HeldLock(this.#deps, grant, askedAt)
  }

  /**
   * Does `work` while the locks are held, and releases them whatever it does. `lock.signal` tells the work when they are lost; then
   * this throws `lock_lost`, also when the work went on to its end.
   */
  async with<R>(
    names: readonly string[],
    work: (lock: HeldLock) => Promise<R>,
    options: AcquireOptions = {},
    signal?: AbortSignal,
  ): Promise<R> {
    await using lock = await this.acquire(names, options, signal)
    const result = await work(lock)
    if (!lock.isHeld) throw lock.signal.reason ?? lost(lock.names, undefined)
    return result
  }
}

function lost(names: readonly string[], cause: unknown): HoldfastError {
  const sentence = `${names.join(', ')}: the lock is not held any more. Acquire it again, read again, then decide.`
  return new HoldfastError('lock_lost', sentence, { details: { names }, cause })
}
