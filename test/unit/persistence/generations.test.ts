import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as pointers from '../../../src/main/persistence/generation-pointer.ts'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import { LmdbReader } from '../../../src/main/persistence/lmdb-reader.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { diskError, FaultyJournalFiles } from '../../support/journal.ts'
import { buildGeneration, commit, drain, keysOf, page, put, StoreHome, textOf, versionOf } from '../../support/stores.ts'

vi.mock(import('../../../src/main/persistence/generation-pointer.ts'), async (original) => {
  const real = await original()
  return { ...real, writePointer: vi.fn(real.writePointer) }
})

let home: StoreHome
let store: GenerationalStore
beforeEach(async () => {
  home = await StoreHome.make()
  store = await home.open()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await home.remove()
})

const restored = { kind: 'restore', backupId: 'b-1' } as const
const exists = (id: string) => existsSync(join(home.databaseFolder, id))
const until = async (isOver: () => boolean) => {
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('TL2 a switch to another generation', () => {
  it('replaces everything at once, on a new timeline, and tells so', async () => {
    await commit(store, put('a', 'old'), put('b', 'old'))
    const before = store.figures()
    const changes: string[] = []
    store.onStateChange((change) => changes.push(`${change}: ${textOf(store, 'a')}`))
    const id = await buildGeneration(store, { a: 'new', c: 'new' })
    const { sequence, timeline } = await store.switchGeneration({ id, reason: restored })
    expect(keysOf(page(store))).toEqual(['a', 'c'])
    expect(store.figures()).toMatchObject({ timeline, generation: id, sequence, appliedSequence: sequence, records: 2 })
    expect(timeline).not.toBe(before.timeline)
    expect(sequence).toBe(before.sequence + 1)
    expect(changes).toEqual(['timeline: new'])
    expect(store.previousGeneration).toEqual({ id: before.generation, replacedAtMs: home.clock.wallMs(), reason: restored })
  })

  it('holds writers back, loses none, and lets them go on in the new one', async () => {
    const id = await buildGeneration(store, { z: 'new' })
    let wasSwitched = false
    const landed: Record<'old' | 'new', string[]> = { old: [], new: [] }
    let writing = true
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; writing; n++) {
        const key = `w${writer}-${n}`
        await store
          .commit([put(key, key), put('z', 'touched', { condition: { version: null } })], { durability: n % 2 ? 'committed' : 'durable' })
          .catch(() => undefined)
        await store.commit([put(key, key)], { durability: n % 3 ? 'committed' : 'durable' })
        landed[wasSwitched ? 'new' : 'old'].push(key)
      }
    })
    store.onStateChange(() => {
      wasSwitched = true
    })
    await until(() => landed.old.length > 50)
    await store.switchGeneration({ id, reason: restored })
    await until(() => landed.new.length > 50)
    writing = false
    await Promise.all(writers)
    const newKeys = keysOf(page(store, { limit: 100_000 }))
    expect(newKeys).toEqual(expect.arrayContaining(landed.new))
    expect(landed.old.filter((key) => newKeys.includes(key))).toEqual([])
    await store.switchGeneration({ id: store.previousGeneration?.id as string, reason: { kind: 'undo' } })
    expect(keysOf(page(store, { limit: 100_000 }))).toEqual(expect.arrayContaining(landed.old))
  })

  it('is undone, and the undo undone, as often as one likes, each time on a new timeline', async () => {
    await commit(store, put('a', 'old'))
    const id = await buildGeneration(store, { a: 'new' })
    await store.switchGeneration({ id, reason: restored })
    await commit(store, put('b', 'after the restore'))
    const timelines = new Set([store.figures().timeline])
    for (let round = 0; round < 6; round++) {
      await store.switchGeneration({ id: store.previousGeneration?.id as string, reason: { kind: 'undo' } })
      timelines.add(store.figures().timeline)
      const isOld = round % 2 === 0
      expect([textOf(store, 'a'), textOf(store, 'b')]).toEqual(isOld ? ['old', undefined] : ['new', 'after the restore'])
    }
    expect(timelines.size).toBe(7)
    await store.close()
    const again = await home.open()
    expect([textOf(again, 'a'), textOf(again, 'b')]).toEqual(['new', 'after the restore'])
    expect(again.previousGeneration?.reason).toEqual({ kind: 'undo' })
  })

  it('removes the generation that an undo can no longer reach', async () => {
    const original = store.figures().generation
    const first = await buildGeneration(store, { a: '1' })
    await store.switchGeneration({ id: first, reason: restored })
    expect(exists(original)).toBe(true)
    const second = await buildGeneration(store, { a: '2' })
    await store.switchGeneration({ id: second, reason: restored })
    await until(() => !exists(original))
    expect([exists(first), exists(second)]).toEqual([true, true])
  })

  it('gives greater versions than any in the new generation, also after reopening', async () => {
    const id = await buildGeneration(store, { a: 'from a host whose clock was ahead' }, { ms: home.clock.wallMs() + 1_000_000 })
    await store.switchGeneration({ id, reason: restored })
    const ahead = store.getMeta('a')?.version as string
    expect(versionOf((await commit(store, put('b', '1')))[0]) > ahead).toBe(true)
    await store.close()
    expect(versionOf((await commit(await home.open(), put('c', '1')))[0]) > ahead).toBe(true)
  })

  it('does not let what was expired in the old one linger in the new one', async () => {
    const expiresAtMs = home.clock.wallMs() + 1000
    await commit(store, put('a', 'old', { expiresAtMs }))
    const id = await buildGeneration(store, { a: 'new' }, { expiresAtMs })
    await store.switchGeneration({ id, reason: restored })
    home.clock.advance(2000)
    expect(store.get('a')).toBeUndefined()
    expect(store.figures()).toMatchObject({ records: 1, recordsExact: false })
  })
})

