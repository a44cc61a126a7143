import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/main/base/log.ts'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import { keyName, MasterKey } from '../../../src/main/persistence/master-key.ts'
import { PackMeans } from '../../../src/main/persistence/pack-means.ts'
import { packRecord } from '../../../src/main/persistence/pack-record.ts'
import { savedShare } from '../../../src/main/persistence/packing-figures.ts'
import { checkRecord, decodeMeta, decodeRecord, encodeRecord } from '../../../src/main/persistence/record-codec.ts'
import { flagsOf, payloadOf, recordFlags, writeChecksum, writeHeaderCheck } from '../../../src/main/persistence/record-header.ts'
import { RecordPacker } from '../../../src/main/persistence/record-packer.ts'
import { RecordSealer } from '../../../src/main/persistence/record-sealer.ts'
import { bytes, commit, drain, page, put, remove, StoreHome, textOf } from '../../support/stores.ts'

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url))
const fields = {
  version: { ms: 0x0102030405, counter: 0x0607 },
  node: 0x08090a0b,
  contentType: 'application/json',
  createdAtMs: 1_700_000_000_000,
  updatedAtMs: 1_700_000_001_000,
  expiresAtMs: null,
}
const reading = (index: number) =>
  JSON.stringify({ sensor: `line-${index % 7}`, celsius: index / 10, humidity: 40 + (index % 20), at: 1_700_000_000 + index, ok: true })
const readings = (count: number, from = 0) => `[${Array.from({ length: count }, (_, index) => reading(from + index)).join(',')}]`
const encode = (key: string, value: string | Buffer) => encodeRecord(key, Buffer.from(value), fields)
const damaged = expect.objectContaining({ code: 'record_damaged' })

describe('a record whose value is compressed', () => {
  const means = new PackMeans({ compresses: true })
  const record = packRecord('a', encode('a', readings(40)), means.plan, means)

  it('is smaller, and gives the value and all that is known of it', () => {
    expect(flagsOf(record)).toBe(recordFlags.compressed)
    expect(record.length).toBeLessThan(readings(40).length / 3)
    const { meta, value } = decodeRecord('a', record)
    expect(value.toString()).toBe(readings(40))
    expect(meta).toEqual(decodeMeta('a', encode('a', readings(40))))
    expect(meta.size).toBe(readings(40).length)
  })

  it('is refused with any one byte of it changed', () => {
    for (let place = 0; place < record.length; place++) {
      const other = Buffer.from(record)
      other[place] = (other[place] as number) ^ 0x10
      expect(() => decodeRecord('a', other), `byte ${place}`).toThrow(damaged)
    }
  })

  it('is refused when it decompresses to other bytes than were compressed, though its own bytes are sound', () => {
    const other = Buffer.from(record)
    const payload = payloadOf(other)
    payload.writeUInt32LE((payload.readUInt32LE(0) ^ 1) >>> 0, 0)
    writeChecksum('a', other, payload)
    expect(() => checkRecord('a', other)).not.toThrow()
    expect(() => decodeRecord('a', other)).toThrow(damaged)
  })

  it('is never larger: what saves less than an eighth stays as it is', () => {
    const noise = encode('a', randomBytes(5000))
    expect(packRecord('a', noise, means.plan, means)).toBe(noise)
    const small = encode('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaa')
    expect(packRecord('a', small, means.plan, means)).toBe(small)
  })

  it('becomes what it was when compression is off', () => {
    const off = new PackMeans({ compresses: false })
    expect(packRecord('a', record, off.plan, off).equals(encode('a', readings(40)))).toBe(true)
  })

  it('is read as version 1 of the format has written it', async () => {
    const stored = await readFile(join(fixtures, 'record-v1-compressed.bin'))
    expect(decodeRecord('sensor:é/1', stored).value.toString()).toBe(readings(40))
  })

  it('comes back, whatever the value is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(40), (value, times) => {
        const whole = Buffer.concat(Array.from({ length: times }, () => value))
        const packed = packRecord('k', encode('k', whole), means.plan, means)
        expect(decodeRecord('k', packed).value.equals(whole)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })
})

it('a record with a flag of a later format is refused, not misread', () => {
  const record = encode('a', 'value')
  record[1] = 4
  writeChecksum('a', record, payloadOf(record))
  expect(() => decodeRecord('a', record)).toThrow(damaged)
  expect(() => decodeMeta('a', record)).toThrow(damaged)
})

