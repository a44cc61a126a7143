import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Backup, Health } from '../../src/contract/index.ts'
import { contents, copyOf, type DamageSample, finishedJob, flipBit, makeDamageSample, readAll } from '../support/faults/damage.ts'
import { HostProcess, killAllHosts, type Refusal } from '../support/faults/host-process.ts'
import { keyPages, pageBytes } from '../support/faults/lmdb-pages.ts'
import { makeScratch, removeScratch } from '../support/faults/scratch.ts'
import { Chance, seedOfRun } from '../support/faults/seeded.ts'

const seed = seedOfRun()
let scratch: string
let sample: DamageSample
let dataFile: string
let segment: string

beforeAll(async () => {
  scratch = makeScratch('damage')
  mkdirSync(join(scratch, 'data'), { mode: 0o700 })
  sample = await makeDamageSample(join(scratch, 'data'), join(scratch, 'rules'))
  const names = [...contents(sample.folder).keys()]
  dataFile = names.find((name) => name.endsWith('data.mdb')) as string
  segment = names.find((name) => /journal-\d+\.hfj$/.test(name)) as string
})
afterAll(async () => {
  await killAllHosts()
  removeScratch(scratch)
})

interface Flip {
  readonly file: string
  readonly offset: number
  readonly bit?: number
}
interface Seen {
  readonly refusal: Refusal | undefined
  readonly health: Health | undefined
  /** The sentence that a person is shown. */
  readonly sentence: string
  readonly outcomes: Map<string, string>
}

const hint = (flip: Flip): string => `${flip.file}, offset ${flip.offset}, bit ${flip.bit ?? 0} (HOLDFAST_SEED=${seed})`
const read = (name: string): Buffer => readFileSync(join(sample.folder, name))
/** Where a value stands in a file. */
const placeOf = (name: string, key: string, from = 0): number =>
  read(name).indexOf(sample.records.get(key)?.subarray(0, 40) as Buffer, from)

/** Starts on a copy with one flipped bit, reads every record, asks how the host is, and checks that no file was changed or deleted. */
async function startDamaged(flip: Flip, mayChange: readonly string[] = []): Promise<Seen> {
  const folder = copyOf(sample, join(scratch, 'case'))
  flipBit(join(folder, flip.file), flip.offset, flip.bit)
  const before = contents(folder)
  const host = await HostProcess.tryStart({ dataFolder: folder }).catch((error) => {
    throw new Error(`${hint(flip)}: ${error}`)
  })
  const seen =
    host instanceof HostProcess ? await look(host, flip) : { refusal: host, health: undefined, sentence: host.detail, outcomes: new Map() }
  const after = contents(folder)
  const changed = [...before].filter(([name, hash]) => after.get(name) !== hash).map(([name]) => name)
  expect(
    changed.filter((name) => !mayChange.some((part) => name.includes(part))),
    `changed or deleted: ${hint(flip)}`,
  ).toEqual([])
  return seen
}

async function look(host: HostProcess, flip: Flip): Promise<Seen> {
  try {
    const outcomes = await readAll(host.client, sample.records)
    const answer = await host.client.send('GET', '/api/health')
    const health = JSON.parse(answer.body.toString()) as Health
    const isStopped = [...outcomes.values()].includes('store_damaged')
    expect(answer.status, hint(flip)).toBe(isStopped ? 503 : 200)
    const worst = health.checks?.find(({ level }) => level === 'critical')
    return { refusal: undefined, health, sentence: worst?.reason ?? '', outcomes }
  } catch (error) {
    throw new Error(`${hint(flip)}: ${error}\n${host.errors}`, { cause: error })
  } finally {
    await host.kill()
  }
}

/** Every record is refused with the state that health names. */
function expectStopped(seen: Seen, named: RegExp): void {
  expect(seen.sentence).toMatch(named)
  expect(seen.sentence.length).toBeGreaterThan(60)
  expect(new Set(seen.outcomes.values())).toEqual(seen.refusal ? new Set() : new Set(['store_damaged']))
}

const outcomesBut = (seen: Seen, keys: readonly string[]) =>
  new Set([...seen.outcomes].filter(([key]) => !keys.includes(key)).map(([, outcome]) => outcome))

