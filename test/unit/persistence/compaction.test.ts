import { cpSync } from 'node:fs'
import { readdir, statfs } from 'node:fs/promises'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { DatabaseCopy } from '../../../src/main/persistence/database-copy.ts'
import * as pointers from '../../../src/main/persistence/generation-pointer.ts'
import { LmdbRawTables } from '../../../src/main/persistence/lmdb-raw-tables.ts'
import type { GenerationalStore, WriteOperation } from '../../../src/main/persistence/record-store.ts'
import type { CompactionProgress } from '../../../src/main/persistence/space-port.ts'
import { CollectionsOf } from '../../support/collections.ts'
import { diskError } from '../../support/journal.ts'
import { commit, drain, put, remove, StoreHome } from '../../support/stores.ts'

vi.mock(import('node:fs/promises'), async (original) => {
  const real = await original()
  return { ...real, statfs: vi.fn(real.statfs) as unknown as typeof real.statfs }
})
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
  vi.mocked(statfs).mockReset()
  await home.remove()
})

const applyRaw = LmdbRawTables.prototype.apply

type Phase = Parameters<CompactionProgress['onProgress']>[0]

const nameOf = (n: number) => `key-${String(n).padStart(6, '0')}`
const compact = (onPhase: (phase: Phase) => void = () => {}, signal = new AbortController().signal) =>
  store.space.compact({ signal, onProgress: onPhase })
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (error: { code?: unknown }) => error.code,
  )

/** Many records, most of them deleted again: free pages in the file. */
async function fill(count = 600, kept = 10): Promise<Map<string, string>> {
  const all = Array.from({ length: count }, (_, n) => put(nameOf(n), `value ${n} ${'-'.repeat(n % 90)}`))
  await commit(store, ...all)
  await drain(store)
  const model = new Map<string, string>()
  const gone: WriteOperation[] = []
  for (let n = 0; n < count; n++) {
    if (n % kept === 0) model.set(nameOf(n), `value ${n} ${'-'.repeat(n % 90)}`)
    else gone.push(remove(nameOf(n)))
  }
  if (gone.length > 0) await commit(store, ...gone)
  await drain(store)
  return model
}

function contentOf(of: GenerationalStore): Map<string, string> {
  const found = new Map<string, string>()
  for (let after: string | undefined, more = true; more; ) {
    const page = of.page({ prefix: '', limit: 1000, reverse: false, values: true, ...(after !== undefined && { after }) })
    for (const { key, value } of page.items) found.set(key, Buffer.from(value).toString())
    after = page.items.at(-1)?.key ?? after
    more = page.more
  }
  return found
}

const expectSame = (of: GenerationalStore, model: ReadonlyMap<string, string>) =>
  expect([...contentOf(of)]).toEqual([...model].toSorted(([one], [other]) => (one < other ? -1 : 1)))

