import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { buildGeneration, bytes, commit, drain, keysOf, page, put, remove, StoreHome, textOf, versionOf } from '../../support/stores.ts'

let home: StoreHome
beforeEach(async () => {
  home = await StoreHome.make()
})
afterEach(() => home.remove())

const reasonOf = ({ mode }: GenerationalStore) => ('reason' in mode ? mode.reason : '')

async function liveFolder(of = home): Promise<string> {
  const { pointer } = JSON.parse(await readFile(join(of.databaseFolder, 'current.json'), 'utf8'))
  return join(of.databaseFolder, pointer.live)
}

describe('a store that was killed', () => {
  it('has everything that was acknowledged, drained or not', async () => {
    const store = await home.open()
    await commit(store, put('a', '1'), put('b', '1'))
    await drain(store)
    await commit(store, put('a', '2'), remove('b'), put('c', '2'))
    const again = await (await home.killed()).open()
    expect(keysOf(page(again))).toEqual(['a', 'c'])
    expect(textOf(again, 'a')).toBe('2')
    expect(again.figures()).toMatchObject({ records: 2, sequence: 2 })
    await drain(again)
    expect(again.figures()).toMatchObject({ appliedSequence: 2, overlayBytes: 0, records: 2 })
    expect(keysOf(page(again))).toEqual(['a', 'c'])
  })

  it('W4 may be replayed twice without a change', async () => {
    const store = await home.open()
    for (let n = 0; n < 20; n++) await commit(store, put(`k${n % 5}`, `${n}`), remove(`k${(n + 1) % 5}`))
    const wanted = page(store, { values: true })
    const copy = await home.killed()
    for (let round = 0; round < 3; round++) {
      const again = await copy.open()
      expect(page(again, { values: true })).toEqual(wanted)
      if (round === 1) await drain(again)
      await again.close()
    }
  })

  it('judges conditions by what was replayed', async () => {
    const store = await home.open()
    const [first] = await commit(store, put('a', '1'))
    const again = await (await home.killed()).open()
    await expect(commit(again, put('a', '2', { condition: { version: null } }))).rejects.toMatchObject({ code: 'precondition_failed' })
    await commit(again, put('a', '2', { condition: { version: versionOf(first) } }))
  })

  it('TL1 between journaling a switch and moving the pointer has the old generation, and can be backed up', async () => {
    const store = await home.open()
    await commit(store, put('a', 'old'))
    const next = await buildGeneration(store, { a: 'new' })
    const current = await readFile(join(home.databaseFolder, 'current.json'))
    await store.switchGeneration({ id: next, reason: { kind: 'restore', backupId: 'b' } })
    const copy = await home.killed()
    await writeFile(join(copy.databaseFolder, 'current.json'), current)
    const again = await copy.open()
    expect(textOf(again, 'a')).toBe('old')
    await drain(again)
    await commit(again, put('b', 'later'))
    await drain(again)
    expect(existsSync(join(copy.databaseFolder, next))).toBe(false)
    expect(keysOf(page(again))).toEqual(['a', 'b'])
  })

  it('TL1 right after the pointer was moved has the new one', async () => {
    const store = await home.open()
    await commit(store, put('a', 'old'))
    const next = await buildGeneration(store, { a: 'new' })
    const { sequence } = await store.switchGeneration({ id: next, reason: { kind: 'restore', backupId: 'b' } })
    const again = await (await home.killed()).open()
    expect(textOf(again, 'a')).toBe('new')
    expect(again.figures()).toMatchObject({ generation: next, appliedSequence: sequence })
    expect(again.previousGeneration).toMatchObject({ reason: { kind: 'restore', backupId: 'b' } })
  })

  it('has versions above all that it ever gave, whatever the clock says', async () => {
    const store = await home.open()
    home.clock.jump(1_000_000_000)
    const [ahead] = await commit(store, put('a', '1'))
    const copy = await home.killed()
    const again = await copy.open()
    expect(copy.clock.wallMs()).toBeLessThan(home.clock.wallMs())
    const [later] = await commit(again, put('a', '2'))
    expect(versionOf(later) > versionOf(ahead)).toBe(true)
    await drain(again)
    await again.close()
    const third = await copy.open()
    expect(versionOf((await commit(third, put('a', '3')))[0]) > versionOf(later)).toBe(true)
  })
})

