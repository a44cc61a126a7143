import { connect, type HeldLock, type Holdfast, HoldfastError, type Transaction } from '../../../src/client/index.ts'
import { unjudged } from './observe.ts'
import type { Chance } from './seeded.ts'
import { isReady, slotCount, slotsOf } from './slots.ts'
import { sleep } from './troubled-host.ts'

/** What side clients know from one life of the host to the next. */
export interface SideState {
  /** No lock was ever granted with a greater token. */
  highestToken: number
  /** Who holds the lock, as far as the clients know. */
  holder: HeldLock | undefined
  readonly figures: { transfers: number; audits: number; fencedWrites: number; expiring: number; written: number; slots: number }
}

export const newSideState = (): SideState => ({
  highestToken: 0,
  holder: undefined,
  figures: { transfers: 0, audits: 0, fencedWrites: 0, expiring: 0, written: 0, slots: 0 },
})

export interface SideDeps {
  readonly socket: string
  readonly chance: Chance
  readonly state: SideState
  readonly problems: string[]
  /** The earliest that the host's clock may show, in milliseconds. */
  readonly hostNowMs: () => number
}

const accounts = 12
const startingBalance = 100
const bank = `${unjudged}bank/`
const fenced = `${unjudged}fenced`
const account = (number: number): string => `${bank}${number}`
const writtenAtOnce = 200

/** What a host that is killed, full, restored or asked too much may say to anybody. */
const expected = new Set([
  'unreachable',
  'interrupted',
  'outcome_unknown',
  'stopping',
  'unavailable',
  'overloaded',
  'disk_full',
  'conflict',
  'cancelled',
  'transaction_conflict',
  'transaction_over',
  'lock_taken',
  'lock_lost',
  'unique_violation',
  // A restore went back to before the collection was defined.
  'not_found',
])

/**
 * Programs beside the judged clients, through the client for programs: transfers between accounts whose sum must stay, a counter behind a lock, records that
 * expire, large batches, a
 * collection with a unique index. Each knows what must hold whatever happens to the host, restores included.
 */
export class SideClients {
  readonly #deps: SideDeps
  readonly #done: Promise<unknown>
  readonly #stop = new AbortController()

  constructor(deps: SideDeps) {
    this.#deps = deps
    this.#done = this.#work()
  }

  async stop(): Promise<void> {
    this.#stop.abort(new HoldfastError('cancelled', 'The round is over.'))
    await this.#done
  }

  async #work(): Promise<void> {
    let db: Holdfast
    try {
      db = await connect({ socket: this.#deps.socket, retry: { attempts: 2 } }, this.#stop.signal)
    } catch {
      // The host was killed before anybody came.
      return
    }
    const works = [
      this.#transfer,
      this.#transfer,
      this.#transfer,
      this.#audit,
      this.#countFenced,
      this.#countFenced,
      this.#expire,
      this.#writeMany,
      this.#takeSlot,
      this.#takeSlot,
    ]
    await Promise.all(works.map((work) => this.#repeat(() => work(db))))
    await db.close()
  }

  async #repeat(work: () => Promise<void>): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await work()
      } catch (error) {
        if (!(error instanceof HoldfastError) || !expected.has(error.code)) this.#deps.problems.push(`a program was told: ${error}`)
        else if (error.code === 'unreachable') return
        await sleep(20)
      }
    }
  }

