import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BatchOperation } from '../../../src/contract/index.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { storageOver, text } from './setup.ts'

describe('an atomic batch', () => {
  test('is one transaction with a result for each operation, in order', async () => {
    const { storage, store, put } = storageOver()
    await put('old', '1')
    const { results } = await storage.batch({
      atomic: true,
      operations: [
        { op: 'put', key: 'new', value: { a: 1 } },
        { op: 'put', key: 'old', value: 'hello', encoding: 'text' },
        { op: 'get', key: 'new' },
        { op: 'get', key: 'unknown' },
        { op: 'delete', key: 'unknown' },
        { op: 'delete', key: 'new' },
        { op: 'get', key: 'new' },
      ],
    })
    expect(results.map(({ status }) => status)).toEqual([201, 200, 200, 404, 404, 204, 404])
    expect(results[2]).toMatchObject({ value: { a: 1 }, encoding: 'json', version: results[0]?.version })
    expect(store.commits).toHaveLength(2)
    expect(storage.get('old').meta).toMatchObject({ version: results[1]?.version, contentType: 'text/plain; charset=utf-8' })
  })

  test('applies nothing when a condition fails, and names index and key of the request', async () => {
    const { storage, put } = storageOver()
    const { meta } = await put('a', '1')
    await put('a', '2')
    const operations: BatchOperation[] = [
      { op: 'get', key: 'a' },
      { op: 'put', key: 'b', value: 1 },
      { op: 'put', key: 'a', value: 3, ifVersion: meta.version },
    ]
    await expect(storage.batch({ atomic: true, operations })).rejects.toMatchObject({
      code: 'precondition_failed',
      details: { index: 2, key: 'a' },
    })
    expect(text(storage.get('a').value)).toBe('2')
    expect(() => storage.get('b')).toThrow()
  })

  test('a condition on an absent record fails', async () => {
    const { storage } = storageOver()
    for (const op of ['put', 'delete', 'get'] as const) {
      const operations = [{ op, key: 'a', value: 1, ifVersion: 'v1' }]
      await expect(storage.batch({ atomic: true, operations })).rejects.toMatchObject({
        code: 'precondition_failed',
        details: { index: 0, key: 'a' },
      })
    }
  })

  test('what is read and then written cannot change in between', async () => {
    const { storage, put } = storageOver()
    await put('x', '0')
    const swap = (value: number) =>
      storage.batch({
        atomic: true,
        operations: [
          { op: 'get', key: 'x' },
          { op: 'put', key: 'x', value },
        ],
      })
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => swap(index + 1)))
    const readValues = answers.map(({ results }) => results[0]?.value as number)
    const last = Number(text(storage.get('x').value))
    expect([...readValues, last].toSorted((one, other) => one - other)).toEqual(Array.from({ length: 21 }, (_, index) => index))
  })

  test('gives a put no version that it could match before it is committed', async () => {
    const { storage } = storageOver()
    const operations: BatchOperation[] = [
      { op: 'put', key: 'a', value: 1 },
      { op: 'get', key: 'a', ifVersion: 'v00000001' },
    ]
    await expect(storage.batch({ atomic: true, operations })).rejects.toMatchObject({ code: 'precondition_failed', details: { index: 1 } })
    expect(() => storage.get('a')).toThrow()
  })

  test('with a value above the limit is refused as a whole', async () => {
    const { storage, store } = storageOver({ maxValueBytes: 4 })
    const operations: BatchOperation[] = [
      { op: 'put', key: 'a', value: 1 },
      { op: 'put', key: 'b', value: 12345 },
    ]
    await expect(storage.batch({ atomic: true, operations })).rejects.toMatchObject({
      code: 'too_large',
      details: { index: 1, key: 'b', limitBytes: 4 },
    })
    expect(store.commits).toHaveLength(0)
  })
})