describe('the system table', () => {
  const change = (key: string, value: string | null) => ({ key, value: value === null ? null : bytes(value) })
  const textsOf = (store: GenerationalStore) => store.system.entries('').map(([key, value]) => `${key}=${Buffer.from(value).toString()}`)

  it('JN6 is there after a kill, drained or not, and its sequence goes on', async () => {
    const store = await home.open()
    await store.system.write([change('a', '1'), change('b', '1')])
    await drain(store)
    await store.system.write([change('b', null), change('c', '1')])
    const { sequence } = await store.system.write([change('c', '2')])
    const copy = await home.killed()
    const again = await copy.open()
    expect(textsOf(again)).toEqual(['a=1', 'c=2'])
    await drain(again)
    expect(again.figures()).toMatchObject({ appliedSequence: 3, records: 0 })
    await again.close()
    const third = await copy.open()
    expect(textsOf(third)).toEqual(['a=1', 'c=2'])
    expect((await third.system.write([change('d', '1')])).sequence).toBeGreaterThan(sequence)
  })

  it('TL1 is that of the new generation after a switch, but for the locks, which belong to the host', async () => {
    const store = await home.open()
    await store.system.write([change('collection/x', '1'), change('lock/x', '7')])
    const told: unknown[] = []
    store.system.onChanged((keys) => told.push(keys))
    await store.switchGeneration({ id: await buildGeneration(store, { a: 'new' }), reason: { kind: 'restore', backupId: 'b' } })
    expect(textsOf(store)).toEqual(['lock/x=7'])
    expect(told).toEqual([undefined])
    const again = await (await home.killed()).open()
    expect(textsOf(again)).toEqual(['lock/x=7'])
  })
})

describe('DN1 a database that is ahead of its journal', () => {
  it('begins a new timeline, goes on, and survives opening again', async () => {
    const store = await home.open()
    await commit(store, put('a', '1'))
    const early = await home.killed('early')
    for (let n = 0; n < 5; n++) await commit(store, put('a', `${n}`))
    await drain(store)
    const before = store.figures().timeline
    await store.close()
    await rm(home.journalFolder, { recursive: true })
    await cp(early.journalFolder, home.journalFolder, { recursive: true })
    const again = await home.open()
    expect(textOf(again, 'a')).toBe('4')
    const { timeline } = again.figures()
    expect(timeline).not.toBe(before)
    await commit(again, put('b', 'later'))
    await drain(again)
    await again.close()
    const third = await home.open()
    expect([textOf(third, 'a'), textOf(third, 'b'), third.figures().timeline]).toEqual(['4', 'later', timeline])
  })
})

describe('JN5 journal and database belong together', () => {
  it('a missing journal is refused with the reason, and none is made', async () => {
    await (await home.open()).close()
    await rm(home.journalFolder, { recursive: true })
    await expect(home.open()).rejects.toMatchObject({ code: 'journal_missing' })
    expect(existsSync(home.journalFolder)).toBe(false)
  })

  it('the journal of another store is refused', async () => {
    await (await home.open()).close()
    const other = home.sub('other')
    await (await other.open({ storeId: 'store-2' })).close()
    await rm(home.journalFolder, { recursive: true })
    await cp(other.journalFolder, home.journalFolder, { recursive: true })
    await expect(home.open()).rejects.toMatchObject({ code: 'journal_foreign' })
  })

  it('the database of another store stops the store', async () => {
    await (await home.open()).close()
    const store = await home.open({ storeId: 'store-2' })
    expect(store.mode).toMatchObject({ kind: 'stopped', code: 'store_damaged' })
    expect(reasonOf(store)).toContain('another store')
  })
})

