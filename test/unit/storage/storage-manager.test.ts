import { describe, expect, test } from 'vitest'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { bytes, storageOver, text } from './setup.ts'

const listInput = { prefix: '', limit: 100, reverse: false, values: false }

describe('one record', () => {
  test('is stored, read, replaced and deleted', async () => {
    const { storage, put } = storageOver()
    expect(await put('a', 'one')).toMatchObject({ created: true, meta: { contentType: 'text/plain', size: 3 } })
    expect(text(storage.get('a').value)).toBe('one')
    expect(await put('a', 'two')).toMatchObject({ created: false })
    expect(text(storage.get('a').value)).toBe('two')
    await storage.delete('a')
    expect(() => storage.get('a')).toThrow(expect.objectContaining({ code: 'not_found', details: { key: 'a' } }))
    await expect(storage.delete('a')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('carries its conditions, durability and expiry to the store', async () => {
    const { storage, store, clock } = storageOver()
    const write = { key: 'a', value: bytes('x'), contentType: 't' }
    await storage.put({ ...write, ttlSeconds: 60, condition: { version: null }, durability: 'committed' })
    expect(store.commits[0]?.options.durability).toBe('committed')
    expect(storage.getMeta('a').expiresAtMs).toBe(clock.wallMs() + 60_000)
    await expect(storage.put({ ...write, condition: { version: null } })).rejects.toMatchObject({ code: 'precondition_failed' })
    await expect(storage.put({ ...write, key: 'b', mustExist: true })).rejects.toMatchObject({ code: 'precondition_failed' })
    await expect(storage.delete('a', { condition: { version: 'other' } })).rejects.toMatchObject({ code: 'precondition_failed' })
    expect(store.commits[1]?.options.durability).toBe('durable')
  })

  test('above the limit is refused with the limit, before the store sees it', async () => {
    const { storage, store } = storageOver({ maxValueBytes: 4 })
    const write = { key: 'a', value: bytes('12345'), contentType: 't' }
    await expect(storage.put(write)).rejects.toMatchObject({ code: 'too_large', details: { key: 'a', limitBytes: 4 } })
    expect(store.commits).toHaveLength(0)
  })
})

describe('reading through the memory tier', () => {
  test('the second read does not reach the store', async () => {
    const { storage, store, put } = storageOver()
    await put('a', 'one')
    storage.get('a')
    const before = store.gets
    expect(text(storage.get('a').value)).toBe('one')
    expect(storage.getMeta('a').size).toBe(3)
    expect(store.gets).toBe(before)
  })

  test('a write is read from its acknowledgement on, and not before', async () => {
    const { storage, store, put } = storageOver()
    await put('a', 'one')
    let release = () => {}
    store.beforeCommit = () => new Promise((resolve) => (release = resolve))
    const writing = put('a', 'two')
    await Promise.resolve()
    expect(text(storage.get('a').value)).toBe('one')
    await Promise.resolve()
    release()
    await writing
    expect(text(storage.get('a').value)).toBe('two')
    expect(text(storage.get('a').value)).toBe('two')
  })

  test('a refused write changes neither what is read nor what is kept', async () => {
    const { storage, store, put } = storageOver()
    await put('a', 'one')
    storage.get('a')
    store.failures.push(new HoldfastError('disk_full', 'The disk is full.'))
    await expect(put('a', 'two')).rejects.toMatchObject({ code: 'disk_full' })
    expect(text(storage.get('a').value)).toBe('one')
  })

  test('an expired record is gone though it is in memory', async () => {
    const { storage, clock, put } = storageOver()
    await put('a', 'one', { ttlSeconds: 10 })
    storage.get('a')
    clock.advance(9_999)
    expect(text(storage.get('a').value)).toBe('one')
    clock.advance(1)
    expect(() => storage.get('a')).toThrow(expect.objectContaining({ code: 'not_found' }))
    expect(() => storage.getMeta('a')).toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  test('a new timeline drops what is in memory and tells everybody', async () => {
    const { storage, store, seen, put } = storageOver()
    await put('a', 'one')
    storage.get('a')
    store.records = new Map()
    store.changeState('timeline')
    expect(() => storage.get('a')).toThrow(expect.objectContaining({ code: 'not_found' }))
    storage.close()
    expect(seen.map(({ event, data }) => [event, data])).toEqual([
      ['records', { keys: ['a'] }],
      ['state', { code: 'timeline' }],
      ['records', { prefix: '' }],
    ])
  })

  test('a stopped store serves nothing, from memory neither', async () => {
    const { storage, store, put } = storageOver()
    await put('a', 'one')
    storage.get('a')
    store.mode = { kind: 'stopped', code: 'store_damaged', reason: 'A page is damaged.' }
    store.changeState('mode')
    expect(() => storage.get('a')).toThrow(expect.objectContaining({ code: 'store_damaged' }))
  })
})

describe('lists', () => {
  test('come in pages in the order of UTF-8 bytes, with a cursor to go on', async () => {
    const { storage, put } = storageOver()
    const keys = ['a', 'a/', 'ab', 'b', 'é', '\uffee', '😀']
    for (const key of keys.toReversed()) await put(key, key)
    const seen: string[] = []
    let next: string | null | undefined
    do {
      const page = storage.list({ ...listInput, limit: 2, ...(next && { after: next }) })
      seen.push(...page.items.map((item) => item.key))
      next = page.next
    } while (next !== null)
    expect(seen).toEqual(keys)
    const reversed = storage.list({ ...listInput, reverse: true, after: 'é', limit: 2 })
    expect(reversed.items.map((item) => item.key)).toEqual(['b', 'ab'])
    expect(reversed.next).toBe('ab')
  })

  test('show times, types, sizes, and values only when asked', async () => {
    const { storage, put } = storageOver()
    await put('a', '{"x":1}', { ttlSeconds: 60 })
    const item = {
      key: 'a',
      contentType: 'text/plain',
      size: 7,
      updatedAt: '2026-11-23T00:00:00.000Z',
      expiresAt: '2026-11-23T00:01:00.000Z',
    }
    const [plain] = storage.list(listInput).items
    expect(plain).toMatchObject(item)
    expect(plain).not.toHaveProperty('value')
    expect(storage.list({ ...listInput, values: true }).items[0]).toMatchObject({ ...item, value: { x: 1 }, encoding: 'json' })
  })

  test('with large values end early and say where to go on', async () => {
    const { storage } = storageOver()
    for (const key of ['a', 'b', 'c']) await storage.put({ key, value: new Uint8Array(5 * 1024 * 1024), contentType: 't' })
    const page = storage.list({ ...listInput, values: true })
    expect(page.items.map(({ key }) => key)).toEqual(['a', 'b'])
    expect(page.next).toBe('b')
  })

  test('an empty cursor is none', async () => {
    const { storage, put } = storageOver()
    await put('a', '1')
    expect(storage.list({ ...listInput, after: '' }).items).toHaveLength(1)
    expect(storage.list({ ...listInput, reverse: true, after: '' }).items).toHaveLength(1)
  })
})

test('operations are counted and refusals told apart', async () => {
  const { storage, meter, put } = storageOver()
  await put('a', 'one')
  for (let read = 0; read < 200; read++) storage.get('a')
  expect(() => storage.get('b')).toThrow()
  await expect(storage.delete('b')).rejects.toThrow()
  expect(meter.operations.get.count).toBe(201)
  expect(meter.operations.get.refusals.get('not_found')).toBe(1)
  expect(meter.operations.put.count).toBe(1)
  expect(meter.operations.delete.refusals.get('not_found')).toBe(1)
  expect(meter.recordsRead).toBe(200)
  expect(meter.recordsWritten).toBe(1)
  expect(meter.errors).toBe(0)
})

test('after closing, changes of the store are no longer told', async () => {
  const { storage, seen, put } = storageOver()
  await put('a', 'one')
  storage.close()
  await put('b', 'two')
  expect(seen).toHaveLength(1)
})
