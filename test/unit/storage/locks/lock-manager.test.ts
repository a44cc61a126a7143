import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ParsedInputOf } from '../../../../src/contract/index.ts'
import { silentLog } from '../../../../src/main/base/log.ts'
import type { GenerationalStore } from '../../../../src/main/persistence/record-store.ts'
import { LockManager } from '../../../../src/main/storage/locks/lock-manager.ts'
import { put, StoreHome, textOf } from '../../../support/stores.ts'

let home: StoreHome
let store: GenerationalStore
let locks: LockManager
const managers: LockManager[] = []

beforeEach(async () => {
  home = await StoreHome.make()
  store = await home.open()
  locks = manager()
})
afterEach(async () => {
  for (const one of managers.splice(0)) one.close()
  await home.remove()
})

function manager(over = store): LockManager {
  const made = new LockManager({ system: over.system, clock: home.clock, log: silentLog })
  managers.push(made)
  return made
}

const acquire = (names: string | string[], wish: Partial<ParsedInputOf<'locks.acquire'>> = {}, signal?: AbortSignal) =>
  locks.acquire({ names: [names].flat(), mode: 'exclusive', owner: 'test', leaseMs: 30_000, waitMs: 0, ...wish }, signal)

const writeWith = (token: number, value: string) =>
  store.commit([put('guarded', value)], { durability: 'durable', guard: locks.fence([{ lock: 'a', token }]) })

const soon = () => new Promise((resolve) => setTimeout(resolve, 20))

