import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/main/base/clock.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { LmdbStore } from '../../../src/main/persistence/lmdb-store.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { chunksOf, collect, storageOver, testJob, text } from '../../unit/storage/setup.ts'

const listInput = { prefix: '', limit: 1000, reverse: false, values: false }
let folder: string
let stores: GenerationalStore[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-storage-'))
  stores = []
})
afterEach(async () => {
  for (const store of stores) await store.close()
  await rm(folder, { recursive: true, force: true })
})

async function storageOnDisk(name = 'one') {
  const store = await openStore(join(folder, name))
  stores.push(store)
  return storageOver({ store, clock: systemClock, tierBytes: 4 * 1024 * 1024 })
}

describe('storage over LMDB', () => {
  test('clients that write and read at once are never shown a value older than one they were shown', async () => {
    const { storage } = await storageOnDisk()
    const keys = ['a', 'b', 'c', 'd']
    const newest = new Map<string, number>()
    const check = (key: string, value: number) => {
      expect(value).toBeGreaterThanOrEqual(newest.get(key) ?? 0)
      newest.set(key, value)
    }
    let writing = true
    const writer = async (key: string) => {
      for (let value = 1; value <= 300; value++) {
        await storage.put({ key, value: Buffer.from(String(value)), contentType: 't' })
        check(key, Number(text(storage.get(key).value)))
      }
    }
    const reader = async () => {
      while (writing) {
        for (const { key, value } of storage.list({ ...listInput, values: true }).items) check(key, value as number)
        for (const key of newest.keys()) check(key, Number(text(storage.get(key).value)))
        await new Promise(setImmediate)
      }
    }
    const reading = reader()
    await Promise.all(keys.map(writer))
    writing = false
    await reading
    expect([...newest.values()]).toEqual([300, 300, 300, 300])
  })

  test('what is in memory stays as it was read, whatever is written around it', async () => {
    const { storage } = await storageOnDisk()
    const values = new Map(Array.from({ length: 50 }, (_, index) => [`kept:${index}`, randomBytes(200 + index)]))
    for (const [key, value] of values) await storage.put({ key, value, contentType: 't' })
    const held = [...values.keys()].map((key) => storage.get(key))
    const lines = Array.from({ length: 20_000 }, (_, index) => `{"key":"more:${index}","value":"${'x'.repeat(100)}"}\n`)
    await storage.importNdjson(chunksOf(lines.join(''), 65_536), { firstLine: 1 })
    for (const record of held) {
      expect(Buffer.from(record.value).equals(values.get(record.key) as Buffer)).toBe(true)
      expect(Buffer.from(storage.get(record.key).value).equals(values.get(record.key) as Buffer)).toBe(true)
    }
  })

  test('extremes exported, imported into another store and exported again are the same bytes', async () => {
    const { storage } = await storageOnDisk()
    const extremes: [string, Uint8Array, string][] = [
      ['empty', new Uint8Array(), 'text/plain'],
      ['one', Uint8Array.of(0), 'application/octet-stream'],
      ['every byte', Uint8Array.from({ length: 256 }, (_, byte) => byte), 'image/x'],
      ['zeros', new Uint8Array(16 * 1024 * 1024), 'application/octet-stream'],
      ['random', randomBytes(16 * 1024 * 1024), 'application/octet-stream'],
      ['json', Buffer.from('{"a":[1,2,{"b":null}]}'), 'application/json'],
      ['spaced json', Buffer.from('{"a": 1}\n'), 'application/json'],
      ['mark', Buffer.from('\ufeffmark'), 'text/plain; charset=utf-8'],
      ['k'.repeat(1024), Buffer.from('long key'), 't'],
      ['../..//+%2F\u0000\n"\u2028 汉字 😀', Buffer.from('odd key'), 't'],
    ]
    for (const [key, value, contentType] of extremes) await storage.put({ key, value, contentType, ttlSeconds: 3600 })
    const exported = await collect(storage.exportNdjson(''))
    const other = await storageOnDisk('two')
    expect(await other.storage.importNdjson(chunksOf(exported, 65_536), { firstLine: 1 })).toMatchObject({
      imported: extremes.length,
      failed: 0,
      errors: [],
    })
    expect((await collect(other.storage.exportNdjson(''))) === exported).toBe(true)
    for (const [key, value, contentType] of extremes) {
      const found = other.storage.get(key)
      expect(Buffer.from(found.value).equals(Buffer.from(value))).toBe(true)
      expect(found.meta.contentType).toBe(contentType)
    }
  })

  test('sample data is loaded, listed in key order to the end, and deleted by prefix', async () => {
    const { storage, seen } = await storageOnDisk()
    const { imported } = await storage.loadSample(testJob())
    const keys: string[] = []
    let next: string | null | undefined
    do {
      const page = storage.list({ ...listInput, prefix: 'city:', ...(next && { after: next }) })
      keys.push(...page.items.map(({ key }) => key))
      next = page.next
    } while (next !== null)
    expect(keys.length).toBe(49_025)
    const sorted = keys.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    expect(keys).toEqual(sorted)
    expect(await storage.deletePrefix(testJob(), { prefix: 'city:', dryRun: false })).toEqual({
      matched: 49_025,
      deleted: 49_025,
      changed: 0,
    })
    expect(storage.list({ ...listInput, prefix: 'city:' }).items).toEqual([])
    expect((imported as number) - 49_025).toBe(11_681)
    expect(seen.some(({ event, data }) => event === 'records' && data.prefix !== undefined)).toBe(true)
  })

  test('an atomic batch as large as a batch may be is one transaction', async () => {
    const { storage } = await storageOnDisk()
    const operations = Array.from({ length: 10_000 }, (_, index) => ({
      op: 'put' as const,
      key: `k${index}`,
      value: 'x'.repeat(6000),
      encoding: 'text' as const,
    }))
    const { results } = await storage.batch({ atomic: true, operations })
    expect(results.every(({ status }) => status === 201)).toBe(true)
    expect(storage.list({ ...listInput, limit: 1, reverse: true }).items[0]?.key).toBe('k9999')
  })

  test('atomic batches of many clients on the same records are each whole', async () => {
    const { storage } = await storageOnDisk()
    const put = (key: string, value: number) => storage.put({ key, value: Buffer.from(String(value)), contentType: 't' })
    await put('left', 500)
    await put('right', 500)
    const move = async (amount: number) => {
      const read = await storage.batch({
        atomic: true,
        operations: [
          { op: 'get', key: 'left' },
          { op: 'get', key: 'right' },
        ],
      })
      const [left, right] = read.results
      expect((left?.value as number) + (right?.value as number)).toBe(1000)
      const operations = [
        { op: 'put' as const, key: 'left', value: (left?.value as number) - amount, ifVersion: left?.version as string },
        { op: 'put' as const, key: 'right', value: (right?.value as number) + amount, ifVersion: right?.version as string },
      ]
      return storage.batch({ atomic: true, operations }).then(
        () => true,
        (error: { code: string }) => {
          expect(error.code).toBe('precondition_failed')
          return false
        },
      )
    }
    const client = async (amount: number) => {
      let moved = 0
      for (let round = 0; round < 50; round++) if (await move(amount)) moved += amount
      return moved
    }
    const moved = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(client))
    const total = moved.reduce((sum, amount) => sum + amount, 0)
    expect(Number(text(storage.get('left').value))).toBe(500 - total)
    expect(Number(text(storage.get('right').value))).toBe(500 + total)
  })
})

function openStore(place: string): Promise<GenerationalStore> {
  return LmdbStore.open({
    databaseFolder: join(place, 'db'),
    journalFolder: join(place, 'journal'),
    storeId: randomUUID(),
    nodeId: 'test',
    clock: systemClock,
    log: silentLog,
  })
}