describe('damage stops the store, which says why, and changes nothing', () => {
  async function everyFile(folder: string): Promise<Record<string, string>> {
    const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
      (entry) => entry.isFile() && entry.name !== 'lock.mdb',
    )
    const paths = names.map(({ parentPath, name }) => join(parentPath, name)).toSorted()
    return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, (await readFile(path)).toString('base64')])))
  }

  async function filled(): Promise<string> {
    const store = await home.open()
    for (let n = 0; n < 50; n++) await commit(store, put(`k${n}`, randomBytes(5000)), put(`large${n}`, randomBytes(20_000)))
    await drain(store)
    await store.close()
    return join(await liveFolder(), 'data.mdb')
  }

  async function expectStopped(named: string): Promise<void> {
    const before = await everyFile(home.folder)
    const store = await home.open()
    expect(store.mode).toMatchObject({ kind: 'stopped', code: 'store_damaged' })
    expect(reasonOf(store)).toContain(named)
    expect(() => store.get('k1')).toThrow(expect.objectContaining({ code: 'store_damaged' }))
    expect(() => store.page({ prefix: '', limit: 1, reverse: false, values: false })).toThrow(
      expect.objectContaining({ code: 'store_damaged' }),
    )
    await expect(commit(store, put('a', '1'))).rejects.toMatchObject({ code: 'store_damaged' })
    await store.close()
    expect(await everyFile(home.folder)).toEqual(before)
  }

  it.each([0, 100, 8191, 16_384, 40_000, 200_000])('when the database is cut off at %i bytes', async (length) => {
    const file = await filled()
    await truncate(file, length)
    await expectStopped('data.mdb')
  })

  it('when the last page of the database is missing', async () => {
    const file = await filled()
    const { length } = await readFile(file)
    await truncate(file, length - 8192)
    // Only what was synced last counts; it may not need that page.
    const store = await home.open()
    if (store.mode.kind === 'running') expect(page(store, { values: true, limit: 100 }).items).toHaveLength(100)
    else expect(reasonOf(store)).toContain('data.mdb')
  })

  it.each([24, 28, 48, 8192 + 24, 8192 + 29])('when byte %i of its headers is changed', async (at) => {
    const file = await filled()
    const content = await readFile(file)
    content[at] = (content[at] as number) ^ 0x04
    await writeFile(file, content)
    await expectStopped('data.mdb')
  })

  it('when the database is gone', async () => {
    await rm(await filled())
    await expectStopped('data.mdb')
  })

  it('when any byte of the pointer is changed, or it is empty', async () => {
    await filled()
    const file = join(home.databaseFolder, 'current.json')
    const text = await readFile(file, 'utf8')
    const places = [
      2,
      text.indexOf('"live"') + 9,
      text.indexOf('timeline') + 12,
      text.indexOf('clockFloor') + 20,
      text.indexOf('sha256') + 11,
    ]
    for (const place of places) {
      const digit = text[place] === '7' ? '8' : '7'
      await writeFile(file, text.slice(0, place) + digit + text.slice(place + 1))
      await expectStopped('current.json')
    }
    await writeFile(file, '')
    await expectStopped('current.json')
  })

  it('when the pointer is lost, although journal and database hold something', async () => {
    const store = await home.open()
    await commit(store, put('a', '1'))
    const fresh = await home.killed('fresh')
    await drain(store)
    const drained = await home.killed('drained')
    for (const copy of [fresh, drained]) {
      await rm(join(copy.databaseFolder, 'current.json'))
      const again = await copy.open()
      expect(again.mode).toMatchObject({ kind: 'stopped' })
      expect(reasonOf(again)).toContain('current.json')
    }
  })

  it('when a journal group that was synced is damaged', async () => {
    const store = await home.open()
    for (let n = 0; n < 3; n++) await commit(store, put(`k${n}`, 'value'))
    const copy = await home.killed()
    const [name] = (await readdir(copy.journalFolder)).filter((one) => one.startsWith('journal-'))
    const file = join(copy.journalFolder, name as string)
    const content = await readFile(file)
    content[content.indexOf('value')] = 0
    await writeFile(file, content)
    const again = await copy.open()
    expect(again.mode).toMatchObject({ kind: 'stopped' })
    expect(reasonOf(again)).toMatch(/journal-0+1\.hfj, offset 4096/)
  })

  it('while a newer format is refused', async () => {
    await filled()
    const file = join(home.databaseFolder, 'current.json')
    await writeFile(file, (await readFile(file, 'utf8')).replace('"format": 1', '"format": 2'))
    await expect(home.open()).rejects.toMatchObject({ code: 'newer_format' })
  })
})