describe('a lock', () => {
  test('is held by one at a time, and free again when released', async () => {
    const first = await acquire('a')
    await expect(acquire('a')).rejects.toMatchObject({ code: 'lock_taken', details: { names: ['a'] } })
    await locks.release(first.id)
    const second = await acquire('a')
    expect(second.token).toBeGreaterThan(first.token)
    await expect(locks.release(first.id)).rejects.toMatchObject({ code: 'lock_lost' })
  })

  test('on several names is acquired whole or not at all', async () => {
    await acquire('b')
    await expect(acquire(['a', 'b', 'c'])).rejects.toMatchObject({ code: 'lock_taken' })
    await acquire(['a', 'c'])
  })

  test('is listed in pages that go on behind one that ended meanwhile', async () => {
    const ids: string[] = []
    for (const name of ['b', 'd', 'b', 'a b']) ids.push((await acquire(name, { mode: 'shared' })).id)
    const [firstB, d, secondB, ab] = ids as [string, string, string, string]
    const first = locks.list({ limit: 2 })
    expect(first.items.map(({ id }) => id)).toEqual([ab, firstB])
    await locks.release(firstB)
    const second = locks.list({ limit: 2, after: first.next as string })
    expect(second).toMatchObject({ items: [{ id: secondB }, { id: d }], next: null })
    expect(() => locks.list({ limit: 2, after: 'b' })).toThrowError(expect.objectContaining({ code: 'invalid_request' }))
  })

  test('that is shared is held by many, and keeps a writer out', async () => {
    const readers = await Promise.all([acquire('a', { mode: 'shared' }), acquire('a', { mode: 'shared' })])
    await expect(acquire('a')).rejects.toMatchObject({ code: 'lock_taken' })
    for (const { id } of readers) await locks.release(id)
    await acquire('a')
  })

  test('ends with its lease, unless that is renewed', async () => {
    const first = await acquire('a', { leaseMs: 1000 })
    home.clock.advance(900)
    locks.renew({ id: first.id })
    home.clock.advance(900)
    await expect(acquire('a')).rejects.toMatchObject({ code: 'lock_taken' })
    home.clock.advance(100)
    await acquire('a')
    expect(() => locks.renew({ id: first.id })).toThrowError(expect.objectContaining({ code: 'lock_lost' }))
  })

  test('goes to those who wait in their order', async () => {
    const first = await acquire('a')
    const order: string[] = []
    const waiting = ['one', 'two', 'three'].map(async (owner) => {
      const { id } = await acquire('a', { owner, waitMs: 5000 })
      order.push(owner)
      await locks.release(id)
    })
    expect(locks.list({ limit: 10 }).items).toMatchObject([
      {
        names: ['a'],
        owner: 'test',
        waiting: 3,
        queue: [{ owner: 'one', names: ['a'], mode: 'exclusive' }, { owner: 'two' }, { owner: 'three' }],
      },
    ])
    await locks.release(first.id)
    await Promise.all(waiting)
    expect(order).toEqual(['one', 'two', 'three'])
  })

  test('is not waited for any longer by a client that went away', async () => {
    const first = await acquire('a')
    const gone = new AbortController()
    const waiting = acquire('a', { waitMs: 5000 }, gone.signal)
    gone.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
    await locks.release(first.id)
    await acquire('a')
  })

  test('can be taken from its holder, which is told in the activity list', async () => {
    const note = vi.fn(() => 'id')
    locks = new LockManager({ system: store.system, clock: home.clock, log: silentLog, activity: { note } })
    managers.push(locks)
    const { id, token } = await acquire('a')
    await locks.forceRelease(id)
    await expect(writeWith(token, 'x')).rejects.toMatchObject({ code: 'lock_lost' })
    expect(note).toHaveBeenCalledWith(expect.objectContaining({ action: 'lock.forced', target: { name: 'a' } }))
    await expect(locks.forceRelease(id)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('L1 a holder that lost its lease', () => {
  test('cannot write any more, not even before somebody else has the lock', async () => {
    const { token } = await acquire('a', { leaseMs: 1000 })
    await writeWith(token, 'held')
    home.clock.advance(1000)
    await expect(writeWith(token, 'late')).rejects.toMatchObject({ code: 'lock_lost', details: { lock: 'a' } })
    expect(textOf(store, 'guarded')).toBe('held')
  })

  test('cannot write with the token of another lock, or of another time', async () => {
    const { id, token } = await acquire('a')
    const other = await acquire('b')
    await expect(writeWith(other.token, 'x')).rejects.toMatchObject({ code: 'lock_lost' })
    await locks.release(id)
    await acquire('a')
    await expect(writeWith(token, 'x')).rejects.toMatchObject({ code: 'lock_lost' })
  })

  test('is fenced also while the next holder is only being written down', async () => {
    const first = await acquire('a')
    const releasing = locks.release(first.id)
    const next = acquire('a', { waitMs: 1000 })
    await expect(writeWith(first.token, 'late')).rejects.toMatchObject({ code: 'lock_lost' })
    await Promise.all([releasing, next])
  })
})

describe('after a restart of the host', () => {
  test('what was held is held for one lease more, and tokens go on', async () => {
    const before = await acquire('a', { leaseMs: 5000, owner: 'line 4' })
    await store.close()
    store = await home.open()
    locks = manager()
    expect(locks.list({ limit: 10 }).items).toMatchObject([{ id: before.id, owner: 'line 4', token: before.token }])
    await writeWith(before.token, 'still mine')
    await expect(acquire('a')).rejects.toMatchObject({ code: 'lock_taken' })
    home.clock.advance(5000)
    expect((await acquire('a')).token).toBeGreaterThan(before.token)
  })

  test('what was released stays released', async () => {
    const { id } = await acquire('a')
    await locks.release(id)
    await store.close()
    store = await home.open()
    locks = manager()
    expect(locks.list({ limit: 10 }).items).toEqual([])
  })
})

test('many clients that come and go leave nobody waiting, and no two hold a name at once', async () => {
  const names = ['a', 'b', 'c']
  const holders = new Map<string, number>()
  let most = 0
  const client = async (seed: number) => {
    for (let round = 0; round < 20; round++) {
      const wanted = names.filter((_, at) => (seed + round * 7 + at * 3) % 3 !== 0)
      const { id } = await acquire(wanted.length > 0 ? wanted : ['a'], { waitMs: 60_000 })
      const held = wanted.length > 0 ? wanted : ['a']
      for (const name of held) {
        holders.set(name, (holders.get(name) ?? 0) + 1)
        most = Math.max(most, holders.get(name) as number)
      }
      if (round % 3 === 0) await soon()
      for (const name of held) holders.set(name, (holders.get(name) as number) - 1)
      await locks.release(id)
    }
  }
  await Promise.all([0, 1, 2, 3, 4, 5].map(client))
  expect(most).toBe(1)
  expect(locks.figures).toEqual({ held: 0, waiting: 0 })
}, 60_000)
