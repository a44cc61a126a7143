import { cp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/main/base/log.ts'
import type { Frame } from '../../../src/main/journal/frame-codec.ts'
import { Journal } from '../../../src/main/journal/journal.ts'
import { FolderJournalFiles } from '../../../src/main/journal/journal-files.ts'
import { decodeMeta, decodeRecord, encodeRecord } from '../../../src/main/persistence/record-codec.ts'
import { ManualClock } from '../../support/clock.ts'
import { commit, drain, keysOf, page, put, StoreHome, textOf } from '../../support/stores.ts'

// What version 1 has written stays readable for good; docs/formats.md gives the bytes. Fixtures are copied before they are opened.
const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const writtenAt = Date.UTC(2026, 0, 1)

const meta = {
  contentType: 'text/plain; charset=utf-8',
  createdAtMs: 1_700_000_000_000,
  updatedAtMs: 1_700_000_001_000,
  expiresAtMs: 1_900_000_000_000,
}

describe('a record of version 1', () => {
  it('is read as it was written', async () => {
    const record = await readFile(join(fixtures, 'record-v1.bin'))
    const wanted = { ...meta, version: '000102030405060708090a0b', size: 8 }
    expect(decodeMeta('sensor:é/1', record)).toEqual(wanted)
    expect(decodeRecord('sensor:é/1', record)).toEqual({ meta: wanted, value: Buffer.from('21.5 °C') })
  })

  it('is written byte for byte the same', async () => {
    const record = await readFile(join(fixtures, 'record-v1.bin'))
    const fields = { ...meta, version: { ms: 0x0102030405, counter: 0x0607 }, node: 0x08090a0b }
    expect(encodeRecord('sensor:é/1', Buffer.from('21.5 °C'), fields).equals(record)).toBe(true)
  })

  it('belongs to its key: under another one it is damaged', async () => {
    const record = await readFile(join(fixtures, 'record-v1.bin'))
    expect(() => decodeRecord('sensor:é/2', record)).toThrow(expect.objectContaining({ code: 'record_damaged' }))
  })
})

describe('a store of version 1', () => {
  let home: StoreHome
  beforeEach(async () => {
    home = await StoreHome.make(new ManualClock(writtenAt + 10_000))
    await cp(join(fixtures, 'store-v1/db'), home.databaseFolder, { recursive: true })
    await cp(join(fixtures, 'store-v1/journal'), home.journalFolder, { recursive: true })
  })
  afterEach(() => home.remove())

  it('has a journal that gives every transaction', async () => {
    const frames: Frame[] = []
    const files = new FolderJournalFiles(home.journalFolder)
    const options = { files, storeId: 'fixture-store', segmentBytes: 16_384, flushEveryMs: 0, log: silentLog, now: () => 0 }
    const journal = await Journal.open(options, 0, (frame) => frames.push(frame))
    await journal.close()
    const told = frames.map((frame) =>
      frame.kind === 'transaction' ? frame.operations.map(({ key, record }) => `${record === null ? 'delete' : 'put'} ${key}`) : [],
    )
    expect(told).toEqual([['put a', 'put gone', 'put ttl', 'put \u{1f600}'], ['put a', 'delete gone', 'put empty'], ['put \uffff']])
    expect(frames.map(({ sequence, time }) => [sequence, time.ms])).toEqual([
      [1, writtenAt],
      [2, writtenAt + 1000],
      [3, writtenAt + 1000],
    ])
  })

  it('opens with everything, drained and not, and is written on', async () => {
    const store = await home.open({ storeId: 'fixture-store', nodeId: 'fixture-node' })
    expect(keysOf(page(store))).toEqual(['a', 'empty', 'ttl', '\uffff', '\u{1f600}'])
    expect([textOf(store, 'a'), textOf(store, 'empty'), textOf(store, '\uffff')]).toEqual(['in the journal only', '', 'last of the plane'])
    expect(store.get('\u{1f600}')).toMatchObject({ value: Buffer.alloc(9000, 7), meta: { contentType: 'application/octet-stream' } })
    expect(store.figures()).toMatchObject({ records: 5, sequence: 3, appliedSequence: 1 })
    await commit(store, put('new', '1'))
    await drain(store)
    home.clock.advance(86_400_000)
    expect(store.get('ttl')).toBeUndefined()
    await store.close()
    const again = await home.open({ storeId: 'fixture-store', nodeId: 'fixture-node' })
    expect(keysOf(page(again))).toEqual(['a', 'empty', 'new', '\uffff', '\u{1f600}'])
  })

  it('names its live generation in a pointer', async () => {
    const { pointer } = JSON.parse(await readFile(join(home.databaseFolder, 'current.json'), 'utf8'))
    expect(pointer).toMatchObject({ format: 1, storeId: 'fixture-store', previous: null, clockFloor: { ms: 0, counter: 0 } })
    expect(await readdir(home.databaseFolder)).toContain(pointer.live)
  })
})
