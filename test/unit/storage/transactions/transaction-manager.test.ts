import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { HoldfastError } from '../../../../src/main/base/errors.ts'
import type { GenerationalStore } from '../../../../src/main/persistence/record-store.ts'
import { TransactionManager } from '../../../../src/main/storage/transactions/transaction-manager.ts'
import { buildGeneration, commit, drain, keysOf, page, put, remove, StoreHome, textOf } from '../../../support/stores.ts'

let home: StoreHome
let store: GenerationalStore
let transactions: TransactionManager

beforeEach(async () => {
  home = await StoreHome.make()
  store = await home.open()
  transactions = new TransactionManager({
    store,
    commit: (operations, { guard, timeline }) => store.commit(operations, { durability: 'durable', guard, timeline }),
    fence: () => () => {},
    clock: home.clock,
    limits: { maxValueBytes: 1024 * 1024 },
  })
})
afterEach(async () => {
  transactions.close()
  await home.remove()
})

const begin = (idleMs = 30_000) => transactions.begin({ idleMs, bound: false }).id
const read = (id: string, ...keys: string[]) => transactions.get({ id, keys }).items.map(({ value }) => value)
const scan = (id: string, wish: object = {}) => transactions.scan({ id, prefix: '', limit: 100, reverse: false, ...wish })
const keysIn = (id: string, wish: object = {}) => scan(id, wish).items.map(({ key }) => key)
const write = (id: string, key: string, value: unknown) => transactions.write({ id, operations: [{ op: 'put', key, value }] })
const erase = (id: string, key: string) => transactions.write({ id, operations: [{ op: 'delete', key }] })
const conflict = (key?: string) => ({ code: 'transaction_conflict', ...(key !== undefined && { details: { key } }) })

describe('a transaction', () => {
  test('sees its own writes, and nobody else does before it commits', async () => {
    await commit(store, put('a', '1'), put('b', '1'))
    const id = begin()
    write(id, 'a', 2)
    erase(id, 'b')
    write(id, 'c', 3)
    expect(read(id, 'a', 'b', 'c')).toEqual([2, undefined, 3])
    expect(keysIn(id)).toEqual(['a', 'c'])
    expect(keysOf(page(store))).toEqual(['a', 'b'])
    expect(await transactions.commit({ id })).toMatchObject({
      results: [
        { key: 'a', status: 200 },
        { key: 'b', status: 204 },
        { key: 'c', status: 201 },
      ],
    })
    expect(keysOf(page(store))).toEqual(['a', 'c'])
    expect(textOf(store, 'a')).toBe('2')
  })

  test('leaves nothing when it is rolled back, and is over then', async () => {
    const id = begin()
    write(id, 'a', 1)
    transactions.rollBack(id)
    expect(keysOf(page(store))).toEqual([])
    await expect(transactions.commit({ id })).rejects.toMatchObject({ code: 'transaction_over' })
  })

  test('is listed in pages that go on behind one that ended meanwhile', async () => {
    const ids = [begin(), begin(), begin(), begin()]
    const first = transactions.list({ limit: 2 })
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    transactions.rollBack(ids[1] as string)
    const second = transactions.list({ limit: 2, after: first.next as string })
    expect(second.items.map(({ id }) => id)).toEqual(ids.slice(2))
    expect(second.next).toBeNull()
    expect(() => transactions.list({ limit: 2, after: ids[0] as string })).toThrowError(
      expect.objectContaining({ code: 'invalid_request' }),
    )
  })

  test('whose commit has to come again still ends with its client', async () => {
    let gone = () => {}
    const full = new TransactionManager({
      store,
      commit: () => Promise.reject(new HoldfastError('disk_full', 'The disk is full.')),
      fence: () => () => {},
      clock: home.clock,
      limits: { maxValueBytes: 1024 },
    })
    const { id } = full.begin({ idleMs: 30_000, bound: true }, (act) => {
      gone = act
      return () => {
        gone = () => {}
      }
    })
    await expect(full.commit({ id })).rejects.toMatchObject({ code: 'disk_full' })
    expect(full.openCount).toBe(1)
    gone()
    expect(full.openCount).toBe(0)
  })

  test('is rolled back when it is left alone', async () => {
    const id = begin(20)
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(() => write(id, 'a', 1)).toThrowError(expect.objectContaining({ code: 'transaction_over' }))
    expect(transactions.openCount).toBe(0)
  })

  test('pages through its own writes and those of the store, in both directions', async () => {
    await commit(store, ...['b', 'd', 'f', 'h'].map((key) => put(key, '1')))
    const id = begin()
    for (const key of ['a', 'c', 'e', 'i']) write(id, key, 1)
    erase(id, 'd')
    for (const reverse of [false, true]) {
      const keys: string[] = []
      let after: string | undefined
      do {
        const { items, next } = scan(id, { limit: 2, reverse, ...(after !== undefined && { after }) })
        keys.push(...items.map(({ key }) => key))
        after = next ?? undefined
      } while (after !== undefined)
      expect(keys).toEqual(reverse ? ['i', 'h', 'f', 'e', 'c', 'b', 'a'] : ['a', 'b', 'c', 'e', 'f', 'h', 'i'])
    }
  })
})