describe('one flipped bit in the journal', () => {
  it('stops the store when it lies in a frame that a later one proves to have been synced', async () => {
    const seen = await startDamaged({ file: segment, offset: placeOf(segment, 'last/1') + 5 })
    expectStopped(seen, /journal is damaged.*journal-\d+\.hfj, offset \d+/)
  })

  it('stops the store when it lies in a frame that the database holds already', async () => {
    const seen = await startDamaged({ file: segment, offset: placeOf(segment, 'd/0100') + 300, bit: 6 })
    expectStopped(seen, /journal is damaged/)
  })

  it('is a torn tail when it lies in the last frame: everything before it is there', async () => {
    const flip = { file: segment, offset: placeOf(segment, 'last/3') + 100, bit: 3 }
    const seen = await startDamaged(flip, ['journal', 'data.mdb'])
    expect(seen.outcomes.get('last/3')).toBe('not_found')
    expect(outcomesBut(seen, ['last/3'])).toEqual(new Set(['whole']))
  })

  it('stops the store when it lies in the header of a segment', async () => {
    for (const offset of [0, 8, 15, 20, 40, 126]) expectStopped(await startDamaged({ file: segment, offset, bit: 1 }), /journal/)
  })

  it('is nobody’s concern in a free segment', async () => {
    const free = [...contents(sample.folder).keys()].find((name) => name.includes('/free-')) as string
    const seen = await startDamaged({ file: free, offset: 5000 }, ['journal', 'data.mdb'])
    expect(outcomesBut(seen, [])).toEqual(new Set(['whole']))
  })
})

describe('one flipped bit in the database', () => {
  it('in a value is found by its checksum; the record is named and refused, the others are served', async () => {
    for (const key of ['d/0001', 'd/0002', 'd/0003']) {
      const flip = { file: dataFile, offset: placeOf(dataFile, key) + 20, bit: 2 }
      const seen = await startDamaged(flip, ['journal', 'data.mdb'])
      expect(seen.outcomes.get(key), hint(flip)).toBe('record_damaged')
      expect(outcomesBut(seen, [key])).toEqual(new Set(['whole']))
      expect(seen.sentence).toMatch(/damaged record/)
    }
  })

  it('in a value is refused by a backup, which names the record and leaves no file', async () => {
    const folder = copyOf(sample, join(scratch, 'case'))
    flipBit(join(folder, dataFile), placeOf(dataFile, 'd/0003') + 7000)
    const host = await HostProcess.start({ dataFolder: folder })
    const job = await finishedJob(host.client, '/api/backups')
    expect(job.state).toBe('failed')
    expect(job.error?.detail).toContain('d/0003')
    const { items } = await host.client.json<{ items: Backup[] }>('GET', '/api/backups')
    await host.kill()
    expect(items.map(({ id }) => id)).toEqual([sample.backupId])
    expect([...contents(folder).keys()].filter((name) => name.startsWith('backups/'))).toEqual([sample.backupFile])
  })

  it('in a meta page stops the store, or is harmless', { timeout: 300_000 }, async () => {
    const chance = new Chance(seed)
    for (let time = 0; time < 24; time++) {
      const flip = { file: dataFile, offset: chance.whole(0, 1) * pageBytes + chance.whole(0, 170), bit: chance.whole(0, 7) }
      await expectNamedOrHarmless(flip)
    }
  })

  it('in a page of keys is named or harmless: no record goes missing in silence, and no host dies', { timeout: 300_000 }, async () => {
    const chance = new Chance(seed)
    const pages = keyPages(join(sample.folder, dataFile))
    const branches = pages.filter(({ kind }) => kind === 'branch')
    for (let time = 0; time < 40; time++) {
      const page = chance.pick(chance.yes(0.5) ? branches : pages)
      const within = chance.yes(0.6) ? chance.whole(0, page.pointersEnd + 40) : chance.whole(page.pointersEnd, pageBytes - 1)
      await expectNamedOrHarmless({
        file: dataFile,
        offset: page.number * pageBytes + Math.min(within, pageBytes - 1),
        bit: chance.whole(0, 7),
      })
    }
  })
})

