import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/main/base/log.ts'
import { decodeDictionary, dictionaryPrefix, encodeDictionary } from '../../../src/main/persistence/dictionary-entry.ts'
import { DictionaryKeeper } from '../../../src/main/persistence/dictionary-keeper.ts'
import { dictionaryOf, makeDictionary } from '../../../src/main/persistence/dictionary-maker.ts'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import { LmdbGenerationBuilder } from '../../../src/main/persistence/lmdb-generation-builder.ts'
import { LmdbReader } from '../../../src/main/persistence/lmdb-reader.ts'
import { MasterKey } from '../../../src/main/persistence/master-key.ts'
import { PackMeans } from '../../../src/main/persistence/pack-means.ts'
import { packRecord } from '../../../src/main/persistence/pack-record.ts'
import { savedShare } from '../../../src/main/persistence/packing-figures.ts'
import { checkRecord, decodeRecord, encodeRecord } from '../../../src/main/persistence/record-codec.ts'
import { dictionaryIdOf, keyIdOf } from '../../../src/main/persistence/record-header.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { commit, drain, put, StoreHome, textOf } from '../../support/stores.ts'

const reading = (index: number) =>
  JSON.stringify({
    sensor: `line-${index % 7}`,
    celsius: ((index * 37) % 1000) / 10,
    humidity: 40 + (index % 20),
    at: 1_700_000_000 + index * 61,
    ok: index % 9 !== 0,
  })
const samples = Array.from({ length: 400 }, (_, index) => Buffer.from(reading(index)))
const fields = {
  version: { ms: 1, counter: 0 },
  node: 1,
  contentType: 'application/json',
  createdAtMs: 1,
  updatedAtMs: 1,
  expiresAtMs: null,
}
const encode = (key: string, value: string) => encodeRecord(key, Buffer.from(value), fields)
const meansWith = (bytes: Buffer, id = dictionaryOf(bytes).id) => {
  const means = new PackMeans({ compresses: true })
  means.addDictionary({ id, bytes })
  means.compressWith('r:', id)
  return means
}

describe('a dictionary', () => {
  it('makes small values of one kind less than half as large, where none would do nothing', () => {
    const made = makeDictionary(samples)
    expect(made?.bytes.length).toBeLessThanOrEqual(8192)
    const means = meansWith(made?.bytes as Buffer)
    const record = packRecord('r:1', encode('r:1', reading(5001)), means.plan, means)
    expect(dictionaryIdOf(record)).toBe(made?.id)
    expect(record.readUInt32LE(4)).toBeLessThan(reading(5001).length / 2)
    expect(decodeRecord('r:1', record, means).value.toString()).toBe(reading(5001))
    const other = encode('s:1', reading(5001))
    expect(packRecord('s:1', other, means.plan, means)).toBe(other)
  })

  it('is not made where it would not help, or of too little', () => {
    expect(makeDictionary(Array.from({ length: 400 }, () => randomBytes(100)))).toBeUndefined()
    expect(makeDictionary(samples.slice(0, 50))).toBeUndefined()
  })

  it('that is another one under the same id gives no wrong value, nor does one that is missing', () => {
    const right = meansWith(Buffer.concat(samples.slice(0, 40)), 7)
    const record = packRecord('r:1', encode('r:1', reading(5001)), right.plan, right)
    const wrong = meansWith(Buffer.concat(samples.slice(40, 80)), 7)
    expect(() => checkRecord('r:1', record)).not.toThrow()
    expect(() => decodeRecord('r:1', record, wrong)).toThrow(expect.objectContaining({ code: 'record_damaged' }))
    expect(() => decodeRecord('r:1', record)).toThrow(/dictionary 00000007/)
  })

  it('is stored under its hash, encrypted where values are, and not taken when it is another', () => {
    const means = new PackMeans({ compresses: true })
    const entry = { prefix: 'r:', dictionary: dictionaryOf(Buffer.concat(samples.slice(0, 20))) }
    const stored = encodeDictionary(entry, means)
    expect(decodeDictionary(stored.key, stored.value, means)).toMatchObject({ prefix: 'r:', dictionary: { id: entry.dictionary.id } })
    const changed = Buffer.from(stored.value)
    changed[200] = (changed[200] as number) ^ 1
    expect(decodeDictionary(stored.key, changed, means)).toBeUndefined()
    const master = MasterKey.generate()
    means.setKeys([master], master.id)
    const sealed = encodeDictionary(entry, means)
    expect(sealed.value.includes('"sensor"')).toBe(false)
    expect(decodeDictionary(sealed.key, sealed.value, means)?.dictionary.bytes.equals(entry.dictionary.bytes)).toBe(true)
    expect(decodeDictionary(sealed.key, sealed.value, new PackMeans({ compresses: true }))).toBeUndefined()
  })
})

