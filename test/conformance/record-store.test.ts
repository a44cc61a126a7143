import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/main/persistence/memory-store.ts'
import { decodeRecord } from '../../src/main/persistence/record-codec.ts'
import type { CommittedChange, RecordStore } from '../../src/main/persistence/record-store.ts'
import { ManualClock } from '../support/clock.ts'
import { contenders } from '../support/contenders.ts'
import { FaultyStore } from '../support/faulty-store.ts'
import { bytes, commit, keysOf, page, put, remove, textOf, versionOf } from '../support/stores.ts'

describe.each(contenders)('$name as a RecordStore', ({ open }) => {
  let clock: ManualClock
  let store: RecordStore
  let removeStore: () => Promise<void>
  beforeEach(async () => {
    clock = new ManualClock()
    const opened = await open(clock)
    store = opened.store
    removeStore = opened.remove
  })
  afterEach(() => removeStore())

  it('gives a page of records as they are kept, from which the same records come', async () => {
    await commit(store, put('a', 'first', { contentType: 'text/plain' }), put('b', Buffer.alloc(100_000, 'x')), put('c', 'gone'))
    await commit(store, remove('c'), put('d', 'expired', { expiresAtMs: clock.wallMs() + 1000 }))
    clock.advance(2000)
    const query = { values: true, limit: 2, maxValueBytes: 10 }
    const packed = page(store, { ...query, packed: true })
    const opened = packed.items.map(({ key, value }) => ({ key, ...decodeRecord(key, value as Buffer) }))
    expect({ ...packed, items: opened }).toEqual(page(store, query))
    expect(keysOf(packed)).toEqual(['a', 'b'])
  })

  describe('values and keys', () => {
    it('gives back the bytes, the type and the times of a record', async () => {
      const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
      const [result] = await commit(store, put('a', everyByte, { contentType: 'image/x;q="é"' }))
      const at = clock.wallMs()
      const meta = { contentType: 'image/x;q="é"', size: 256, createdAtMs: at, updatedAtMs: at, expiresAtMs: null }
      expect(result).toMatchObject({ kind: 'created', meta })
      expect(store.get('a')).toEqual({ key: 'a', meta: { version: versionOf(result), ...meta }, value: everyByte })
      expect(store.getMeta('a')).toEqual({ version: versionOf(result), ...meta })
    })

    it('knows nothing of a key that was never written', () => {
      expect(store.get('nothing')).toBeUndefined()
      expect(store.getMeta('nothing')).toBeUndefined()
    })

    it.each([0, 1, 4095, 8192, 300_000, 16 * 1024 * 1024])('keeps a value of %i bytes', async (size) => {
      const value = Buffer.alloc(size, 'Holdfast ')
      await commit(store, put('large', value))
      expect(store.getMeta('large')?.size).toBe(size)
      expect(value.equals(store.get('large')?.value as Uint8Array)).toBe(true)
    })

    it('tells keys apart that differ in any character, NUL and the longest included', async () => {
      const long = 'k'.repeat(1023)
      const keys = [
        '\0',
        '\0\0',
        'a',
        'a\0',
        'a\0b',
        `${long}a`,
        `${long}b`,
        'é'.repeat(512),
        '😀'.repeat(256),
        '\u{10ffff}',
        '\ue000',
        '../x',
        ' ',
      ]
      await commit(store, ...keys.map((key) => put(key, `value of ${key}`)))
      for (const key of keys) expect(textOf(store, key)).toBe(`value of ${key}`)
      expect(keysOf(page(store)).toSorted()).toEqual(keys.toSorted())
    })

    it.each([
      ['the empty key', ''],
      ['a key of 1,025 bytes', `${'é'.repeat(512)}x`],
      ['half of a character', 'a\ud800b'],
    ])('refuses %s before anything is written', async (_, key) => {
      await expect(commit(store, put('good', '1'), put(key, '2'))).rejects.toMatchObject({ code: 'invalid_request', details: { index: 1 } })
      await expect(commit(store, remove(key))).rejects.toMatchObject({ code: 'invalid_request' })
      expect(keysOf(page(store))).toEqual([])
      expect(store.get(key)).toBeUndefined()
    })

    it('keeps when a record was created, and says when it was last changed', async () => {
      const created = clock.wallMs()
      await commit(store, put('a', '1'))
      clock.advance(5000)
      const [result] = await commit(store, put('a', '2', { contentType: 'text/html' }))
      expect(result).toMatchObject({
        kind: 'replaced',
        meta: { createdAtMs: created, updatedAtMs: created + 5000, contentType: 'text/html' },
      })
    })

    it('does not follow a caller who goes on using the buffer', async () => {
      const mine = bytes('before')
      const done = commit(store, put('a', mine))
      mine.fill('x')
      await done
      mine.fill('y')
      expect(textOf(store, 'a')).toBe('before')
    })
  })

  describe('deletes', () => {
    it('makes a record absent', async () => {
      await commit(store, put('a', '1'))
      expect(await commit(store, remove('a'))).toEqual([{ kind: 'deleted' }])
      expect(store.get('a')).toBeUndefined()
      expect(store.getMeta('a')).toBeUndefined()
      expect(keysOf(page(store))).toEqual([])
    })

    it('says of what was not there that it was absent, and announces nothing', async () => {
      const changes: CommittedChange[] = []
      store.onCommitted((change) => changes.push(change))
      expect(await commit(store, remove('a'))).toEqual([{ kind: 'absent' }])
      expect(changes).toEqual([])
    })

    it('lets a record that comes again be a new one', async () => {
      await commit(store, put('a', '1'))
      await commit(store, remove('a'))
      clock.advance(1)
      expect(await commit(store, put('a', '2'))).toMatchObject([{ kind: 'created', meta: { createdAtMs: clock.wallMs() } }])
    })
  })

  describe('conditions', () => {
    it('replaces only the version that was read', async () => {
      const [first] = await commit(store, put('a', '1'))
      const condition = { version: versionOf(first) }
      await commit(store, put('a', '2', { condition }))
      await expect(commit(store, put('a', '3', { condition }))).rejects.toMatchObject({
        code: 'precondition_failed',
        details: { index: 0, key: 'a' },
      })
      await expect(commit(store, remove('a', condition))).rejects.toMatchObject({ code: 'precondition_failed' })
      expect(textOf(store, 'a')).toBe('2')
    })

    it('deletes only the version that was read', async () => {
      const [first] = await commit(store, put('a', '1'))
      expect(await commit(store, remove('a', { version: versionOf(first) }))).toEqual([{ kind: 'deleted' }])
      await expect(commit(store, remove('a', { version: versionOf(first) }))).rejects.toMatchObject({ code: 'precondition_failed' })
    })

    it('creates only where nothing is', async () => {
      await commit(store, put('a', '1', { condition: { version: null } }))
      await expect(commit(store, put('a', '2', { condition: { version: null } }))).rejects.toMatchObject({ code: 'precondition_failed' })
      await commit(store, remove('a'))
      expect(await commit(store, put('a', '3', { condition: { version: null } }))).toMatchObject([{ kind: 'created' }])
    })

    it('replaces only what exists when that is asked for', async () => {
      await expect(commit(store, put('a', '1', { mustExist: true }))).rejects.toMatchObject({ code: 'precondition_failed' })
      await commit(store, put('a', '1'))
      expect(await commit(store, put('a', '2', { mustExist: true }))).toMatchObject([{ kind: 'replaced' }])
    })

    it('lets one of many writers win who all read the same version', async () => {
      const [first] = await commit(store, put('a', '0'))
      const condition = { version: versionOf(first) }
      const outcomes = await Promise.allSettled(Array.from({ length: 32 }, (_, n) => commit(store, put('a', `${n}`, { condition }))))
      const winners = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [`${n}`] : []))
      expect(winners).toEqual([textOf(store, 'a')])
    })
  })

  describe('transactions', () => {
    it('are whole or absent', async () => {
      await commit(store, put('a', '1'), put('b', '1'))
      const failing = commit(store, put('a', '2'), remove('b'), put('c', '2'), put('d', '2', { mustExist: true }))
      await expect(failing).rejects.toMatchObject({ code: 'precondition_failed', details: { index: 3, key: 'd' } })
      expect([textOf(store, 'a'), textOf(store, 'b'), textOf(store, 'c')]).toEqual(['1', '1', undefined])
    })

    it('belong to a timeline if they say so: on another one they are refused', async () => {
      await commit(store, put('a', '1'))
      const { timeline } = store.figures()
      const onAnother = store.commit([remove('a')], { durability: 'durable', timeline: 'another' })
      await expect(onAnother).rejects.toMatchObject({ code: 'conflict' })
      expect(textOf(store, 'a')).toBe('1')
      await store.commit([remove('a')], { durability: 'durable', timeline })
      expect(textOf(store, 'a')).toBeUndefined()
    })

    it('let later operations see the earlier ones', async () => {
      const results = await commit(
        store,
        put('a', '1', { condition: { version: null } }),
        put('a', '2', { mustExist: true }),
        remove('a'),
        remove('a'),
        put('a', '3', { condition: { version: null } }),
      )
      expect(results.map(({ kind }) => kind)).toEqual(['created', 'replaced', 'deleted', 'absent', 'created'])
      expect(textOf(store, 'a')).toBe('3')
    })

    it('may hold nothing', async () => {
      expect(await commit(store)).toEqual([])
    })

    it('of ten thousand operations are seen at once', async () => {
      const operations = Array.from({ length: 10_000 }, (_, n) => put(`k${String(n).padStart(5, '0')}`, `${n}`))
      let seenWithin = 0
      store.onCommitted(({ keys }) => {
        seenWithin = keys.filter((key) => store.get(key) !== undefined).length
      })
      await commit(store, ...operations)
      expect(seenWithin).toBe(10_000)
      expect(keysOf(page(store, { limit: 20_000 }))).toHaveLength(10_000)
    })
  })

  describe('expiry', () => {
    it('makes a record absent at its moment, everywhere', async () => {
      await commit(store, put('a', '1', { expiresAtMs: clock.wallMs() + 1000 }), put('b', '1'))
      clock.advance(999)
      expect(store.getMeta('a')?.expiresAtMs).toBe(clock.wallMs() + 1)
      clock.advance(1)
      expect(store.get('a')).toBeUndefined()
      expect(store.getMeta('a')).toBeUndefined()
      expect(keysOf(page(store))).toEqual(['b'])
      expect(keysOf(page(store, { values: true, reverse: true }))).toEqual(['b'])
      expect(await commit(store, remove('a'))).toEqual([{ kind: 'absent' }])
    })

    it.each([0, -5, 1, 1_000_000])('makes a record whose moment (%d) has passed absent at once', async (expiresAtMs) => {
      await commit(store, put('a', '1'))
      await commit(store, put('a', '2', { expiresAtMs }))
      expect(store.get('a')).toBeUndefined()
      expect(keysOf(page(store))).toEqual([])
    })

    it('keeps a record whose moment lies further away than a header can say', async () => {
      await commit(store, put('a', '1', { expiresAtMs: Number.MAX_SAFE_INTEGER }))
      expect(textOf(store, 'a')).toBe('1')
    })

    it('lets a put over an expired record create it', async () => {
      const [first] = await commit(store, put('a', '1', { expiresAtMs: clock.wallMs() + 10 }))
      clock.advance(10)
      await expect(commit(store, put('a', '2', { condition: { version: versionOf(first) } }))).rejects.toMatchObject({
        code: 'precondition_failed',
      })
      await expect(commit(store, put('a', '2', { mustExist: true }))).rejects.toMatchObject({ code: 'precondition_failed' })
      const results = await commit(store, put('a', '2', { condition: { version: null } }))
      expect(results).toMatchObject([{ kind: 'created', meta: { createdAtMs: clock.wallMs(), expiresAtMs: null } }])
      clock.advance(1_000_000)
      expect(textOf(store, 'a')).toBe('2')
    })
  })

  describe('versions', () => {
    it('grow with each write, as strings do, also when the clock goes back or leaps', async () => {
      const versions: string[] = []
      for (const jump of [0, 0, 5, -86_400_000, 0, 1_000_000, -1, 0]) {
        clock.jump(jump)
        versions.push(versionOf((await commit(store, put('a', `${jump}`)))[0]))
      }
      expect(versions).toEqual([...new Set(versions)].toSorted())
    })

    it('are given in the order of commits', async () => {
      const results = await Promise.all(Array.from({ length: 50 }, (_, n) => commit(store, put(`k${n % 7}`, `${n}`))))
      const versions = results.map(([result]) => versionOf(result))
      expect(versions).toEqual([...new Set(versions)].toSorted())
    })

    it('are the same for all records of a transaction', async () => {
      const results = await commit(store, put('a', '1'), put('b', '1'))
      expect(new Set(results.map(versionOf)).size).toBe(1)
    })
  })

  describe('announcements', () => {
    it('come in the order of commits, before the writer is told, when the change can be read', async () => {
      const heard: string[] = []
      let lastSequence = 0
      store.onCommitted(({ sequence, keys }) => {
        expect(sequence).toBeGreaterThan(lastSequence)
        lastSequence = sequence
        heard.push(`${keys.join('+')}=${textOf(store, keys[0] as string)}`)
      })
      const told: string[] = []
      const writes = Array.from({ length: 20 }, (_, n) =>
        commit(store, put(`k${n}`, `${n}`)).then(() => told.push(`heard ${heard.includes(`k${n}=${n}`)}`)),
      )
      await Promise.all(writes)
      expect(heard).toEqual(Array.from({ length: 20 }, (_, n) => `k${n}=${n}`))
      expect(new Set(told)).toEqual(new Set(['heard true']))
    })

    it('name each key of a transaction once', async () => {
      const changes: CommittedChange[] = []
      store.onCommitted((change) => changes.push(change))
      await commit(store, put('a', '1'), put('b', '1'), remove('a'), put('a', '2'), remove('none'))
      expect(changes.map(({ keys }) => keys)).toEqual([['a', 'b']])
    })

    it('end when nobody listens any more, and one listener that fails harms nobody', async () => {
      const heard: number[] = []
      const stop = store.onCommitted(() => heard.push(1))
      store.onCommitted(() => {
        throw new Error('a listener with a mistake')
      })
      store.onCommitted(() => heard.push(2))
      await commit(store, put('a', '1'))
      stop()
      await commit(store, put('a', '2'))
      expect(heard).toEqual([1, 2, 2])
      expect(store.mode.kind).toBe('running')
    })
  })

  describe('cancelling', () => {
    it('before the write began leaves everything as it was', async () => {
      const signal = AbortSignal.abort()
      await expect(store.commit([put('a', '1')], { durability: 'durable', signal })).rejects.toMatchObject({ code: 'cancelled' })
      expect(store.get('a')).toBeUndefined()
    })

    it('after it was acknowledged changes nothing', async () => {
      const controller = new AbortController()
      await store.commit([put('a', '1')], { durability: 'committed', signal: controller.signal })
      controller.abort()
      expect(textOf(store, 'a')).toBe('1')
    })
  })

  describe('pages', () => {
    // UTF-16 would put the astral character (a surrogate pair) before U+FFFF and U+E000; UTF-8 puts it last.
    const ordered = [
      '\0',
      'A',
      'a',
      'a\0',
      'a/1',
      'a/2',
      'ab',
      'b',
      '\x7f',
      '\x80',
      'é',
      '中',
      '\ud7ff',
      '\ue000',
      '\uffff',
      '\u{10000}',
      '😀',
      '\u{10ffff}',
    ]
    const shuffled = ordered.toSorted((one, other) =>
      Buffer.from(one).toString('base64').localeCompare(Buffer.from(other).toString('base64')),
    )

    it('go by the UTF-8 bytes of keys, forwards and backwards', async () => {
      await commit(store, ...shuffled.map((key) => put(key, key)))
      expect(keysOf(page(store))).toEqual(ordered)
      expect(keysOf(page(store, { reverse: true, values: true }))).toEqual(ordered.toReversed())
    })

    it('begin after any cursor, whether it exists or not, in both directions', async () => {
      await commit(store, ...shuffled.map((key) => put(key, key)))
      const cursors = [...ordered, '\x01', 'a!', 'zzz', '\ud7ff\ud7ff', '\uffff\uffff', '\u{10ffff}\u{10ffff}']
      for (const after of cursors) {
        const later = ordered.filter((key) => Buffer.compare(bytes(key), bytes(after)) > 0)
        const earlier = ordered.filter((key) => Buffer.compare(bytes(key), bytes(after)) < 0)
        expect(keysOf(page(store, { after }))).toEqual(later)
        expect(keysOf(page(store, { after, reverse: true }))).toEqual(earlier.toReversed())
      }
    })

    it('hold a prefix and nothing else', async () => {
      const keys = ['a', 'a/', 'a/1', 'a/2', 'a/\u{10ffff}', 'a0', 'b', '\u{10ffff}', '\u{10ffff}\u{10ffff}', '\ud7ff', '\ud7ffx', '\ue000']
      await commit(store, ...keys.map((key) => put(key, key)))
      for (const prefix of ['', 'a', 'a/', 'a/1', 'c', '\u{10ffff}', '\ud7ff', '\u{10ffff}\u{10ffff}\u{10ffff}']) {
        const wanted = keys.filter((key) => key.startsWith(prefix)).toSorted((one, other) => Buffer.compare(bytes(one), bytes(other)))
        expect(keysOf(page(store, { prefix }))).toEqual(wanted)
        expect(keysOf(page(store, { prefix, reverse: true }))).toEqual(wanted.toReversed())
        for (const after of wanted) {
          const place = wanted.indexOf(after)
          expect(keysOf(page(store, { prefix, after }))).toEqual(wanted.slice(place + 1))
          expect(keysOf(page(store, { prefix, after, reverse: true }))).toEqual(wanted.slice(0, place).toReversed())
        }
      }
    })

    it('hold nothing when the cursor lies outside of the prefix on the far side, and all when on the near side', async () => {
      await commit(store, put('a', ''), put('b1', ''), put('b2', ''), put('c', ''))
      expect(keysOf(page(store, { prefix: 'b', after: 'a' }))).toEqual(['b1', 'b2'])
      expect(keysOf(page(store, { prefix: 'b', after: 'c' }))).toEqual([])
      expect(keysOf(page(store, { prefix: 'b', after: 'c', reverse: true }))).toEqual(['b2', 'b1'])
      expect(keysOf(page(store, { prefix: 'b', after: 'a', reverse: true }))).toEqual([])
    })

    it('follow each other to the end without a gap or a repetition', async () => {
      const keys = Array.from({ length: 25 }, (_, n) => `k${String(n).padStart(2, '0')}`)
      await commit(store, ...keys.map((key) => put(key, key)))
      for (const reverse of [false, true]) {
        const seen: string[] = []
        let after: string | undefined
        for (;;) {
          const found = page(store, { limit: 10, reverse, ...(after !== undefined && { after }) })
          seen.push(...keysOf(found))
          if (!found.more) break
          expect(found.items).toHaveLength(10)
          after = seen.at(-1)
        }
        expect(seen).toEqual(reverse ? keys.toReversed() : keys)
      }
      expect(page(store, { limit: 25 }).more).toBe(false)
      expect(page(store, { limit: 24 }).more).toBe(true)
    })

    it('say that nothing follows when only expired or deleted records do', async () => {
      await commit(store, put('a', ''), put('b', '', { expiresAtMs: clock.wallMs() + 1 }), put('c', ''))
      await commit(store, remove('c'))
      clock.advance(1)
      expect(page(store, { limit: 1 })).toMatchObject({ items: [{ key: 'a' }], more: false })
    })

    it('carry values only when asked, and end early once they are large, with at least one', async () => {
      await commit(store, put('a', Buffer.alloc(100, 'a')), put('b', Buffer.alloc(100, 'b')), put('c', Buffer.alloc(100, 'c')))
      expect(page(store).items.map(({ value, meta }) => [value.length, meta.size])).toEqual([
        [0, 100],
        [0, 100],
        [0, 100],
      ])
      const first = page(store, { values: true, maxValueBytes: 50 })
      expect(first).toMatchObject({ items: [{ key: 'a', value: Buffer.alloc(100, 'a') }], more: true })
      expect(keysOf(page(store, { values: true, maxValueBytes: 150 }))).toEqual(['a', 'b'])
      expect(page(store, { values: true, maxValueBytes: 300 })).toMatchObject({ more: false })
      expect(keysOf(page(store, { maxValueBytes: 1 }))).toEqual(['a', 'b', 'c'])
    })

    it('are one state: what is written between two of them shows in the second only', async () => {
      await commit(store, put('a', '1'), put('b', '1'), put('c', '1'))
      expect(keysOf(page(store, { limit: 1 }))).toEqual(['a'])
      await commit(store, remove('b'), put('bb', '2'), put('a', '2'))
      expect(keysOf(page(store, { after: 'a' }))).toEqual(['bb', 'c'])
    })

    it('begins at a key, whether it is there or not', async () => {
      await commit(store, ...['a', 'b:1', 'b:3', 'c'].map((key) => put(key, 'x')))
      expect(keysOf(page(store, { from: 'b:1' }))).toEqual(['b:1', 'b:3', 'c'])
      expect(keysOf(page(store, { from: 'b:2' }))).toEqual(['b:3', 'c'])
      expect(keysOf(page(store, { prefix: 'b:', from: 'a' }))).toEqual(['b:1', 'b:3'])
      expect(keysOf(page(store, { prefix: 'b:', from: 'c' }))).toEqual([])
      expect(keysOf(page(store, { from: 'b:1', after: 'b:1' }))).toEqual(['b:3', 'c'])
    })

    it('are passed over by strides, key for key', async () => {
      const keys = ['a', 'b:1', 'b:2', '\u{ffff}', '\u{1f600}']
      await commit(store, ...keys.map((key) => put(key, 'x')))
      const settled = () => store.figures().overlayBytes === 0
      await expect.poll(settled).toBe(true)
      expect(store.stride({ from: '', limit: 2 })).toEqual({ passed: 2, next: 'b:2' })
      expect(store.stride({ from: '', limit: 5 })).toEqual({ passed: 5, next: undefined })
      expect(store.stride({ from: 'b:1', to: 'b:2', limit: 5 })).toEqual({ passed: 1, next: undefined })
      expect(store.stride({ from: 'b', to: '\u{1f600}', limit: 1 })).toEqual({ passed: 1, next: 'b:2' })
      expect(store.stride({ from: 'x', to: 'b', limit: 5 })).toEqual({ passed: 0, next: undefined })
    })
  })

  it('counts its records', async () => {
    await commit(store, put('a', '1'), put('b', '1'), put('c', '1'))
    await commit(store, put('a', '2'), remove('b'), remove('none'), put('d', '1'), remove('d'))
    expect(store.figures()).toMatchObject({ records: 2, recordsExact: true })
  })

  it('closes more than once', async () => {
    await commit(store, put('a', '1'))
    await store.close()
    await store.close()
  })
})

describe('FaultyStore', () => {
  it('refuses, is late and loses answers as it is told', async () => {
    const store = new FaultyStore(new MemoryStore({ clock: new ManualClock() }))
    store.plan = { write: () => ({ kind: 'lose' }) }
    await expect(commit(store, put('a', '1'))).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(textOf(store, 'a')).toBe('1')
    store.plan = { write: () => ({ kind: 'delay', ms: 1 }) }
    const controller = new AbortController()
    const late = store.commit([put('a', '2')], { durability: 'durable', signal: controller.signal })
    controller.abort()
    await expect(late).rejects.toMatchObject({ code: 'cancelled' })
    store.plan = {}
    const changes: string[] = []
    store.onStateChange((change) => changes.push(change))
    store.pretend({ kind: 'full', code: 'disk_full', reason: 'The disk is full.' })
    await expect(commit(store, put('a', '2'))).rejects.toMatchObject({ code: 'disk_full' })
    store.pretend(undefined)
    await commit(store, put('a', '2'))
    expect([textOf(store, 'a'), store.mode.kind, changes]).toEqual(['2', 'running', ['mode', 'mode']])
  })
})