/** LMDB has no checksums of its own: whatever one bit does, it shows, or it does nothing. */
async function expectNamedOrHarmless(flip: Flip): Promise<void> {
  const seen = await startDamaged(flip, ['journal', 'data.mdb'])
  const outcomes = outcomesBut(seen, [])
  const isHarmless = seen.refusal === undefined && [...outcomes].every((outcome) => outcome === 'whole')
  if (isHarmless) return
  expect(
    [...outcomes].filter((outcome) => !['whole', 'record_damaged', 'store_damaged'].includes(outcome)),
    hint(flip),
  ).toEqual([])
  expect(seen.sentence, hint(flip)).toMatch(/damaged/)
}

describe('one flipped bit in the files that name things', () => {
  it('in the pointer to the live generation stops the store, wherever it lies', async () => {
    const chance = new Chance(seed)
    const bytes = statSync(join(sample.folder, 'db/current.json')).size
    for (let time = 0; time < 12; time++) {
      const flip = { file: 'db/current.json', offset: chance.whole(0, bytes - 2), bit: chance.whole(0, 7) }
      expectStopped(await startDamaged(flip), /current\.json/)
    }
  })

  it('in holdfast.json is refused, wherever it lies, and named', { timeout: 120_000 }, async () => {
    const chance = new Chance(seed)
    const bytes = statSync(join(sample.folder, 'holdfast.json')).size
    for (let time = 0; time < 12; time++) {
      const flip = { file: 'holdfast.json', offset: chance.whole(0, bytes - 2), bit: chance.whole(0, 7) }
      const seen = await startDamaged(flip)
      expect(seen.sentence, hint(flip)).toMatch(/holdfast\.json|belongs to another store/)
    }
  })
})

describe('one flipped bit in a backup', () => {
  it('is found by verification wherever it lies, named, never restored, and the file is left', { timeout: 300_000 }, async () => {
    const folder = copyOf(sample, join(scratch, 'case'))
    const pristine = read(sample.backupFile)
    const host = await HostProcess.start({ dataFolder: folder })
    const chance = new Chance(seed)
    const timelineBefore = (await host.client.json<{ store: { timeline: string } }>('GET', '/api/status')).store.timeline
    for (const offset of placesOfBackup(pristine, chance)) {
      const flip = { file: sample.backupFile, offset, bit: chance.whole(0, 7) }
      flipBit(join(folder, flip.file), flip.offset, flip.bit)
      const verify = await finishedJob(host.client, `/api/backups/${sample.backupId}/verify`)
      expect(verify.state, hint(flip)).toBe('failed')
      expect(verify.error?.detail, hint(flip)).toMatch(/damaged/)
      const { items } = await host.client.json<{ items: Backup[] }>('GET', '/api/backups')
      expect(items, hint(flip)).toMatchObject([{ state: 'damaged' }])
      expect(items[0]?.problem?.length, hint(flip)).toBeGreaterThan(20)
      flipBit(join(folder, flip.file), flip.offset, flip.bit)
      expect(readFileSync(join(folder, flip.file)).equals(pristine), 'the backup was changed').toBe(true)
    }
    flipBit(join(folder, sample.backupFile), Math.floor(pristine.length / 2))
    const restore = await finishedJob(host.client, `/api/backups/${sample.backupId}/restore`)
    const status = await host.client.json<{ store: { timeline: string } }>('GET', '/api/status')
    const outcomes = await readAll(host.client, sample.records)
    await host.kill()
    expect(restore.state).toBe('failed')
    expect(restore.error?.detail).toMatch(/damaged/)
    expect(status.store.timeline).toBe(timelineBefore)
    expect(new Set(outcomes.values())).toEqual(new Set(['whole']))
  })
})

/** In every kind of entry: its tar header, its content, the zeros that fill it up; and some anywhere. */
function placesOfBackup(bytes: Buffer, chance: Chance): number[] {
  const places: number[] = []
  for (let at = 0; at + 512 <= bytes.length && bytes.readUInt8(at) !== 0; ) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8)
    const end = at + 512 + Math.ceil(size / 512) * 512
    places.push(at + chance.whole(0, 511), at + 512 + chance.whole(0, size - 1))
    if (end > at + 512 + size) places.push(chance.whole(at + 512 + size, end - 1))
    at = end
  }
  return [...places, bytes.length - 600, bytes.length - 1, chance.whole(0, bytes.length - 1)]
}