describe('a switch that fails leaves the old generation live and open for writers', () => {
  const expectUntouched = async (switching: Promise<unknown>, error: unknown) => {
    const before = store.figures().generation
    await expect(switching).rejects.toMatchObject(error as object)
    await commit(store, put('later', '1'))
    await drain(store)
    expect([store.figures().generation, textOf(store, 'later'), store.mode.kind]).toEqual([before, '1', 'running'])
    await store.close()
    const again = await home.open()
    expect([again.figures().generation, textOf(again, 'later')]).toEqual([before, '1'])
  }

  it('when there is no such generation', async () => {
    await expectUntouched(store.switchGeneration({ id: 'g-000000000000', reason: restored }), { code: 'store_damaged' })
  })

  it('when the new generation cannot be written', async () => {
    const id = await buildGeneration(store, { a: 'new' })
    vi.spyOn(LmdbEnvironment.prototype, 'flushed').mockRejectedValueOnce(diskError('EIO'))
    await expectUntouched(store.switchGeneration({ id, reason: restored }), { code: 'EIO' })
  })

  it('when the pointer cannot be written', async () => {
    const id = await buildGeneration(store, { a: 'new' })
    vi.mocked(pointers.writePointer).mockRejectedValueOnce(diskError('ENOSPC'))
    await expectUntouched(store.switchGeneration({ id, reason: restored }), { code: 'ENOSPC' })
  })

  it('when the pointer was replaced and only the sync of its folder failed', async () => {
    const id = await buildGeneration(store, { a: 'new' })
    const { writePointer } = await vi.importActual<typeof pointers>('../../../src/main/persistence/generation-pointer.ts')
    vi.mocked(pointers.writePointer).mockImplementationOnce(async (folder, pointer) => {
      await writePointer(folder, pointer)
      throw diskError('EIO')
    })
    await expectUntouched(store.switchGeneration({ id, reason: restored }), { code: 'EIO' })
  })

  it('when another one is under way', async () => {
    const one = await buildGeneration(store, { a: '1' })
    const two = await buildGeneration(store, { a: '2' })
    const first = store.switchGeneration({ id: one, reason: restored })
    await expect(store.switchGeneration({ id: two, reason: restored })).rejects.toMatchObject({ code: 'conflict' })
    await first
    expect(textOf(store, 'a')).toBe('1')
  })

  it('when the pointer can be neither moved nor put back, the store only reads, and says so', async () => {
    await commit(store, put('a', 'old'))
    const id = await buildGeneration(store, { a: 'new' })
    vi.mocked(pointers.writePointer).mockRejectedValueOnce(diskError('EIO')).mockRejectedValueOnce(diskError('EIO'))
    await expect(store.switchGeneration({ id, reason: restored })).rejects.toMatchObject({ code: 'read_only' })
    expect(store.mode.kind).toBe('read-only')
    expect(textOf(store, 'a')).toBe('old')
    await expect(commit(store, put('a', '2'))).rejects.toMatchObject({ code: 'read_only' })
    expect(exists(id)).toBe(true)
  })

  it('when the journal cannot take it', async () => {
    const own = home.sub('own')
    const journalFiles = new FaultyJournalFiles(own.journalFolder)
    const other = await own.open({ journalFiles })
    await commit(other, put('a', 'old'))
    const id = await buildGeneration(other, { a: 'new' })
    await drain(other)
    journalFiles.fault = (operation) => (operation === 'datasync' ? diskError('EIO') : undefined)
    await expect(other.switchGeneration({ id, reason: restored })).rejects.toMatchObject({ code: 'outcome_unknown' })
    journalFiles.fault = () => undefined
    expect([textOf(other, 'a'), other.mode.kind]).toEqual(['old', 'read-only'])
    await other.close()
    const again = await own.open()
    expect(textOf(again, 'a')).toBe('old')
    await commit(again, put('b', '1'))
    await drain(again)
  })
})