describe('a batch that is not atomic', () => {
  test('gives each operation its own status', async () => {
    const { storage, put } = storageOver({ maxValueBytes: 8 })
    const { meta } = await put('a', '1')
    const { results } = await storage.batch({
      atomic: false,
      operations: [
        { op: 'put', key: 'n', value: 1 },
        { op: 'put', key: 'n', value: 2 },
        { op: 'put', key: 'large', value: '123456789' },
        { op: 'put', key: 'a', value: 3, ifVersion: 'wrong' },
        { op: 'get', key: 'a' },
        { op: 'put', key: 'a', value: 4, ifVersion: meta.version },
        { op: 'get', key: 'a' },
        { op: 'delete', key: 'a', ifVersion: meta.version },
        { op: 'delete', key: 'n' },
        { op: 'delete', key: 'n' },
        { op: 'get', key: 'n' },
        { op: 'get', key: 'a', ifVersion: meta.version },
      ],
    })
    expect(results.map(({ status }) => status)).toEqual([201, 200, 413, 412, 200, 200, 200, 412, 204, 404, 404, 412])
    expect([results[4]?.value, results[6]?.value]).toEqual([1, 4])
    expect(results[2]?.error).toMatchObject({ code: 'too_large' })
    expect(results[3]?.error).toMatchObject({ code: 'precondition_failed' })
  })

  test('is written in few transactions where nothing can fail alone', async () => {
    const { storage, store } = storageOver()
    const operations: BatchOperation[] = Array.from({ length: 10_000 }, (_, index) => ({ op: 'put', key: `k${index}`, value: index }))
    const { results } = await storage.batch({ atomic: false, operations })
    expect(results.every(({ status }) => status === 201)).toBe(true)
    expect(store.commits.length).toBe(10)
  })

  test('goes on after a failure of the disk and says what failed', async () => {
    const { storage, store } = storageOver()
    store.failures.push(new HoldfastError('disk_full', 'The disk is full.'))
    const { results } = await storage.batch({
      atomic: false,
      operations: [
        { op: 'put', key: 'a', value: 1 },
        { op: 'get', key: 'a' },
        { op: 'put', key: 'b', value: 1 },
      ],
    })
    expect(results).toMatchObject([{ status: 507, error: { code: 'disk_full' } }, { status: 404 }, { status: 201 }])
  })

  test('cancelled it ends, after what is under way', async () => {
    const { storage, store } = storageOver()
    const controller = new AbortController()
    store.beforeCommit = async () => controller.abort()
    const operations: BatchOperation[] = Array.from({ length: 5000 }, (_, index) => ({ op: 'put', key: `k${index}`, value: index }))
    await expect(storage.batch({ atomic: false, operations }, controller.signal)).rejects.toMatchObject({ code: 'cancelled' })
    expect(store.records.size).toBe(0)
  })

  test('keeps the order of what concerns one key, however long each transaction takes', async () => {
    const { storage, store, put } = storageOver()
    const { meta } = await put('a', '0')
    // A store that is slow, and slower with what came first.
    const commit = store.commit.bind(store)
    let delayMs = 30
    store.commit = async (operations, options) => {
      delayMs -= 10
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      return commit(operations, options)
    }
    const { results } = await storage.batch({
      atomic: false,
      operations: [
        { op: 'put', key: 'a', value: 1, ifVersion: meta.version },
        { op: 'get', key: 'a' },
        { op: 'put', key: 'a', value: 2, ifVersion: 'wrong' },
        { op: 'put', key: 'a', value: 3 },
      ],
    })
    expect(results.map(({ status }) => status)).toEqual([200, 200, 412, 200])
    expect(results[1]?.value).toBe(1)
    expect(text(storage.get('a').value)).toBe('3')

    delayMs = 30
    await storage.batch({
      atomic: false,
      operations: [
        { op: 'delete', key: 'a', ifVersion: storage.get('a').meta.version },
        { op: 'put', key: 'a', value: 5 },
      ],
    })
    expect(text(storage.get('a').value)).toBe('5')
  })

  test('a damaged record fails alone, and is counted once', async () => {
    const { storage, store, meter } = storageOver()
    store.get = () => {
      throw new HoldfastError('record_damaged', 'The record is damaged.')
    }
    const operations: BatchOperation[] = [
      { op: 'get', key: 'a' },
      { op: 'put', key: 'b', value: 1 },
    ]
    expect((await storage.batch({ atomic: false, operations })).results).toMatchObject([{ status: 500 }, { status: 201 }])
    expect(meter.recordsDamaged).toBe(1)
    await expect(storage.batch({ atomic: true, operations })).rejects.toMatchObject({ code: 'record_damaged' })
    expect(meter.recordsDamaged).toBe(2)
  })

  test('a mistake of ours fails the whole request', async () => {
    const { storage, store } = storageOver()
    store.beforeCommit = async () => {
      throw new TypeError('a mistake')
    }
    await expect(storage.batch({ atomic: false, operations: [{ op: 'put', key: 'a', value: 1 }] })).rejects.toThrow(TypeError)
  })
})

