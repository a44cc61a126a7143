import { describe, expect, it } from 'vitest'
import { type SearchInput, searchInput } from '../../../src/contract/index.ts'
import { systemClock } from '../../../src/main/base/clock.ts'
import type { StoredRecord } from '../../../src/main/persistence/record-store.ts'
import { runBulk } from '../../../src/main/storage/bulk-run.ts'
import { SearchRegistry } from '../../../src/main/storage/search-registry.ts'
import type { KeptAct, PlannedAct, UndoPort } from '../../../src/main/storage/undo-port.ts'
import { bytes, storageOver, testJob } from './setup.ts'

const wish = (input: Partial<SearchInput> & { text: string }): SearchInput => searchInput.parse(input)

async function searchOver(values: Record<string, string>) {
  const parts = storageOver()
  for (const [key, value] of Object.entries(values)) await parts.put(key, value)
  const searches = new SearchRegistry({
    store: parts.store,
    reader: parts.reader,
    clock: systemClock,
    total: () => Object.keys(values).length,
  })
  const find = async (input: Partial<SearchInput> & { text: string }) => {
    const job = testJob()
    await searches.run(job, wish(input))
    return searches.hits({ id: job.id, skip: 0, limit: 100 })
  }
  return { ...parts, searches, find }
}

describe('a search in keys', () => {
  const keys = { 'sensor:Ä:1': '', 'sensor:b:2': '', 'SENSOR:c': '', '温度:上海': '', 'a*b': '', aXb: '' }

  it('finds what contains the text, in key order, whatever its case', async () => {
    const { find } = await searchOver(keys)
    expect((await find({ text: 'sensor' })).items.map(({ key }) => key)).toEqual(['SENSOR:c', 'sensor:b:2', 'sensor:Ä:1'])
    expect((await find({ text: 'sensor', caseSensitive: true })).found).toBe(2)
    expect((await find({ text: 'ä' })).items.map(({ key }) => key)).toEqual(['sensor:Ä:1'])
    expect((await find({ text: '度:上' })).items.map(({ key }) => key)).toEqual(['温度:上海'])
  })

  it('takes * and ? of a glob for characters, and all else for itself', async () => {
    const { find } = await searchOver(keys)
    expect((await find({ text: 'a?b', mode: 'glob' })).found).toBe(2)
    expect((await find({ text: '*:?', mode: 'glob' })).items.map(({ key }) => key)).toEqual(['SENSOR:c', 'sensor:b:2', 'sensor:Ä:1'])
    expect((await find({ text: 'a.b', mode: 'glob' })).found).toBe(0)
  })

  it('stops a pattern that would go on for ever, and says what is wrong', async () => {
    const { find } = await searchOver({ [`${'a'.repeat(60)}!`]: '' })
    await expect(find({ text: '^(a+)+$', mode: 'regex' })).rejects.toThrow('it takes too long')
    await expect(find({ text: '(', mode: 'regex' })).rejects.toThrow('it is not a regular expression')
  })

  it('keeps what it found when it is cancelled', async () => {
    const { searches } = await searchOver(keys)
    const controller = new AbortController()
    controller.abort()
    await expect(searches.run(testJob(controller), wish({ text: 'sensor' }))).rejects.toMatchObject({ code: 'cancelled' })
    expect(searches.hits({ id: 'job', skip: 0, limit: 10 })).toMatchObject({ state: 'stopped', found: 0 })
  })
})

describe('a search in values', () => {
  it('finds text in values, also behind escapes of JSON, and shows it with its surroundings', async () => {
    const { find } = await searchOver({ a: '{"name":"Z\\u00fcrich"}', b: 'Zürich', c: '{"name":"Bern"}' })
    const { items } = await find({ text: 'zürich', in: 'values' })
    expect(items.map(({ key }) => key)).toEqual(['a', 'b'])
    const { snippet } = items[0] as (typeof items)[number]
    expect(snippet?.text.slice(snippet.from, snippet.to)).toBe('Zürich')
    expect((await find({ text: 'Zürich', in: 'values', caseSensitive: true })).found).toBe(2)
  })

  it('finds what stands behind the first mebibyte of a value', async () => {
    const { find } = await searchOver({ a: `${'x'.repeat(2_000_000)}needle` })
    expect((await find({ text: 'needle', in: 'values' })).found).toBe(1)
  })
})

