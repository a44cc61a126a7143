import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/main/base/log.ts'
import { ExpirySweep } from '../../../src/main/persistence/expiry-sweep.ts'
import type { ExpiryEntry } from '../../../src/main/persistence/lmdb-expiry-table.ts'
import type { GenerationalStore, RecordMeta } from '../../../src/main/persistence/record-store.ts'
import { ManualClock } from '../../support/clock.ts'
import { commit, drain, put, StoreHome, textOf } from '../../support/stores.ts'

const until = async (isOver: () => boolean) => {
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('expired records in a store', () => {
  let home: StoreHome
  let store: GenerationalStore
  beforeEach(async () => {
    home = await StoreHome.make()
    store = await home.open({ settings: { sweepEveryMs: 20 } })
  })
  afterEach(() => home.remove())
  const inMs = (ms: number) => ({ expiresAtMs: home.clock.wallMs() + ms })

  it('are deleted for good, by journaled deletes that are announced, and the others stay', async () => {
    const announced: string[] = []
    store.onCommitted(({ keys }) => announced.push(...keys))
    await commit(store, put('gone', '1', inMs(1000)), put('later', '1', inMs(1_000_000)), put('kept', '1'))
    home.clock.advance(1000)
    await until(() => store.figures().records === 2)
    expect(announced).toEqual(['gone', 'later', 'kept', 'gone'])
    await drain(store)
    expect(store.figures()).toMatchObject({ records: 2, recordsExact: true, sequence: 2 })
    await store.close()
    const again = await home.open()
    expect([again.figures().records, textOf(again, 'later')]).toEqual([2, '1'])
  })

  it('that were renewed in time stay, and leave nothing behind in the table of moments', async () => {
    for (let n = 0; n < 30; n++) {
      await commit(store, put('renewed', `${n}`, inMs(1000)))
      await drain(store)
      home.clock.advance(900)
    }
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(textOf(store, 'renewed')).toBe('29')
    // Stale moments have passed; if any were left, the count would be an estimate.
    expect(store.figures()).toMatchObject({ records: 1, recordsExact: true })
  })

  it('by the thousands are all deleted', async () => {
    for (let part = 0; part < 3; part++)
      await commit(store, ...Array.from({ length: 1200 }, (_, n) => put(`k${part}-${n}`, '1', inMs(1000))))
    home.clock.advance(1000)
    await until(() => store.figures().records === 0)
  })

  it('CP3 are not deleted while the clock cannot be trusted, and nobody is shown them', async () => {
    await commit(store, put('a', '1', inMs(1_000_000)))
    await drain(store)
    home.clock.jump(10_000_000)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(store.get('a')).toBeUndefined()
    expect(store.figures()).toMatchObject({ records: 1, recordsExact: false })
    home.clock.jump(-10_000_000)
    expect(textOf(store, 'a')).toBe('1')
  })
})

describe('CP3 one pass of the sweep', () => {
  function sweepOver(entries: ExpiryEntry[], options: { lastCommitMs?: number; mayWrite?: boolean } = {}) {
    const clock = new ManualClock()
    const deleted: string[] = []
    const forgotten: ExpiryEntry[] = []
    let drains = 0
    const sweep = new ExpirySweep({
      clock,
      everyMs: 3_600_000,
      log: silentLog,
      expired: (untilMs, limit) => entries.filter(({ expiresAtMs }) => expiresAtMs <= untilMs).slice(0, limit),
      countExpired: () => entries.length,
      bytesOf: () => 100,
      metaOf: (key) => ({ version: `v-${key}`, expiresAtMs: entries.find((entry) => entry.key === key)?.expiresAtMs }) as RecordMeta,
      lastCommitMs: () => options.lastCommitMs ?? clock.wallMs(),
      deleteUnchanged: async (records) => {
        if (options.mayWrite === false) return false
        deleted.push(...records.map(({ key, version }) => `${key} ${version}`))
        return true
      },
      forget: (gone) => {
        forgotten.push(...gone)
        entries.splice(0, gone.length)
      },
      drained: async () => {
        drains++
        return true
      },
    })
    return { clock, sweep, deleted, forgotten, drains: () => drains }
  }
  const past = (count: number, clock = new ManualClock()): ExpiryEntry[] =>
    Array.from({ length: count }, (_, n) => ({ key: `k${n}`, expiresAtMs: clock.wallMs() - 1000 + n / 10_000 }))

  it('deletes each record in the version that expired', async () => {
    const { sweep, deleted, forgotten } = sweepOver(past(2))
    await sweep.run()
    expect(deleted).toEqual(['k0 v-k0', 'k1 v-k1'])
    expect(forgotten).toHaveLength(2)
  })

  it.each([61_000, -61_000, 365 * 86_400_000])('deletes nothing after the clock was set by %i ms', async (ms) => {
    const { sweep, deleted, forgotten, clock } = sweepOver(past(1, new ManualClock(Date.UTC(2026, 0, 1) - 2 * Math.abs(ms))))
    clock.jump(ms)
    await sweep.run()
    expect([deleted, forgotten]).toEqual([[], []])
  })

  it('deletes as ever when time only passed', async () => {
    const { sweep, deleted, clock } = sweepOver(past(1))
    clock.advance(30 * 86_400_000)
    await sweep.run()
    expect(deleted).toHaveLength(1)
  })

  it('deletes nothing on a host that booted in 1970', async () => {
    const { sweep, deleted } = sweepOver(past(1), { lastCommitMs: Date.UTC(2027, 0, 1) })
    await sweep.run()
    expect(deleted).toEqual([])
  })

  it('goes on only when what it deleted is drained, and stops when nothing may be written', async () => {
    const many = sweepOver(past(2500))
    await many.sweep.run()
    expect([many.deleted.length, many.drains()]).toEqual([2500, 2])
    const blocked = sweepOver(past(2500), { mayWrite: false })
    await blocked.sweep.run()
    expect([blocked.deleted, blocked.forgotten]).toEqual([[], []])
  })
})