describe('TL3 who reads a generation keeps it', () => {
  it('a held one is neither closed nor removed, until it is let go', async () => {
    await commit(store, put('a', 'old'))
    const held = await store.holdSnapshot()
    const original = store.figures().generation
    for (const value of ['1', '2']) await store.switchGeneration({ id: await buildGeneration(store, { a: value }), reason: restored })
    expect(exists(original)).toBe(true)
    const reader = LmdbReader.open(held.generationFolder)
    const snapshot = reader.begin()
    expect([...snapshot.records()].map(({ key }) => key)).toEqual(['a'])
    snapshot[Symbol.dispose]()
    await reader.close()
    held.release()
    held.release()
    await until(() => !exists(original))
  })

  it('CP1 a snapshot holds everything that was acknowledged before it was asked for, in any durability, under load', async () => {
    let last = -1
    let writing = true
    const writer = (async () => {
      for (let n = 0; writing; n++) {
        await store.commit([put('n', `${n}`)], { durability: n % 2 ? 'committed' : 'durable' })
        last = n
      }
    })()
    for (let round = 0; round < 10; round++) {
      const acknowledged = last
      const held = await store.holdSnapshot()
      const reader = LmdbReader.open(held.generationFolder)
      const snapshot = reader.begin()
      const [record] = [...snapshot.records()]
      if (acknowledged >= 0) expect(Number(record?.record.toString().match(/\d+$/)?.[0])).toBeGreaterThanOrEqual(acknowledged)
      expect(snapshot.appliedSequence).toBeGreaterThanOrEqual(held.sequence)
      snapshot[Symbol.dispose]()
      await reader.close()
      held.release()
    }
    writing = false
    await writer
  })

  it('may be cancelled while it waits', async () => {
    await commit(store, put('a', '1'))
    await expect(store.holdSnapshot(AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('a worker reads one state while it is written, switched and closed in the host', async () => {
    await commit(store, ...Array.from({ length: 2000 }, (_, n) => put(`k${String(n).padStart(5, '0')}`, 'before')))
    const held = await store.holdSnapshot()
    const worker = new Worker(new URL('./read-slowly.ts', import.meta.url), { workerData: { folder: held.generationFolder } })
    const began = new Promise((resolve) => worker.once('message', resolve))
    await began
    const told = new Promise<string[]>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })
    for (let n = 0; n < 2000; n += 50) await commit(store, put(`k${String(n).padStart(5, '0')}`, 'after'))
    await drain(store)
    await store.switchGeneration({ id: await buildGeneration(store, { a: 'new' }), reason: restored })
    await store.close()
    worker.postMessage('go on')
    expect(await told).toEqual(['2000 records', 'before'])
    held.release()
    await worker.terminate()
    expect(textOf(await home.open(), 'a')).toBe('new')
  })
})

describe('generations that nobody names', () => {
  it('are discarded when asked, but never the live one or that of an undo', async () => {
    const id = await buildGeneration(store, { a: 'new' })
    await store.discardGeneration(id)
    expect(exists(id)).toBe(false)
    const next = await buildGeneration(store, { a: 'new' })
    await store.switchGeneration({ id: next, reason: restored })
    for (const used of [next, store.previousGeneration?.id as string]) {
      await expect(store.discardGeneration(used)).rejects.toMatchObject({ code: 'conflict' })
      expect(exists(used)).toBe(true)
    }
  })

  it('are removed at the next start, and nothing else is', async () => {
    await commit(store, put('a', 'old'))
    const stray = await buildGeneration(store, { a: 'stray' })
    const next = await buildGeneration(store, { a: 'new' })
    const original = store.figures().generation
    await store.switchGeneration({ id: next, reason: restored })
    await store.close()
    await home.open()
    expect([exists(stray), exists(next), exists(original)]).toEqual([false, true, true])
    expect((await readdir(home.databaseFolder)).toSorted()).toEqual(['current.json', next, original].toSorted())
    expect(JSON.parse(await readFile(join(home.databaseFolder, 'current.json'), 'utf8')).pointer.live).toBe(next)
  })
})