describe('what a first start that was cut off left', () => {
  it('is made anew, at whatever moment that was', async () => {
    const store = await home.open()
    await store.close()
    for (const gone of [[join('db', 'current.json')], ['db'], [join('db', 'current.json'), await liveFolder()]]) {
      const copy = await home.killed(`cut-${gone.length}-${gone[0]?.length}`)
      for (const path of gone)
        await rm(path.startsWith('/') ? path.replace(home.folder, copy.folder) : join(copy.folder, path), { recursive: true })
      const again = await copy.open()
      expect(again.mode.kind).toBe('running')
      await commit(again, put('a', '1'))
      expect(textOf(again, 'a')).toBe('1')
    }
  })
})

describe('R2 a record with a flipped bit', () => {
  it('is never returned, wherever the bit is, and says which record it is', async () => {
    const store = await home.open()
    await commit(store, put('victim', 'a value that is damaged', { contentType: 'text/damage' }), put('other', 'sound'))
    await drain(store)
    await store.close()
    const file = join(await liveFolder(), 'data.mdb')
    const whole = await readFile(file)
    const value = whole.lastIndexOf('a value that is damaged')
    const start = value - 'text/damage'.length - 56
    for (let at = start; at < value + 23; at++) {
      const content = Buffer.from(whole)
      content[at] = (content[at] as number) ^ (1 << (at % 8))
      await writeFile(file, content)
      const again = await home.open()
      expect(() => again.get('victim'), `byte ${at - start}`).toThrow(
        expect.objectContaining({ code: 'record_damaged', details: { key: 'victim' } }),
      )
      const isMeta = at < value && (at - start < 52 || at - start >= 56)
      if (isMeta) expect(() => again.getMeta('victim'), `byte ${at - start}`).toThrow(expect.objectContaining({ code: 'record_damaged' }))
      expect(textOf(again, 'other')).toBe('sound')
      await again.close()
    }
  })

  it('in its header can be replaced and deleted on no condition, and on none else', async () => {
    const store = await home.open()
    await commit(store, put('a', 'first value'), put('b', 'second value'))
    await drain(store)
    await store.close()
    const file = join(await liveFolder(), 'data.mdb')
    const content = await readFile(file)
    for (const value of ['first value', 'second value']) {
      const place = content.lastIndexOf(value) - 'text/plain'.length - 56 + 25
      content[place] = (content[place] as number) ^ 1
    }
    await writeFile(file, content)
    const again = await home.open()
    expect(() => again.get('a')).toThrow(expect.objectContaining({ code: 'record_damaged' }))
    await expect(commit(again, put('a', '2', { condition: { version: null } }))).rejects.toMatchObject({ code: 'record_damaged' })
    await expect(commit(again, put('a', '2', { mustExist: true }))).rejects.toMatchObject({ code: 'record_damaged' })
    expect(await commit(again, put('a', '2'), remove('b'))).toMatchObject([{ kind: 'replaced' }, { kind: 'deleted' }])
    await drain(again)
    expect([textOf(again, 'a'), textOf(again, 'b')]).toEqual(['2', undefined])
    expect(again.figures().records).toBe(1)
  })
})