describe('a bulk change', () => {
  const setUp = async () => {
    const parts = storageOver()
    for (let place = 0; place < 1200; place++) await parts.put(`a:${String(place).padStart(4, '0')}`, 'four')
    await parts.put('b', 'stays')
    return parts
  }

  it('says in a dry run how many records it would meet and how large they are, and changes nothing', async () => {
    const { storage, store } = await setUp()
    expect(await storage.checkBulk(testJob(), { prefix: 'a:' })).toMatchObject({ matched: 1200, bytes: 4800 })
    expect(await storage.checkBulk(testJob(), { keys: ['a:0001', 'a:0001', 'gone', 'b'] })).toMatchObject({ matched: 2, bytes: 9 })
    expect(store.records.size).toBe(1201)
  })

  it('deletes by prefix and leaves the rest', async () => {
    const { storage, store } = await setUp()
    expect(await storage.bulk(testJob(), { prefix: 'a:' }, { kind: 'delete' })).toMatchObject({ matched: 1200, changed: 1200, skipped: 0 })
    expect([...store.records.keys()]).toEqual(['b'])
  })

  it('gives records a life and takes it away again, with their values as they were', async () => {
    const { storage, store, clock } = await setUp()
    await storage.bulk(testJob(), { keys: ['a:0001', 'b'] }, { kind: 'ttl', ttlSeconds: 60 })
    expect(store.get('b')?.meta).toMatchObject({ contentType: 'text/plain', expiresAtMs: clock.wallMs() + 60_000 })
    expect(store.get('b')?.value).toEqual(bytes('stays'))
    expect(store.get('a:0000')?.meta.expiresAtMs).toBeNull()
    await storage.bulk(testJob(), { keys: ['b'] }, { kind: 'ttl', ttlSeconds: null })
    expect(store.get('b')?.meta.expiresAtMs).toBeNull()
  })

  it('leaves what others changed meanwhile, and names it', async () => {
    const { storage, store, put } = await setUp()
    store.beforeCommit = async () => {
      store.beforeCommit = async () => {}
      const found = store.records.get('a:0003') as StoredRecord
      store.records.set('a:0003', { ...found, meta: { ...found.meta, version: 'newer' } })
    }
    const result = await storage.bulk(testJob(), { prefix: 'a:' }, { kind: 'delete' })
    expect(result).toMatchObject({ changed: 1199, skipped: 1, skippedKeys: ['a:0003'] })
    expect([...store.records.keys()].sort()).toEqual(['a:0003', 'b'])
    await put('c', 'x')
  })

  it('lets each batch be kept for undo before it is changed, and ends the act whatever happens', async () => {
    const { store, clock } = await setUp()
    const seen: string[] = []
    const commit = (operations: Parameters<typeof store.commit>[0]) => store.commit(operations, { durability: 'durable' })
    const act: KeptAct = {
      id: 'act',
      change: (operations, commitBound) => {
        for (const { key } of operations) seen.push(`${key}:${store.records.has(key)}`)
        return commitBound(operations)
      },
      end: async () => void seen.push('end'),
    }
    const keep = async (planned: PlannedAct) => {
      seen.push(planned.action)
      return act
    }
    const undo = { keep } as unknown as UndoPort
    await runBulk({ store, clock, commit, undo, batchRecords: 500 }, testJob(), { prefix: 'a:' }, { kind: 'delete' })
    expect(seen).toHaveLength(1202)
    expect([seen[0], seen.at(-1)]).toEqual(['records.deleted', 'end'])
    expect(new Set(seen.slice(1, -1).map((line) => line.slice('a:0000'.length)))).toEqual(new Set([':true']))
  })

  it('says how much it changed when it is cancelled half-way', async () => {
    const { storage, store } = await setUp()
    const controller = new AbortController()
    store.beforeCommit = async () => {
      if (store.commits.length > 1201) controller.abort()
    }
    const run = storage.bulk(testJob(controller), { prefix: 'a:' }, { kind: 'delete' })
    await expect(run).rejects.toMatchObject({ code: 'cancelled', details: { changed: 500 } })
    expect(store.records.size).toBe(701)
  })
})