describe('a store with many small values', () => {
  let home: StoreHome
  let means: PackMeans
  let store: GenerationalStore
  let keeper: DictionaryKeeper

  const open = async () => {
    means = new PackMeans({ compresses: true })
    store = await home.open({ means })
    keeper = new DictionaryKeeper({ store, means, log: silentLog })
  }
  beforeEach(async () => {
    home = await StoreHome.make()
    await open()
    for (let from = 0; from < 1500; from += 100)
      await commit(store, ...Array.from({ length: 100 }, (_, index) => put(`r:${from + index}`, reading(from + index))))
    await drain(store)
  })
  afterEach(async () => {
    await keeper.close()
    await home.remove()
  })

  const dictionariesOnDisk = async () => {
    const environment = LmdbEnvironment.open(join(home.databaseFolder, store.figures().generation), { readOnly: true })
    const ids = new Set(
      [...environment.records.range({ from: '', fromExclusive: false, to: undefined }, false)].map(({ record }) => dictionaryIdOf(record)),
    )
    await environment.close()
    return [...ids]
  }

  it('makes a dictionary, keeps it in the system table, stores what is there anew with it, and saves more than half', async () => {
    expect(savedShare(store.figures().packing)).toBe(0)
    await keeper.look()
    const [entry] = store.system.entries(dictionaryPrefix)
    const [id] = await dictionariesOnDisk()
    expect(entry?.[0]).toMatch(/^dictionary\/[0-9a-f]{64}$/)
    expect(await dictionariesOnDisk()).toEqual([Buffer.from((entry?.[0] ?? '').slice(11), 'hex').readUInt32LE(0)])
    expect(id).not.toBe(0)
    expect(savedShare(store.figures().packing)).toBeGreaterThan(0.5)
    expect(store.figures().packing.values).toBe(1500)
    for (const index of [0, 777, 1499]) expect(textOf(store, `r:${index}`)).toBe(reading(index))
    await keeper.look()
    expect(store.system.entries(dictionaryPrefix)).toHaveLength(1)
  })

  it('reads its values after it was opened again, and goes on with the same dictionary', async () => {
    await keeper.look()
    const [id] = await dictionariesOnDisk()
    await keeper.close()
    await store.close()
    await open()
    expect(textOf(store, 'r:42')).toBe(reading(42))
    await commit(store, put('r:new', reading(9999)))
    await drain(store)
    expect(await dictionariesOnDisk()).toEqual([id])
    expect(textOf(store, 'r:new')).toBe(reading(9999))
  })

  it('takes its dictionaries along into another store', async () => {
    await keeper.look()
    const held = await store.holdSnapshot()
    const reader = LmdbReader.open(held.generationFolder)
    const otherMeans = new PackMeans({ compresses: true })
    const opened = await home.sub('other').open({ means: otherMeans })
    const next = opened.newGenerationFolder()
    const builder = await LmdbGenerationBuilder.create(next.folder, { storeId: 'store-1', timeline: 'x' })
    using snapshot = reader.begin()
    await builder.setSystem(snapshot.system())
    for (const { key, record } of snapshot.records()) await builder.append(key, record)
    await builder.finish()
    held.release()
    const otherKeeper = new DictionaryKeeper({ store: opened, means: otherMeans, log: silentLog })
    await opened.switchGeneration({ id: next.id, reason: { kind: 'undo' } })
    expect(textOf(opened, 'r:42')).toBe(reading(42))
    await otherKeeper.close()
  })

  it('has dictionaries that hold no value in plain text once it is encrypted', async () => {
    await keeper.look()
    const master = MasterKey.generate()
    means.setKeys([master], master.id)
    await keeper.storeAnew()
    await store.repack((_key, record) => keyIdOf(record) !== master.id, { signal: new AbortController().signal, onSeen: () => {} })
    await store.eraseTraces({ keepsPrevious: false })
    for (const entry of await readdir(home.folder, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect((await readFile(join(entry.parentPath, entry.name))).includes('"sensor"'), entry.name).toBe(false)
    }
    expect(textOf(store, 'r:42')).toBe(reading(42))
  })
})

it('what was stored in a rush is packed when there is time', async () => {
  const home = await StoreHome.make()
  const means = new PackMeans({ compresses: true })
  // So small an overlay is full with a few records: the drain is pressed from the first one on.
  const store = await home.open({ means, settings: { overlayMaxBytes: 3000 } })
  const keeper = new DictionaryKeeper({ store, means, log: silentLog })
  const value = (index: number) => `[${Array.from({ length: 10 }, (_, place) => reading(index + place)).join(',')}]`
  for (let index = 0; index < 20; index++) await commit(store, put(`r:${index}`, value(index)), put(`s:${index}`, value(index)))
  await drain(store)
  const rushed = savedShare(store.figures().packing) as number
  await keeper.look()
  expect(savedShare(store.figures().packing)).toBeGreaterThan(Math.max(0.5, rushed))
  expect(textOf(store, 'r:7')).toBe(value(7))
  await keeper.close()
  await home.remove()
})