describe('the threads that pack', () => {
  const records = Array.from({ length: 1500 }, (_, index) => {
    const key = `r:${index}`
    return { key, record: encode(key, index % 3 === 0 ? randomBytes(700) : readings(10, index)) }
  })

  it('give the records in their order, packed as they would be here', async () => {
    const means = new PackMeans({ compresses: true })
    const packer = new RecordPacker({ means, threads: 2, log: silentLog })
    const packed = await packer.pack(records)
    for (const [index, { key, record }] of records.entries()) {
      expect((packed[index] as Buffer).equals(packRecord(key, record, means.plan, means)), key).toBe(true)
    }
    await packer.close()
  })

  it('leave records as they are when they cannot be reached, and nobody is lost', async () => {
    const packer = new RecordPacker({ means: new PackMeans({ compresses: true }), threads: 2, log: silentLog })
    await packer.close()
    const packed = await packer.pack(records)
    for (const [index, { key, record }] of records.entries())
      expect(decodeRecord(key, packed[index] as Buffer).value.equals(payloadOf(record))).toBe(true)
  })

  it('follow a change of settings with the next records', async () => {
    const means = new PackMeans({ compresses: false })
    const packer = new RecordPacker({ means, threads: 1, log: silentLog })
    expect((await packer.pack(records)).every((record) => flagsOf(record) === 0)).toBe(true)
    means.setCompresses(true)
    expect((await packer.pack(records)).some((record) => flagsOf(record) === recordFlags.compressed)).toBe(true)
    await packer.close()
  })
})

describe('a store that compresses', () => {
  let home: StoreHome
  beforeEach(async () => {
    home = await StoreHome.make()
  })
  afterEach(() => home.remove())

  const storedFlags = async (generation: string) => {
    const environment = LmdbEnvironment.open(join(home.databaseFolder, generation), { readOnly: true })
    const flags = Object.fromEntries(
      [...environment.records.range({ from: '', fromExclusive: false, to: undefined }, false)].map(({ key, record }) => [
        key,
        flagsOf(record),
      ]),
    )
    await environment.close()
    return flags
  }

  it('reads the same before and after it is drained and opened again, in every way there is to read', async () => {
    const store = await home.open()
    await commit(store, put('j:1', readings(30)), put('j:2', readings(30, 5)), put('noise', randomBytes(4000)), put('tiny', '1'))
    const before = page(store, { values: true })
    await drain(store)
    expect(page(store, { values: true })).toEqual(before)
    expect(textOf(store, 'j:1')).toBe(readings(30))
    expect(store.getMeta('j:1')?.size).toBe(readings(30).length)
    const { generation } = store.figures()
    await store.close()
    expect(await storedFlags(generation)).toEqual({ 'j:1': 1, 'j:2': 1, noise: 0, tiny: 0 })
    const again = await home.open()
    expect(page(again, { values: true })).toEqual(before)
  })

  it('tells what it saves, by prefix, and still does after it was opened again', async () => {
    const store = await home.open()
    for (let index = 0; index < 50; index++)
      await commit(store, put(`j:${index}`, readings(20, index)), put(`n/${index}`, randomBytes(1000)))
    await drain(store)
    const { packing } = store.figures()
    expect(packing).toMatchObject({ values: 100 })
    const of = (prefix: string) => packing.prefixes.find((one) => one.prefix === prefix)
    expect(savedShare(of('j:') as never)).toBeGreaterThan(0.6)
    expect(savedShare(of('n/') as never)).toBe(0)
    await store.close()
    expect((await home.open()).figures().packing).toEqual(packing)
  })

  it('stores values as they are where it is told to, and reads those that it compressed before', async () => {
    const store = await home.open()
    await commit(store, put('a', readings(30)))
    await drain(store)
    await store.close()
    const plain = await home.open({ means: new PackMeans({ compresses: false }) })
    await commit(plain, put('b', readings(30)))
    await drain(plain)
    expect([textOf(plain, 'a'), textOf(plain, 'b')]).toEqual([readings(30), readings(30)])
    const { generation } = plain.figures()
    await plain.close()
    expect(await storedFlags(generation)).toEqual({ a: 1, b: 0 })
  })

  it('judges conditions, deletes and replaces what is compressed', async () => {
    const store = await home.open()
    const [written] = await commit(store, put('a', readings(30)))
    await drain(store)
    const version = written !== undefined && 'meta' in written ? written.meta.version : ''
    await expect(commit(store, put('a', 'x', { condition: { version: null } }))).rejects.toMatchObject({ code: 'precondition_failed' })
    await commit(store, put('a', readings(31), { condition: { version } }))
    await drain(store)
    expect(textOf(store, 'a')).toBe(readings(31))
    await commit(store, remove('a'))
    await drain(store)
    expect(store.get('a')).toBeUndefined()
  })

  it('keeps the bytes of a value that is neither text nor small', async () => {
    const store = await home.open()
    const value = Buffer.concat([bytes(readings(20_000)), randomBytes(100_000)])
    await commit(store, put('large', value))
    await drain(store)
    expect(Buffer.from(store.get('large')?.value ?? []).equals(value)).toBe(true)
  })
})

