import { randomUUID } from 'node:crypto'
import {
  type AcquiredLock,
  type Fence,
  type HeldLock,
  type LockGrant,
  maxListedWaiters,
  type OutputOf,
  type ParsedInputOf,
} from '../../../contract/index.ts'
import type { ActivityPort } from '../../base/activity.ts'
import { type Clock, toIso } from '../../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { lockPrefix, type SystemTable } from '../../persistence/system-table.ts'
import { wrongPlace } from '../list-place.ts'
import { grantable, type LockClaim } from './lock-queue.ts'
import { decodeGrant, encodeGrant, grantIdOf, grantKey } from './lock-record.ts'

const maxGrants = 10_000
const maxWaiting = 1000
/** A timer cannot wait longer; it is set again then. */
const longestTimerMs = 2 ** 31 - 1

export interface LockManagerDeps {
  readonly system: SystemTable
  readonly clock: Clock
  readonly log: Log
  readonly activity?: ActivityPort
}

interface Grant extends LockClaim {
  readonly id: string
  readonly owner: string
  readonly acquiredAtMs: number
  leaseMs: number
  /** Of the monotonic clock: a wall clock that jumps ends no lease. */
  endsAtMs: number
  /** Undefined while its durable write is on the way. */
  token: number | undefined
}

interface Waiter extends LockClaim {
  readonly owner: string
  readonly leaseMs: number
  readonly sinceMs: number
  readonly granted: PromiseWithResolvers<Grant>
}

/**
 * Leases on names. A lock is granted once it is durable; its fencing token is the place of that write in the journal's order, so it only grows, over
 * restarts and restores too. A holder that lost its lease is fenced from that moment on, before anybody else is granted the lock (L1).
 */
export class LockManager {
  readonly #deps: LockManagerDeps
  readonly #grants = new Map<string, Grant>()
  #waiting: Waiter[] = []
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  /** Takes up the locks that were held when the host stopped: each for one whole lease, since nobody knows how long the host was away. */
  constructor(deps: LockManagerDeps) {
    this.#deps = deps
    const nowMs = deps.clock.monotonicMs()
    for (const [key, bytes] of deps.system.entries(lockPrefix)) {
      const stored = decodeGrant(bytes)
      if (stored === undefined) deps.log.warn({ key }, 'A lock of an earlier run cannot be read; it is ignored.')
      else this.#grants.set(grantIdOf(key), { id: grantIdOf(key), ...stored, endsAtMs: nowMs + stored.leaseMs })
    }
    this.#setTimer()
  }