test('a malformed operation is named by its index in both kinds of batch', async () => {
  const { storage, store } = storageOver()
  const wrong: BatchOperation[] = [
    { op: 'put', key: 'a' },
    { op: 'put', key: 'a', value: 'QQ', encoding: 'base64' },
    { op: 'put', key: 'a', value: 5, encoding: 'text' },
  ]
  for (const atomic of [true, false]) {
    for (const operation of wrong) {
      const operations: BatchOperation[] = [{ op: 'put', key: 'fine', value: 1 }, operation]
      await expect(storage.batch({ atomic, operations })).rejects.toMatchObject({
        code: 'invalid_request',
        details: { index: 1, field: 'value' },
      })
    }
  }
  expect(store.commits).toHaveLength(0)
})

test('values read by one batch are bounded', async () => {
  const { storage } = storageOver()
  await storage.put({ key: 'a', value: new Uint8Array(16 * 1024 * 1024), contentType: 't' })
  const operations: BatchOperation[] = Array.from({ length: 5 }, () => ({ op: 'get', key: 'a' }))
  await expect(storage.batch({ atomic: true, operations })).rejects.toMatchObject({ code: 'too_large', details: { index: 4 } })
  const { results } = await storage.batch({ atomic: false, operations })
  expect(results.map(({ status }) => status)).toEqual([200, 200, 200, 200, 413])
})

test('any batch, atomic or not, does what its operations one after the other would do', async () => {
  const key = fc.constantFrom('a', 'b', 'c')
  const operation: fc.Arbitrary<BatchOperation> = fc.oneof(
    fc.record({ op: fc.constant('put' as const), key, value: fc.nat(9) }),
    fc.record({ op: fc.constant('get' as const), key }),
    fc.record({ op: fc.constant('delete' as const), key }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { maxLength: 30 }), fc.boolean(), async (operations, atomic) => {
      const { storage } = storageOver()
      await storage.batch({ atomic: true, operations: [{ op: 'put', key: 'a', value: 99 }] })
      const model = new Map([['a', 99]])
      const expected = operations.map(({ op, key, value }) => {
        if (op === 'get') return model.has(key) ? { status: 200, value: model.get(key) } : { status: 404 }
        if (op === 'delete') return { status: model.delete(key) ? 204 : 404 }
        const status = model.has(key) ? 200 : 201
        model.set(key, value as number)
        return { status }
      })
      const { results } = await storage.batch({ atomic, operations })
      expect(results).toMatchObject(expected)
      for (const key of ['a', 'b', 'c']) {
        if (model.has(key)) expect(text(storage.get(key).value)).toBe(String(model.get(key)))
        else expect(() => storage.get(key)).toThrow()
      }
    }),
  )
})
