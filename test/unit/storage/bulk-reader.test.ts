import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { searchInput } from '../../../src/contract/index.ts'
import { MasterKey } from '../../../src/main/persistence/master-key.ts'
import { PackMeans } from '../../../src/main/persistence/pack-means.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { BulkReader, recordsOf } from '../../../src/main/storage/reading/bulk-reader.ts'
import { commit, drain, page, put, StoreHome } from '../../support/stores.ts'

const range = { prefix: 'r:', limit: 50, maxValueBytes: 1024 * 1024 }
const everything = { prefix: 'r:', limit: 1000, values: true }
/** Some of it compresses, and a page of it is not done without a thread. */
const value = (index: number) => `{"city":"Zürich","reading":${index},"text":"${'abc '.repeat(100)}${randomBytes(600).toString('hex')}"}`

let home: StoreHome
let store: GenerationalStore
let reader: BulkReader
let means: PackMeans

beforeEach(async () => {
  home = await StoreHome.make()
  means = new PackMeans({ compresses: true })
  const master = new MasterKey(randomBytes(32))
  means.setKeys([master], master.id)
  store = await home.open({ means })
  reader = new BulkReader({ store, means, threads: 2 })
  for (let start = 0; start < 300; start += 100)
    await commit(
      store,
      ...Array.from({ length: 100 }, (_, index) => put(`r:${String(start + index).padStart(3, '0')}`, value(start + index))),
    )
  await drain(store)
  // Acknowledged and not drained yet: packed or not, a reader sees them.
  await commit(store, put('r:000', 'newer'), put('r:300', value(300)))
})
afterEach(async () => {
  await reader.close()
  await home.remove()
})

describe('the threads that read', () => {
  it('give the records that a page of the store shows, encrypted, compressed and not yet drained ones included', async () => {
    const read = []
    for await (const { result } of reader.each({ kind: 'open' }, range)) read.push(...recordsOf(result))
    const expected = page(store, everything).items
    expect(read.map(({ key, meta, value }) => ({ key, meta, value: Buffer.from(value).toString() }))).toEqual(
      expected.map(({ key, meta, value }) => ({ key, meta, value: Buffer.from(value).toString() })),
    )
    expect(read).toHaveLength(301)
    expect(reader.figures.threads).toBe(2)
    expect(reader.figures.pagesInThreads).toBeGreaterThan(3)
  })

  it('write lines in key order, and find in values, as would be done here', async () => {
    const lines = []
    for await (const { result, records } of reader.each({ kind: 'lines', maxLineBytes: 1024 * 1024 }, range)) {
      const text = Buffer.from(result.bytes).toString().trim().split('\n')
      expect(text).toHaveLength(records)
      lines.push(...text.map((line) => (JSON.parse(line) as { key: string }).key))
    }
    expect(lines).toEqual(page(store, everything).items.map(({ key }) => key))
    const hits = []
    const input = searchInput.parse({ text: 'reading":2\\d\\d,', mode: 'regex', in: 'values', prefix: 'r:' })
    for await (const { result } of reader.each({ kind: 'search', input }, range)) hits.push(...result.hits)
    expect(hits.map(({ key }) => key)).toEqual(Array.from({ length: 100 }, (_, index) => `r:${200 + index}`))
  })

  it('tell a failure in its turn, and go on with other work', async () => {
    const input = searchInput.parse({ text: '^(.+)+!$', mode: 'regex', in: 'values', prefix: 'r:' })
    await expect(consume(reader.each({ kind: 'search', input }, range))).rejects.toMatchObject({ code: 'invalid_request' })
    const stop = new AbortController()
    await expect(consume(reader.each({ kind: 'open' }, range, stop.signal), () => stop.abort())).rejects.toMatchObject({
      code: 'cancelled',
    })
    expect(await consume(reader.each({ kind: 'open' }, range))).toBe(301)
  })

  it('open what was packed by other means since', async () => {
    await consume(reader.each({ kind: 'open' }, range))
    const next = new MasterKey(randomBytes(32))
    means.setKeys([next, ...means.toMessage().secrets.map((secret) => new MasterKey(secret))], next.id)
    await commit(store, put('r:001', value(1)))
    await drain(store)
    expect(await consume(reader.each({ kind: 'open' }, range))).toBe(301)
  })
})

async function consume(steps: AsyncIterable<{ readonly records: number }>, onStep?: () => void): Promise<number> {
  let records = 0
  for await (const step of steps) {
    records += step.records
    onStep?.()
  }
  return records
}