describe('a transaction is refused whole when', () => {
  test('a record that it read has changed', async () => {
    await commit(store, put('a', '1'))
    const id = begin()
    read(id, 'a')
    write(id, 'b', 1)
    await commit(store, put('a', '2'))
    await expect(transactions.commit({ id })).rejects.toMatchObject(conflict('a'))
    expect(keysOf(page(store))).toEqual(['a'])
  })

  test('a record is there that it did not find', async () => {
    const id = begin()
    read(id, 'a')
    write(id, 'b', 1)
    await commit(store, put('a', '1'))
    await expect(transactions.commit({ id })).rejects.toMatchObject(conflict('a'))
  })

  test('a record came into a range that it read, or went from it', async () => {
    await commit(store, put('r:1', '1'), put('r:3', '1'))
    const [came, went] = [begin(), begin()]
    for (const id of [came, went]) {
      keysIn(id, { prefix: 'r:' })
      write(id, 'x', 1)
    }
    await commit(store, put('r:2', '1'))
    await expect(transactions.commit({ id: came })).rejects.toMatchObject(conflict('r:2'))
    await commit(store, remove('r:2'), remove('r:3'))
    await expect(transactions.commit({ id: went })).rejects.toMatchObject(conflict('r:3'))
  })

  test('what it read is changed by a write that is still on its way', async () => {
    await commit(store, put('a', '1'))
    const id = begin()
    read(id, 'a')
    write(id, 'b', 1)
    const inFlight = commit(store, put('a', '2'))
    await expect(transactions.commit({ id })).rejects.toMatchObject(conflict('a'))
    await inFlight
  })

  test('it sees two states of one record, at once', async () => {
    await commit(store, put('a', '1'))
    const id = begin()
    read(id, 'a')
    await commit(store, put('a', '2'))
    expect(() => read(id, 'a')).toThrowError(expect.objectContaining(conflict('a')))
    expect(transactions.openCount).toBe(0)
  })

  test('a restore came between', async () => {
    const [reader, writer] = [begin(), begin()]
    read(reader, 'a')
    write(writer, 'a', 1)
    await store.switchGeneration({ id: await buildGeneration(store, {}), reason: { kind: 'restore', backupId: 'b' } })
    // It would see what was before the restore beside what is after it.
    expect(() => read(reader, 'b')).toThrowError(expect.objectContaining({ code: 'conflict' }))
    await expect(transactions.commit({ id: writer })).rejects.toMatchObject({ code: 'conflict' })
    expect(transactions.openCount).toBe(0)
  })
})

test('a range that ends with a page is watched no further than that', async () => {
  await commit(store, ...['a', 'b', 'c', 'd'].map((key) => put(key, '1')))
  await drain(store)
  const id = begin()
  expect(keysIn(id, { limit: 2 })).toEqual(['a', 'b'])
  write(id, 'x', 1)
  await commit(store, put('c', '2'))
  await transactions.commit({ id })
  expect(textOf(store, 'x')).toBe('1')
})

test('transactions that read what the other writes cannot both commit (write skew)', async () => {
  await commit(store, put('on-call:a', '1'), put('on-call:b', '1'))
  const [one, other] = [begin(), begin()]
  for (const [id, key] of [
    [one, 'on-call:a'],
    [other, 'on-call:b'],
  ] as const) {
    expect(keysIn(id, { prefix: 'on-call:' })).toHaveLength(2)
    erase(id, key)
  }
  const outcomes = await Promise.allSettled([transactions.commit({ id: one }), transactions.commit({ id: other })])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect(keysOf(page(store, { prefix: 'on-call:' }))).toHaveLength(1)
})