  #transfer = async (db: Holdfast): Promise<void> => {
    const { chance, state } = this.#deps
    const [from, to, amount] = [chance.whole(0, accounts - 1), chance.whole(0, accounts - 1), chance.whole(1, 30)]
    if (from === to) return
    await db.transact(
      async (transaction) => {
        if ((await transaction.get(account(0))) === undefined) return openAccounts(transaction)
        const [one, other] = await transaction.getMany<number>([account(from), account(to)])
        if (one === undefined || other === undefined) throw new Error(`W2 account ${from} or ${to} is missing`)
        await transaction.put(account(from), one - amount)
        await transaction.put(account(to), other + amount)
      },
      {},
      this.#stop.signal,
    )
    state.figures.transfers++
  }

  /** Serialisable: whoever sees all accounts in one transaction that commits sees the same sum for ever. */
  #audit = async (db: Holdfast): Promise<void> => {
    const { problems, state } = this.#deps
    const balances = await db.transact(
      async (transaction) => {
        const found: number[] = []
        for await (const { value } of transaction.scan<number>({ prefix: bank }, this.#stop.signal)) found.push(value)
        return found
      },
      {},
      this.#stop.signal,
    )
    const sum = balances.reduce((total, balance) => total + balance, 0)
    if (balances.length > 0 && sum !== accounts * startingBalance)
      problems.push(`${balances.length} accounts hold ${sum} instead of ${accounts * startingBalance}: ${balances.join(' ')}`)
    state.figures.audits++
    await sleep(20)
  }

  #countFenced = async (db: Holdfast): Promise<void> => {
    const { problems, state } = this.#deps
    const floor = state.highestToken
    const lock = await db.locks.acquire(['torture'], { owner: 'torture', leaseMs: 1500, waitMs: 3000 }, this.#stop.signal)
    try {
      if (lock.token <= floor) problems.push(`L1 a lock was granted with token ${lock.token}, and ${floor} was granted before`)
      state.highestToken = Math.max(state.highestToken, lock.token)
      if (state.holder?.isHeld) problems.push(`L1 ${lock.token} and ${state.holder.token} hold the same lock`)
      state.holder = lock
      const before = (await db.records.get<{ token: number; count: number }>(fenced, this.#stop.signal))?.value ?? { token: 0, count: 0 }
      if (before.token > lock.token) problems.push(`L1 the holder ${lock.token} reads what ${before.token} wrote after it`)
      await db.records.put(fenced, { token: lock.token, count: before.count + 1 }, { fences: lock.fences }, this.#stop.signal)
      state.figures.fencedWrites++
    } finally {
      if (state.holder === lock) state.holder = undefined
      await lock.release().catch(() => {})
    }
  }

  #expire = async (db: Holdfast): Promise<void> => {
    const { chance, problems, state, hostNowMs } = this.#deps
    const key = `${unjudged}ttl/${chance.whole(1, 40)}`
    const beforeMs = hostNowMs()
    const record = await db.records.get(key, this.#stop.signal)
    // The clock may have gone back meanwhile.
    const nowMs = Math.min(beforeMs, hostNowMs())
    const expiresAtMs = Date.parse(record?.expiresAt ?? '9999-01-01T00:00:00Z')
    if (expiresAtMs <= nowMs) problems.push(`${key} expired at ${record?.expiresAt} and is shown at ${new Date(nowMs).toISOString()}`)
    await db.records.put(key, { filling: 'x'.repeat(chance.whole(1, 2000)) }, { ttlSeconds: chance.whole(1, 3) }, this.#stop.signal)
    state.figures.expiring++
  }

  #writeMany = async (db: Holdfast): Promise<void> => {
    const { chance, problems, state } = this.#deps
    const keys = Array.from({ length: writtenAtOnce }, () => `${unjudged}many/${chance.whole(1, 3000)}`)
    const results = await db.records.batch(
      keys.map((key) => ({ op: 'put', key, value: { of: key, at: new Date(0), text: key.repeat(chance.whole(1, 30)) } }) as const),
      { durability: 'committed' },
      this.#stop.signal,
    )
    state.figures.written += results.length
    const key = chance.pick(keys)
    const value = (await db.records.get<{ of: string; at: Date }>(key, this.#stop.signal))?.value
    if (value !== undefined && (value.of !== key || !(value.at instanceof Date))) problems.push(`R2 ${key} holds ${JSON.stringify(value)}`)
    await sleep(chance.whole(20, 200))
  }

  /** A unique index that is whole lets nobody have what another has. */
  #takeSlot = async (db: Holdfast): Promise<void> => {
    const { chance, problems, state } = this.#deps
    const signal = this.#stop.signal
    const slots = slotsOf(db)
    const wasReady = await isReady(slots, signal)
    const slot = chance.whole(1, slotCount)
    if (chance.yes(0.3)) await slots.delete(String(chance.whole(1, 60)), {}, signal)
    else {
      await slots.put(String(chance.whole(1, 60)), { slot, note: 'n'.repeat(chance.whole(0, 300)) }, {}, signal).catch((error: unknown) => {
        if (!(error instanceof HoldfastError) || error.code !== 'unique_violation') throw error
      })
    }
    const { items } = await slots.page({ slot }, {}, signal)
    if (items.length > 1 && wasReady && (await isReady(slots, signal)))
      problems.push(`slot ${slot} is taken by ${items.map(({ key }) => key).join(' and ')}`)
    state.figures.slots++
  }
}

async function openAccounts(transaction: Transaction): Promise<void> {
  for (let number = 0; number < accounts; number++) await transaction.put(account(number), startingBalance)
}