describe('a record that is encrypted', () => {
  const master = new MasterKey(Buffer.from(Array.from({ length: 32 }, (_, index) => index)))
  const means = new PackMeans({ compresses: true })
  means.setKeys([master], master.id)
  const value = readings(40)
  const record = packRecord('a', encode('a', value), means.plan, means)

  it('shows its metadata, and its value only with the key', () => {
    expect(flagsOf(record)).toBe(recordFlags.encrypted | recordFlags.compressed)
    expect(decodeMeta('a', record)).toEqual(decodeMeta('a', encode('a', value)))
    expect(decodeRecord('a', record, means).value.toString()).toBe(value)
    const other = new PackMeans({ compresses: true })
    other.setKeys([MasterKey.generate()], 0)
    for (const without of [undefined, other])
      expect(() => decodeRecord('a', record, without)).toThrow(expect.objectContaining({ code: 'key_missing' }))
  })

  it('is checked without its key, and refused with any one byte of it changed', () => {
    expect(() => checkRecord('a', record)).not.toThrow()
    for (let place = 0; place < record.length; place++) {
      const other = Buffer.from(record)
      other[place] = (other[place] as number) ^ 1
      expect(() => checkRecord('a', other), `byte ${place}`).toThrow(damaged)
    }
  })

  it('fits under no other key, at no other version, with no other byte, though all checksums are made to hold', () => {
    const forged = (change: (record: Buffer) => void, key = 'a') => {
      const other = Buffer.from(record)
      change(other)
      writeHeaderCheck(other, 16)
      writeChecksum(key, other, payloadOf(other))
      expect(() => checkRecord(key, other)).not.toThrow()
      return () => decodeRecord(key, other, means)
    }
    expect(forged(() => {})).not.toThrow()
    expect(forged(() => {}, 'b')).toThrow(damaged)
    for (let place = 12; place < 42; place++)
      expect(
        forged((other) => void other.writeUInt8(other.readUInt8(place) ^ 1, place)),
        `byte ${place}`,
      ).toThrow(damaged)
    for (let place = 72; place < record.length; place++)
      expect(
        forged((other) => void other.writeUInt8(other.readUInt8(place) ^ 1, place)),
        `byte ${place}`,
      ).toThrow(damaged)
  })

  it('is never the same twice', () => {
    const one = encode('a', 'x')
    expect(packRecord('a', one, means.plan, means).equals(packRecord('a', one, means.plan, means))).toBe(false)
  })

  it('is read as version 1 of the format has written it', async () => {
    const stored = await readFile(join(fixtures, 'record-v1-encrypted.bin'))
    expect(keyName(master.id)).toBe(keyName(stored.readUInt32LE(42)))
    expect(decodeRecord('sensor:é/1', stored, means).value.toString()).toBe(value)
  })

  it('comes after so many others under another record key: none is used beyond its bound', () => {
    const sealer = new RecordSealer(master, { mostUses: 3 })
    const salts = Array.from({ length: 10 }, () => sealer.seal(bytes('x'), bytes('y')).readUInt32LE(0))
    const uses = new Map<number, number>()
    for (const salt of salts) uses.set(salt, (uses.get(salt) ?? 0) + 1)
    expect(Math.max(...uses.values())).toBeLessThanOrEqual(3)
    expect(uses.size).toBeGreaterThanOrEqual(4)
  })
})