describe('TL3 compaction', () => {
  it('gives back the room of what was deleted, on the same timeline, and every record stays', async () => {
    const model = await fill(4300)
    await commit(store, put('soon', '1', { expiresAtMs: home.clock.wallMs() + 5000 }))
    await drain(store)
    const before = store.figures()
    const phases = new Set<Phase>()
    const { beforeBytes, afterBytes, records } = await compact((phase) => phases.add(phase))
    expect([beforeBytes, records]).toEqual([before.databaseBytes, model.size + 1])
    expect(afterBytes).toBeLessThan(beforeBytes / 3)
    expect(afterBytes).toBe(store.figures().databaseBytes)
    expect([...phases]).toEqual(['copying', 'walking', 'switching'])
    const { timeline, generation, sequence } = store.figures()
    expect([timeline, sequence]).toEqual([before.timeline, before.sequence])
    await expect.poll(() => home.generations(), { timeout: 10_000 }).toEqual([generation])
    expectSame(store, model.set('soon', '1'))
    await store.close()
    expectSame(await home.open(), model)
  })

  it('goes on while everything is written, deleted and expires, and misses none of it', async () => {
    const change = fc.record({ n: fc.nat(400), value: fc.option(fc.string({ maxLength: 300 })), expires: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 60 }),
        fc.array(fc.array(change, { maxLength: 60 }), { minLength: 3, maxLength: 8 }),
        async (first, rest) => {
          const own = home.sub(`run-${Math.random()}`)
          store = await own.open()
          const model = new Map<string, string>()
          const write = async (changes: typeof first) => {
            const operations = changes.map(({ n, value, expires }) => {
              if (value === null) model.delete(nameOf(n))
              else model.set(nameOf(n), value)
              return value === null ? remove(nameOf(n)) : put(nameOf(n), value, { expiresAtMs: expires ? own.clock.wallMs() + 1e9 : null })
            })
            if (operations.length > 0) await commit(store, ...operations)
          }
          await write(first)
          await drain(store)
          // Between the reading of a piece and its writing others write, and what they write is in the database.
          const spy = vi.spyOn(LmdbRawTables.prototype, 'apply').mockImplementation(async function (this: LmdbRawTables, entries, how) {
            const next = how.inOrder ? rest.shift() : undefined
            if (next !== undefined) {
              await write(next)
              await drain(store)
            }
            await applyRaw.call(this, entries, how)
          })
          await compact().finally(() => spy.mockRestore())
          for (const changes of rest) await write(changes)
          await drain(store)
          expectSame(store, model)
          await store.close()
          const again = await own.open()
          expectSame(again, model)
          expect(again.figures().records).toBe(model.size)
          await again.close()
        },
      ),
      { numRuns: 4 },
    )
  })

  it('keeps up with writers that write what was copied, what is being copied and what is not copied yet', async () => {
    const model = await fill(8500, 1)
    let writing = true
    const writer = (async () => {
      for (let round = 0; writing; round++) {
        const keys = [nameOf(round % 50), nameOf(4000 + (round % 50)), nameOf(8400 + (round % 50)), `new-${round}`]
        await commit(store, ...keys.map((key) => put(key, `round ${round}`)), remove(nameOf(1000 + round)))
        for (const key of keys) model.set(key, `round ${round}`)
        model.delete(nameOf(1000 + round))
        await drain(store)
      }
    })()
    await compact()
    writing = false
    await writer
    expectSame(store, model)
    await store.close()
    expectSame(await home.open(), model)
  })

  it.each<Phase>(['copying', 'walking', 'switching'])(
    'cancelled while it is %s leaves the database as it was and nothing beside it',
    async (at) => {
      const model = await fill()
      const { generation } = store.figures()
      const controller = new AbortController()
      expect(await codeOf(compact((phase) => phase === at && controller.abort(), controller.signal))).toBe('cancelled')
      expect(home.generations()).toEqual([generation])
      expectSame(store, model)
      await commit(store, put('after', '1'))
      await drain(store)
      expect((await compact()).records).toBe(model.size + 1)
    },
  )

  it.each<Phase | 'switched'>(['copying', 'walking', 'switching', 'switched'])(
    'a host that is killed while it is %s reopens with everything',
    async (at) => {
      const model = await fill()
      const killed = await StoreHome.make()
      onTestFinished(() => killed.remove())
      const kill = () => cpSync(home.folder, killed.folder, { recursive: true })
      let isKilled = false
      const writes = vi.mocked(pointers.writePointer)
      writes.mockImplementationOnce(async (folder, pointer) => {
        const { writePointer } = await vi.importActual<typeof pointers>('../../../src/main/persistence/generation-pointer.ts')
        await writePointer(folder, pointer)
        if (at === 'switched') kill()
      })
      await commit(store, put('journaled', '1'))
      await compact((phase) => {
        if (phase === at && !isKilled) kill()
        isKilled ||= phase === at
      })
      const again = await killed.open()
      expectSame(again, model.set('journaled', '1'))
      expect(killed.generations()).toEqual([again.figures().generation])
      expect((await readdir(killed.databaseFolder)).filter((name) => name !== 'current.json')).toEqual(killed.generations())
    },
  )

  it('that finds a full disk on its way ends, and the store writes on', async () => {
    const model = await fill()
    const { generation } = store.figures()
    const apply = vi.spyOn(LmdbRawTables.prototype, 'apply').mockRejectedValueOnce(diskError('ENOSPC'))
    expect(await codeOf(compact())).toBe('disk_full')
    apply.mockRestore()
    expect(home.generations()).toEqual([generation])
    await commit(store, put('after', '1'))
    expectSame(store, model.set('after', '1'))
    expect(store.mode.kind).toBe('running')
  })

  it('is refused, with what it needs, where a second database has no room', async () => {
    await fill()
    const { generation } = store.figures()
    const needed = store.space.roomForCompaction()
    vi.mocked(statfs).mockImplementation((async () => ({ bsize: 1, bavail: needed - 1, blocks: needed })) as unknown as typeof statfs)
    expect(await codeOf(store.space.assertCanCompact())).toBe('disk_full')
    await expect(compact()).rejects.toMatchObject({ code: 'disk_full', details: { neededBytes: needed, freeBytes: needed - 1 } })
    expect(home.generations()).toEqual([generation])
  })

  it('throws away a copy that does not hold what the database holds', async () => {
    const model = await fill()
    const { generation } = store.figures()
    const finish = DatabaseCopy.prototype.finish
    vi.spyOn(DatabaseCopy.prototype, 'finish').mockImplementationOnce(async function (this: DatabaseCopy) {
      await this.environment.raw.apply([{ table: 'records', key: Buffer.from(nameOf(10)), value: null }], { inOrder: false })
      await finish.call(this)
    })
    expect(await codeOf(compact())).toBe('conflict')
    expect(home.generations()).toEqual([generation])
    expectSame(store, model)
  })

  it('leaves the old file to a backup that reads it, and removes it then', async () => {
    await fill()
    const old = store.figures().generation
    const held = await store.holdSnapshot()
    await compact()
    expect(home.generations()).toContain(old)
    held.release()
    await expect.poll(() => home.generations(), { timeout: 10_000 }).toEqual([store.figures().generation])
  })

  it('ends when the store closes or another generation takes its place', async () => {
    const model = await fill()
    const ended = codeOf(compact((phase) => phase === 'walking' && void store.close()))
    expect(await ended).toMatch(/cancelled|stopping/)
    const again = await home.open()
    expectSame(again, model)
    expect(home.generations()).toEqual([again.figures().generation])
  })

  it('lets an index that is being built go on in the new file', async () => {
    const collections = new CollectionsOf(store, home.clock)
    const json = { contentType: 'application/json' }
    await commit(store, ...Array.from({ length: 1500 }, (_, n) => put(`d:${n}`, `{"n":${n % 30}}`, json)))
    await collections.define({ name: 'docs', prefix: 'd:', indexes: [{ name: 'by-n', fields: [{ path: 'n' }] }] })
    const build = async () => {
      for (let code: unknown; code !== 'done'; expect(code).toMatch(/done|conflict/)) code = await codeOf(collections.build())
    }
    const built = build()
    for (let time = 0; time < 3; time++) await compact()
    await built
    await compact()
    const { items, explain } = await collections.query('docs', { where: { n: 7 } })
    expect(items.map(({ key }) => key).toSorted()).toEqual(Array.from({ length: 50 }, (_, n) => `d:${n * 30 + 7}`).toSorted())
    expect(explain).toMatchObject({ plan: 'index', examined: 50, returned: 50 })
  })

  it('runs once at a time', async () => {
    await fill(100)
    const first = compact()
    expect(await codeOf(compact())).toBe('conflict')
    await first
  })
})
