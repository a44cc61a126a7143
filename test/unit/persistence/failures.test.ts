import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import type { GenerationalStore, StoreMode, WriteOperation } from '../../../src/main/persistence/record-store.ts'
import { diskError, FaultyJournalFiles } from '../../support/journal.ts'
import { commit, drain, keysOf, page, put, remove, StoreHome, textOf, versionOf } from '../../support/stores.ts'

let home: StoreHome
beforeEach(async () => {
  home = await StoreHome.make()
})
afterEach(async () => {
  vi.restoreAllMocks()
  await home.remove()
})

const until = async (isOver: () => boolean) => {
  while (!isOver()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const soon = () => new Promise((resolve) => setTimeout(resolve, 30))
const codeOf = (write: Promise<unknown>): Promise<string> =>
  write.then(
    () => 'done',
    (error: { code: string }) => error.code,
  )
const lmdbError = (code: number) => Object.assign(new Error('injected'), { code })

/** A store over a journal whose syncs run beside the event loop, so that they can be held. */
async function withSlowJournal(): Promise<{
  store: GenerationalStore
  files: FaultyJournalFiles
  hold: () => { began: Promise<void>; release: (error?: Error) => void }
}> {
  const files = new FaultyJournalFiles(home.journalFolder)
  let ms = 0
  const slow = Object.assign(Object.create(home.clock), { wallMs: () => home.clock.wallMs(), monotonicMs: () => (ms += 50) })
  const store = await home.open({ journalFiles: files, clock: slow })
  await commit(store, put('first', '1'))
  const hold = () => {
    const began = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<Error | undefined>()
    files.fault = async (operation) => {
      if (operation !== 'datasync') return undefined
      files.fault = () => undefined
      began.resolve()
      return gate.promise
    }
    return { began: began.promise, release: (error?: Error) => gate.resolve(error) }
  }
  return { store, files, hold }
}

describe('JN3 visible when acknowledged', () => {
  it('a durable write is seen after its sync, not before', async () => {
    const { store, hold } = await withSlowJournal()
    const { began, release } = hold()
    const write = commit(store, put('a', '1'))
    await began
    expect([textOf(store, 'a'), keysOf(page(store)), store.getMeta('a')]).toEqual([undefined, ['first'], undefined])
    release()
    await write
    expect([textOf(store, 'a'), keysOf(page(store))]).toEqual(['1', ['a', 'first']])
  })

  it('visibility moves in the order of sequences: a committed write waits for the durable one before it', async () => {
    const { store, hold } = await withSlowJournal()
    const order: string[] = []
    store.onCommitted(({ keys }) => order.push(...keys))
    const { began, release } = hold()
    const durable = commit(store, put('durable', '1'))
    const committed = store.commit([put('committed', '1')], { durability: 'committed' })
    await began
    expect([textOf(store, 'committed'), textOf(store, 'durable')]).toEqual([undefined, undefined])
    release()
    await Promise.all([durable, committed])
    expect(order).toEqual(['durable', 'committed'])
  })

  it('readers keep the older state while a newer one is on its way', async () => {
    const { store, hold } = await withSlowJournal()
    const { began, release } = hold()
    const write = commit(store, put('first', '2'))
    await began
    expect([textOf(store, 'first'), page(store, { values: true }).items[0]?.value.toString()]).toEqual(['1', '1'])
    release()
    await write
    expect(textOf(store, 'first')).toBe('2')
  })

  it('a refusal is answered only once the write that it was judged against is safe', async () => {
    const { store, hold } = await withSlowJournal()
    const { began, release } = hold()
    const write = commit(store, put('a', '1'))
    await began
    let answer = 'waiting'
    const refused = codeOf(commit(store, put('a', '2', { condition: { version: null } }))).then((code) => {
      answer = code
    })
    const nothing = store.commit([remove('a', { version: null })], { durability: 'durable' })
    await soon()
    expect(answer).toBe('waiting')
    release()
    await write
    await refused
    expect(answer).toBe('precondition_failed')
    await expect(nothing).rejects.toMatchObject({ code: 'precondition_failed' })
  })

  it('a refusal is judged again when the write that it was judged against fails', async () => {
    const { store, files, hold } = await withSlowJournal()
    const [first] = await commit(store, put('a', '1'))
    const { began, release } = hold()
    const inFlight = commit(store, put('x', '1'))
    await began
    // This one needs a new segment, and there will be none: it fails alone, and the disk is full only for a moment.
    const failing = codeOf(commit(store, put('a', Buffer.alloc(400_000))))
    const refused = codeOf(commit(store, remove('b', { version: null }), put('a', '2', { condition: { version: versionOf(first) } })))
    files.fault = (operation) => (operation === 'preallocate' ? diskError('ENOSPC') : undefined)
    release()
    await inFlight
    expect(await failing).toBe('disk_full')
    // Judged again, its condition holds; that the disk is full now is another matter, and said as such.
    expect(await refused).toBe('disk_full')
    files.fault = () => undefined
    await until(() => store.mode.kind === 'running')
    await commit(store, put('a', '2', { condition: { version: versionOf(first) } }))
    expect(textOf(store, 'a')).toBe('2')
  })

  it('an answer that writes nothing is true once the disk has failed: the write before it never happened', async () => {
    const { store, files, hold } = await withSlowJournal()
    const { began, release } = hold()
    const write = codeOf(commit(store, put('a', '1')))
    await began
    const absent = codeOf(commit(store, remove('a', { version: null })))
    files.fault = () => diskError('EIO')
    release(diskError('EIO'))
    expect([await write, await absent]).toEqual(['outcome_unknown', 'read_only'])
  })
})

describe('JN2 when the disk of the journal fails', () => {
  it('once, nobody notices', async () => {
    const journalFiles = new FaultyJournalFiles(home.journalFolder)
    const store = await home.open({ journalFiles })
    let failures = 1
    journalFiles.fault = (operation) => (operation === 'datasync' && failures-- > 0 ? diskError('EIO') : undefined)
    await Promise.all(Array.from({ length: 20 }, (_, n) => commit(store, put(`k${n}`, `${n}`))))
    expect(store.mode.kind).toBe('running')
    await store.close()
    expect(keysOf(page(await home.open()))).toHaveLength(20)
  })

  it('for good, waiting writers are told that the outcome is unknown, and later ones that it only reads', async () => {
    const journalFiles = new FaultyJournalFiles(home.journalFolder)
    const store = await home.open({ journalFiles })
    const modes: string[] = []
    store.onStateChange(() => modes.push(store.mode.kind))
    await commit(store, put('before', '1'))
    journalFiles.fault = (operation) => (operation === 'datasync' ? diskError('EIO') : undefined)
    const waiting = await Promise.all([codeOf(commit(store, put('a', '1'))), codeOf(commit(store, put('before', '2')))])
    expect(waiting).toEqual(['outcome_unknown', 'outcome_unknown'])
    expect(store.mode).toMatchObject({ kind: 'read-only', code: 'read_only' })
    expect(modes).toEqual(['read-only'])
    expect([textOf(store, 'before'), textOf(store, 'a')]).toEqual(['1', undefined])
    expect(await codeOf(commit(store, put('b', '1')))).toBe('read_only')
    expect(await codeOf(store.holdSnapshot().then((held) => held.release()))).toMatch(/done|read_only/)
    await store.close()
    const again = await home.open()
    expect(['1', '2']).toContain(textOf(again, 'before'))
    await commit(again, put('b', '1'))
  })

  it('W3 after a write that was only committed, the store only reads, and what was shown stays', async () => {
    const journalFiles = new FaultyJournalFiles(home.journalFolder)
    const store = await home.open({ journalFiles, settings: { flushEveryMs: 20 } })
    journalFiles.fault = (operation) => (operation === 'datasync' ? diskError('EIO') : undefined)
    await store.commit([put('a', '1')], { durability: 'committed' })
    expect(textOf(store, 'a')).toBe('1')
    await until(() => store.mode.kind === 'read-only')
    expect(textOf(store, 'a')).toBe('1')
    expect(await codeOf(store.holdSnapshot())).toBe('read_only')
  })
})

describe('JN4 what could not be applied is not journaled', () => {
  it('a transaction over the limit', async () => {
    const store = await home.open()
    const operations: WriteOperation[] = Array.from({ length: 7 }, (_, n) => put(`k${n}`, Buffer.alloc(16 * 1024 * 1024)))
    await expect(commit(store, ...operations)).rejects.toMatchObject({ code: 'too_large', details: { limitBytes: 96 * 1024 * 1024 } })
    expect(store.figures()).toMatchObject({ sequence: 0, overlayBytes: 0, records: 0 })
    await commit(store, put('a', '1'))
    expect(store.figures().sequence).toBe(1)
  })
})

describe('DN2 when the database cannot be written', () => {
  const changesOf = (store: GenerationalStore): StoreMode['kind'][] => {
    const kinds: StoreMode['kind'][] = []
    store.onStateChange((change) => change === 'mode' && kinds.push(store.mode.kind))
    return kinds
  }

  it('a full disk refuses writes, keeps everything, and goes on by itself', async () => {
    const store = await home.open()
    const kinds = changesOf(store)
    // Twice: the disk says that it has room all the time, as one with a quota does, and that alone is no reason to take more.
    const apply = vi.spyOn(LmdbEnvironment.prototype, 'apply').mockRejectedValueOnce(lmdbError(28)).mockRejectedValueOnce(lmdbError(28))
    await commit(store, put('a', '1'))
    await until(() => store.mode.kind === 'full')
    expect(await codeOf(commit(store, put('b', '1')))).toBe('disk_full')
    expect(textOf(store, 'a')).toBe('1')
    await until(() => store.mode.kind === 'running')
    expect(apply).toHaveBeenCalledTimes(3)
    await commit(store, put('b', '1'))
    await drain(store)
    expect(store.figures()).toMatchObject({ appliedSequence: 2, overlayBytes: 0 })
    expect(kinds).toEqual(['full', 'running'])
  })

  it('a failed sync moves the store to a healthy copy, which has everything', async () => {
    const store = await home.open()
    await commit(store, put('drained', '1'))
    await drain(store)
    const kinds = changesOf(store)
    const before = store.figures()
    const { apply } = LmdbEnvironment.prototype
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockImplementationOnce(async function (this: LmdbEnvironment, ...given) {
      await apply.apply(this, given)
      throw lmdbError(5)
    })
    await commit(store, put('a', '1'))
    await until(() => kinds.length === 2)
    expect(kinds).toEqual(['read-only', 'running'])
    const after = store.figures()
    expect([after.timeline, after.generation === before.generation]).toEqual([before.timeline, false])
    await commit(store, put('b', '1'))
    await drain(store)
    expect(keysOf(page(store))).toEqual(['a', 'b', 'drained'])
    await until(() => !home.generations().includes(before.generation))
    await store.close()
    expect(keysOf(page(await home.open()))).toEqual(['a', 'b', 'drained'])
  })

  it('a full disk that took the commit and lost its sync is not trusted either', async () => {
    const store = await home.open()
    const many = Array.from({ length: 4100 }, (_, number) => put(`many:${number}`, 'x'))
    await commit(store, ...many)
    await drain(store)
    const before = store.figures().generation
    const { apply } = LmdbEnvironment.prototype
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockImplementationOnce(async function (this: LmdbEnvironment, ...given) {
      await apply.apply(this, given)
      throw lmdbError(28)
    })
    await commit(store, put('a', '1'))
    await until(() => store.figures().generation !== before)
    expect(textOf(store, 'a')).toBe('1')
    expect(store.figures().records).toBe(4101)
  })

  it('nothing is drained or released while it cannot be', async () => {
    const store = await home.open()
    const applying = vi.spyOn(LmdbEnvironment.prototype, 'apply').mockRejectedValue(lmdbError(5))
    vi.spyOn(LmdbEnvironment.prototype, 'copyTo').mockRejectedValue(diskError('EIO'))
    const codes: string[] = []
    store.onStateChange(() => codes.push('code' in store.mode ? store.mode.code : store.mode.kind))
    await commit(store, put('a', '1'))
    await until(() => codes.length === 2)
    expect(codes).toEqual(['healing', 'read_only'])
    await soon()
    await soon()
    expect(applying).toHaveBeenCalledTimes(1)
    expect(store.mode).toMatchObject({ kind: 'read-only', reason: expect.stringContaining('What was acknowledged as durable') })
    expect(await codeOf(commit(store, put('b', '1')))).toBe('read_only')
    expect(textOf(store, 'a')).toBe('1')
    expect(await codeOf(store.holdSnapshot())).toBe('read_only')
    await store.close()
    vi.restoreAllMocks()
    expect(textOf(await home.open(), 'a')).toBe('1')
  })

  it('a copy for which there is no room is made when there is', async () => {
    const store = await home.open()
    const before = store.figures().generation
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockRejectedValueOnce(lmdbError(5))
    vi.spyOn(LmdbEnvironment.prototype, 'copyTo').mockRejectedValueOnce(diskError('ENOSPC'))
    await commit(store, put('a', '1'))
    await until(() => store.mode.kind === 'full')
    await until(() => store.mode.kind === 'running')
    expect(store.figures().generation).not.toBe(before)
    await drain(store)
    expect(textOf(store, 'a')).toBe('1')
  })

  it('a record that is damaged stops the copying, and nothing is thrown away', async () => {
    const store = await home.open()
    const before = store.figures().generation
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockRejectedValueOnce(lmdbError(5))
    vi.spyOn(LmdbEnvironment.prototype, 'syncAndWalk').mockRejectedValueOnce(new Error('damaged'))
    await commit(store, put('a', '1'))
    await until(() => store.mode.kind === 'read-only' && home.generations().length === 1)
    await soon()
    expect(home.generations()).toEqual([before])
    await store.close()
    expect(textOf(await home.open(), 'a')).toBe('1')
  })

  it('closing ends while the disk is full, and the next start has everything', async () => {
    const store = await home.open()
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockRejectedValue(lmdbError(28))
    await commit(store, put('a', '1'))
    await until(() => store.mode.kind === 'full')
    await store.close()
    vi.restoreAllMocks()
    expect(textOf(await home.open(), 'a')).toBe('1')
  })
})

describe('DN6 when space is short', () => {
  it('new writes stop before the disk is full, deletes do not, and it goes on by itself', async () => {
    const store = await home.open()
    await commit(store, put('a', '1'), put('b', '1'))
    await store.close()
    const short = await home.open({ settings: { reserveBytes: Number.MAX_SAFE_INTEGER / 2 } })
    expect(short.mode).toMatchObject({ kind: 'full', code: 'disk_full', reason: expect.stringContaining('delete records') })
    expect(await codeOf(commit(short, put('c', '1')))).toBe('disk_full')
    expect(await codeOf(commit(short, remove('a'), put('c', '1')))).toBe('disk_full')
    expect(await codeOf(commit(short, remove('a')))).toBe('done')
    expect([textOf(short, 'a'), textOf(short, 'b')]).toEqual([undefined, '1'])
    await short.close()
    expect((await home.open()).mode.kind).toBe('running')
  })
})

describe('back-pressure', () => {
  const value = Buffer.alloc(50_000)

  it('a full overlay lets writers wait in their order, and none of them is dropped', async () => {
    const store = await home.open({ settings: { overlayMaxBytes: 100_000 } })
    const order: string[] = []
    store.onCommitted(({ keys }) => order.push(...keys))
    let most = 0
    const names = Array.from({ length: 60 }, (_, n) => `k${String(n).padStart(2, '0')}`)
    await Promise.all(
      names.map((key) =>
        commit(store, put(key, value)).then(() => {
          most = Math.max(most, store.figures().overlayBytes)
        }),
      ),
    )
    expect(order).toEqual(names)
    expect(most).toBeLessThan(100_000 + 2 * 52_000)
  })

  it('who waits for five seconds is told to come again, and nothing of it was written', async () => {
    const store = await home.open({ settings: { overlayMaxBytes: 1000 } })
    const gate = Promise.withResolvers<void>()
    const { apply } = LmdbEnvironment.prototype
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockImplementation(async function (this: LmdbEnvironment, ...given) {
      await gate.promise
      return apply.apply(this, given)
    })
    await commit(store, put('a', value))
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const late = codeOf(commit(store, put('b', '1')))
      const controller = new AbortController()
      const cancelled = codeOf(store.commit([put('c', '1')], { durability: 'durable', signal: controller.signal }))
      await vi.advanceTimersByTimeAsync(4999)
      controller.abort()
      await vi.advanceTimersByTimeAsync(1)
      expect([await late, await cancelled]).toEqual(['overloaded', 'cancelled'])
    } finally {
      vi.useRealTimers()
    }
    const patient = commit(store, put('d', '1'))
    gate.resolve()
    await patient
    expect(keysOf(page(store))).toEqual(['a', 'd'])
  })

  it('who waits is told at once when nothing is written any more', async () => {
    const store = await home.open({ settings: { overlayMaxBytes: 1000 } })
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockRejectedValue(lmdbError(28))
    await commit(store, put('a', value))
    const waiting = codeOf(commit(store, put('b', '1')))
    expect(await waiting).toBe('disk_full')
    const closing = store.close()
    expect(await codeOf(commit(store, put('c', '1')))).toBe('stopping')
    await closing
  })
})

describe('closing', () => {
  it('finishes what was given to it, and puts it into the database', async () => {
    const store = await home.open({ settings: { flushEveryMs: 60_000 } })
    const writes = Array.from({ length: 50 }, (_, n) =>
      store.commit([put(`k${n}`, `${n}`)], { durability: n % 2 ? 'committed' : 'durable' }),
    )
    await store.close()
    expect(await Promise.all(writes)).toHaveLength(50)
    const again = await home.open()
    expect(again.figures()).toMatchObject({ appliedSequence: 50, overlayBytes: 0, records: 50 })
  })

  it('in the middle of a switch waits for it', async () => {
    const store = await home.open()
    await commit(store, put('a', 'old'))
    const { buildGeneration } = await import('../../support/stores.ts')
    const id = await buildGeneration(store, { a: 'new' })
    const switching = codeOf(store.switchGeneration({ id, reason: { kind: 'restore', backupId: 'b' } }))
    await store.close()
    const result = await switching
    expect(textOf(await home.open(), 'a')).toBe(result === 'done' ? 'new' : 'old')
  })

  it('leaves nothing open in the journal folder: another store can take the place at once', async () => {
    for (let round = 0; round < 5; round++) {
      const store = await home.open()
      await commit(store, put(`k${round}`, Buffer.alloc(200_000)))
      await store.close()
    }
    expect((await readdir(home.journalFolder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(keysOf(page(await home.open()))).toHaveLength(5)
  })
})