  /**
   * Resolves when all names are held and that is durable. Throws `lock_taken` when they are not free within `waitMs`, `overloaded` when the queue is full,
   * `cancelled`, and what `RecordStore.commit` names.
   */
  async acquire(input: ParsedInputOf<'locks.acquire'>, signal?: AbortSignal): Promise<AcquiredLock> {
    throwIfCancelled(signal)
    const askedMs = this.#deps.clock.monotonicMs()
    this.#endExpired()
    const { names, mode, owner, leaseMs, waitMs } = input
    if (this.#isClosed) throw stopping()
    if (this.#grants.size >= maxGrants || this.#waiting.length >= maxWaiting) throw queueFull()
    const waiter: Waiter = {
      names: [...names].sort(),
      mode,
      owner,
      leaseMs,
      sinceMs: this.#deps.clock.wallMs(),
      granted: Promise.withResolvers(),
    }
    this.#waiting.push(waiter)
    this.#grantWaiting()
    const grant = await this.#wait(waiter, waitMs, signal)
    await this.#persist(grant)
    if (signal?.aborted) {
      await this.release(grant.id)
      throwIfCancelled(signal)
    }
    return { ...this.#toGrant(grant), waitedMs: Math.floor(grant.endsAtMs - grant.leaseMs - askedMs) }
  }

  /** The lease begins anew. Throws `lock_lost` when it is not held any more. */
  renew({ id, leaseMs }: ParsedInputOf<'locks.renew'>): LockGrant {
    this.#endExpired()
    const grant = this.#grants.get(id)
    if (grant?.token === undefined) throw lost(undefined)
    grant.leaseMs = leaseMs ?? grant.leaseMs
    grant.endsAtMs = this.#deps.clock.monotonicMs() + grant.leaseMs
    this.#setTimer()
    return this.#toGrant(grant)
  }

  /** Throws `lock_lost` when it is not held any more. */
  async release(id: string): Promise<void> {
    this.#endExpired()
    if (!this.#grants.has(id)) throw lost(undefined)
    await this.#end([id])
  }

  /** Takes the locks from their holder, which is fenced from now on. Throws `not_found`. */
  async forceRelease(id: string): Promise<void> {
    const grant = this.#grants.get(id)
    if (grant === undefined) throw new HoldfastError('not_found', 'This lock is not held any more.', { details: { id } })
    await this.#end([id])
    const facts = { names: grant.names.join(', ').slice(0, 500), owner: grant.owner }
    this.#deps.activity?.note({ action: 'lock.forced', target: { name: grant.names[0] ?? '' }, facts })
  }

  /** By name. A page goes on behind the last one before it, whether that is still held or not. */
  list({ after, limit }: ParsedInputOf<'locks.list'>): OutputOf<'locks.list'> {
    this.#endExpired()
    const last = after === undefined ? undefined : decodePlace(after)
    const left = [...this.#grants.values()]
      .filter((grant) => grant.token !== undefined && (last === undefined || comparePlaces(placeOf(grant), last) > 0))
      .sort((one, other) => comparePlaces(placeOf(one), placeOf(other)))
    const page = left.slice(0, limit)
    const items = page.map((grant) => ({ ...this.#toGrant(grant), ...this.#queueFor(grant) }))
    const end = page.at(-1)
    return { items, next: left.length > limit && end !== undefined ? encodePlace(placeOf(end)) : null }
  }

  /** A guard for a write that carries tokens: throws `lock_lost` unless each lock is held with its token in this very moment. */
  fence(fences: readonly Fence[]): () => void {
    return () => {
      this.#endExpired()
      for (const { lock, token } of fences) {
        const isHeld = [...this.#grants.values()].some((grant) => grant.token === token && grant.names.includes(lock))
        if (!isHeld) throw lost(lock)
      }
    }
  }

  get figures(): { readonly held: number; readonly waiting: number } {
    return { held: this.#grants.size, waiting: this.#waiting.length }
  }

  /** Who waits is told to come again; what is held stays held for the next start. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    for (const { granted } of this.#waiting.splice(0)) granted.reject(stopping())
  }

  async #wait(waiter: Waiter, waitMs: number, signal: AbortSignal | undefined): Promise<Grant> {
    const leave = (error: HoldfastError) => {
      const place = this.#waiting.indexOf(waiter)
      if (place < 0) return
      this.#waiting.splice(place, 1)
      waiter.granted.reject(error)
      // It may have stood in the way of others.
      this.#grantWaiting()
    }
    const cancelled = () => leave(new HoldfastError('cancelled', 'Cancelled; nothing was locked.'))
    const timer = setTimeout(() => leave(taken(waiter)), waitMs)
    signal?.addEventListener('abort', cancelled, { once: true })
    try {
      return await waiter.granted.promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancelled)
    }
  }

  #grantWaiting(): void {
    for (const waiter of grantable(this.#grants.values(), this.#waiting)) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
      const { names, mode, owner, leaseMs } = waiter
      const { clock } = this.#deps
      const endsAtMs = clock.monotonicMs() + leaseMs
      const grant: Grant = { id: randomUUID(), names, mode, owner, leaseMs, acquiredAtMs: clock.wallMs(), endsAtMs, token: undefined }
      this.#grants.set(grant.id, grant)
      waiter.granted.resolve(grant)
    }
    this.#setTimer()
  }

  async #persist(grant: Grant): Promise<void> {
    const { names, mode, owner, leaseMs, acquiredAtMs } = grant
    const value = (token: number) => encodeGrant({ names: [...names], mode, owner, leaseMs, acquiredAtMs, token })
    try {
      const { sequence } = await this.#deps.system.write((token) => [{ key: grantKey(grant.id), value: value(token) }])
      grant.token = sequence
      grant.endsAtMs = this.#deps.clock.monotonicMs() + leaseMs
      this.#setTimer()
    } catch (error) {
      this.#grants.delete(grant.id)
      this.#grantWaiting()
      throw error
    }
  }

  /** They are not held any more from this moment on; that the table forgets them follows. */
  async #end(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#grants.delete(id)
    this.#grantWaiting()
    await this.#deps.system.write(ids.map((id) => ({ key: grantKey(id), value: null })))
  }

  #endExpired(): void {
    const nowMs = this.#deps.clock.monotonicMs()
    const over = [...this.#grants.values()].filter(({ endsAtMs, token }) => token !== undefined && endsAtMs <= nowMs)
    if (over.length === 0) return
    this.#end(over.map(({ id }) => id)).catch((error: unknown) =>
      this.#deps.log.warn({ err: error }, 'Locks whose lease is over could not be removed from the table; the next start does it.'),
    )
  }

  #setTimer(): void {
    clearTimeout(this.#timer)
    if (this.#isClosed) return
    let nextMs = Number.POSITIVE_INFINITY
    // The lease of one that is still being written down has not begun.
    for (const { endsAtMs, token } of this.#grants.values()) if (token !== undefined) nextMs = Math.min(nextMs, endsAtMs)
    if (nextMs === Number.POSITIVE_INFINITY) return
    const waitMs = Math.min(longestTimerMs, Math.max(1, nextMs - this.#deps.clock.monotonicMs()))
    this.#timer = setTimeout(() => {
      this.#endExpired()
      this.#setTimer()
    }, waitMs)
    this.#timer.unref()
  }

  #queueFor({ names: held }: Grant): Pick<HeldLock, 'waiting' | 'queue'> {
    const queue = this.#waiting.filter((waiter) => waiter.names.some((name) => held.includes(name)))
    const told = queue.slice(0, maxListedWaiters)
    return {
      waiting: queue.length,
      queue: told.map(({ names, mode, owner, sinceMs }) => ({ names: [...names], mode, owner, since: toIso(sinceMs) })),
    }
  }

  #toGrant({ id, names, mode, owner, token, leaseMs, acquiredAtMs, endsAtMs }: Grant): LockGrant {
    const { clock } = this.#deps
    const expiresAt = toIso(clock.wallMs() + Math.max(0, endsAtMs - clock.monotonicMs()))
    return { id, names: [...names], mode, owner, token: token as number, leaseMs, acquiredAt: toIso(acquiredAtMs), expiresAt }
  }
}

/** Where a held lock stands in the list of them; of those that share a name, the one that was granted first comes first. */
interface Place {
  readonly name: string
  readonly token: number
}

const placeOf = ({ names, token = 0 }: Grant): Place => ({ name: names[0] as string, token })
const encodePlace = ({ name, token }: Place): string => `${token} ${name}`

function decodePlace(text: string): Place {
  const [, token, name] = /^(\d+) (.+)$/s.exec(text) ?? []
  if (token === undefined || name === undefined) throw wrongPlace()
  return { name, token: Number(token) }
}

function comparePlaces(one: Place, other: Place): number {
  if (one.name === other.name) return one.token - other.token
  return one.name < other.name ? -1 : 1
}

const stopping = () => new HoldfastError('stopping', 'Holdfast is stopping. Try again when it runs.')

const queueFull = () => new HoldfastError('overloaded', 'Too many locks are held or waited for. Try again in a moment.')

function taken({ names }: LockClaim): HoldfastError {
  const what = names.length === 1 ? `The lock ${JSON.stringify(names[0])} is` : `At least one of the ${names.length} locks is`
  return new HoldfastError('lock_taken', `${what} held by somebody else. Try again later, or wait longer with waitMs.`, {
    details: { names },
  })
}

function lost(lock: string | undefined): HoldfastError {
  const what = lock === undefined ? 'This lock is' : `The lock ${JSON.stringify(lock)} is`
  return new HoldfastError('lock_lost', `${what} not held with this token any more. Acquire it again, read again, then decide.`, {
    ...(lock !== undefined && { details: { lock } }),
  })
}
