import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LmdbReader } from '../../../src/main/persistence/lmdb-reader.ts'
import { readerSlotsOf } from '../../../src/main/persistence/reader-slots.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { reclaimedShare, SweepCount, type SweepFigures } from '../../../src/main/persistence/sweep-figures.ts'
import { commit, drain, put, StoreHome } from '../../support/stores.ts'

let home: StoreHome
let store: GenerationalStore
beforeEach(async () => {
  home = await StoreHome.make()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await home.remove()
})

const nameOf = (n: number) => `k-${String(n).padStart(5, '0')}`

describe('growth under a held reader', () => {
  beforeEach(async () => {
    store = await home.open()
  })

  /** Writes the same records again and again. Gives what the file grew by. */
  async function rewrite(rounds: number): Promise<number> {
    const before = store.space.figures().usedBytes
    const beforeFile = store.figures().databaseBytes
    for (let round = 0; round < rounds; round++) {
      await commit(store, ...Array.from({ length: 60 }, (_, n) => put(nameOf(n), randomBytes(10_000))))
      await drain(store)
    }
    expect(store.space.figures().usedBytes).toBeLessThan(before + 2_000_000)
    return store.figures().databaseBytes - beforeFile
  }

  it('is measured: the pages that it keeps, how far behind it is, and none of it without one', async () => {
    await rewrite(4)
    const without = await rewrite(8)
    expect(store.space.figures().pinned.bytes).toBeLessThan(2_000_000)
    const held = await store.holdSnapshot()
    const reader = LmdbReader.open(held.generationFolder)
    const snapshot = reader.begin()
    const grown = await rewrite(8)
    const { pinned, holds } = store.space.figures()
    expect(grown).toBeGreaterThan(without + 3_000_000)
    expect(pinned.behind).toBeGreaterThanOrEqual(8)
    expect(pinned.readers).toBeGreaterThanOrEqual(1)
    expect(pinned.processIds).toEqual([process.pid])
    // What was rewritten eight times is what the file had to grow by, for want of pages that could be used again.
    expect(pinned.bytes).toBeGreaterThan(3_000_000)
    expect(pinned.bytes).toBeLessThan(store.figures().databaseBytes)
    expect(holds).toEqual([{ holder: 'backup', sinceMs: home.clock.wallMs() }])
    snapshot[Symbol.dispose]()
    await reader.close()
    held.release()
    const after = await rewrite(4)
    expect(after).toBeLessThan(1_500_000)
    expect(store.space.figures().pinned.bytes).toBeLessThan(2_000_000)
    expect(store.space.figures().holds).toEqual([])
  })

  it('names the process and the commit of each reader, and passes over those that read nothing', () => {
    const list = '\t\tpid\t\t thread\t\t txnid\n     12345 7f3c2a1b 42\n       678 7f00 -\n'
    expect(readerSlotsOf(list)).toEqual([{ processId: 12_345, transaction: 42 }])
    expect(readerSlotsOf('(no active readers)\n')).toEqual([])
  })
})

describe('the pages of the database', () => {
  it('are told table by table, and what is used and what is not make the file', async () => {
    store = await home.open()
    await commit(store, ...Array.from({ length: 2000 }, (_, n) => put(nameOf(n), 'x'.repeat(200), { expiresAtMs: n < 10 ? 1e15 : null })))
    await drain(store)
    const { tables, usedBytes, pageBytes } = store.space.pages()
    const entriesOf = (name: string) => tables.find((table) => table.name === name)?.entries
    expect([entriesOf('records'), entriesOf('expiry')]).toEqual([2000, 10])
    expect(usedBytes % pageBytes).toBe(0)
    expect(usedBytes).toBeGreaterThan(2000 * 256)
    expect(usedBytes).toBeLessThanOrEqual(store.figures().databaseBytes)
  })

  it('a sample of sizes stands for all, and everything is seen when each is looked at', async () => {
    store = await home.open()
    await commit(store, ...Array.from({ length: 1000 }, (_, n) => put(nameOf(n), 'x'.repeat(100))))
    await drain(store)
    const all = (every: number, from = '') => {
      const keys: string[] = []
      for (let at: string | undefined = from, fromExclusive = false; at !== undefined; fromExclusive = true) {
        const { sizes, last } = store.space.sizes({ from: at, fromExclusive, to: undefined, every, limit: 7 })
        keys.push(...sizes.map(({ key }) => key))
        at = last
      }
      return keys
    }
    expect(all(1)).toEqual(Array.from({ length: 1000 }, (_, n) => nameOf(n)))
    expect(all(10)).toHaveLength(100)
    expect(new Set(all(10)).size).toBe(100)
    expect(all(100, nameOf(500))).toHaveLength(5)
    const [first] = store.space.sizes({ from: '', fromExclusive: false, to: undefined, every: 1, limit: 1 }).sizes
    expect(first).toMatchObject({ key: nameOf(0), valueBytes: 100, updatedAtMs: home.clock.wallMs() })
  })
})

describe('C12 expired bytes', () => {
  const expiring = (count: number) =>
    commit(store, ...Array.from({ length: count }, (_, n) => put(nameOf(n), 'x'.repeat(100), { expiresAtMs: home.clock.wallMs() + 1000 })))

  it('are reclaimed within the interval, by far the most of them, while reads go on', async () => {
    const passes = vi.spyOn(SweepCount.prototype, 'end')
    store = await home.open({ settings: { sweepEveryMs: 50 } })
    await expiring(3000)
    await commit(store, put('kept', '1'))
    await drain(store)
    expect(store.space.expired()).toEqual({ records: 0, bytes: 0 })
    const [first] = store.space.sizes({ from: '', fromExclusive: false, to: undefined, every: 1, limit: 1 }).sizes
    home.clock.advance(1000)
    const busy = () => passes.mock.results.map(({ value }) => value as SweepFigures).find(({ reclaimableBytes }) => reclaimableBytes > 0)
    await expect.poll(busy, { timeout: 15_000, interval: 10 }).toBeDefined()
    const sweep = busy() as SweepFigures
    expect(sweep.reclaimableBytes).toBe(3000 * (first?.bytes ?? 0))
    expect(reclaimedShare(sweep)).toBeGreaterThan(0.95)
    expect(sweep).toMatchObject({ isPaused: false, intervalMs: 50 })
    expect(store.figures().records).toBe(1)
    await drain(store)
    expect(store.space.expired()).toEqual({ records: 0, bytes: 0 })
  })

  it('that wait because the clock has jumped are told, and none is called reclaimed', async () => {
    store = await home.open({ settings: { sweepEveryMs: 20 } })
    await expiring(100)
    await drain(store)
    home.clock.jump(10_000_000)
    await expect.poll(() => store.space.figures().sweep?.isPaused, { timeout: 15_000 }).toBe(true)
    const { sweep } = store.space.figures()
    expect(sweep?.reclaimedBytes).toBe(0)
    expect(sweep?.reclaimableBytes).toBeGreaterThan(100 * 100)
  })
})
