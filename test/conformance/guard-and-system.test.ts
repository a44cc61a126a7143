import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HoldfastError } from '../../src/main/base/errors.ts'
import type { CommitOptions, RecordStore } from '../../src/main/persistence/record-store.ts'
import { ManualClock } from '../support/clock.ts'
import { contenders } from '../support/contenders.ts'
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

  describe('a guard', () => {
    it('sees the newest state of records, and lets the transaction pass', async () => {
      const [written] = await commit(store, put('a', '1'), put('b', '1'), put('c', '1'))
      await commit(store, remove('b'))
      const seen: unknown[] = []
      const guard: CommitOptions['guard'] = (newest) => {
        seen.push(newest.meta('a')?.version, newest.meta('b'), newest.versions({ from: 'a', to: 'c', limit: 10 }))
        seen.push(
          newest.versions({ from: '', limit: 10 }).map(({ key }) => key),
          newest.versions({ from: '', limit: 1 }).length,
        )
      }
      await store.commit([put('d', '1')], { durability: 'durable', guard })
      expect(seen).toEqual([versionOf(written), null, [{ key: 'a', version: versionOf(written) }], ['a', 'c'], 1])
      expect(textOf(store, 'd')).toBe('1')
    })

    it('sees what is queued before it', async () => {
      const first = commit(store, put('a', '1'))
      let seen: unknown
      const guard: CommitOptions['guard'] = (newest) => {
        seen = newest.versions({ from: '', limit: 10 }).map(({ key }) => key)
      }
      await store.commit([put('b', '1')], { durability: 'durable', guard })
      await first
      expect(seen).toEqual(['a'])
    })

    it('does not see what has expired', async () => {
      await commit(store, put('a', '1', { expiresAtMs: clock.wallMs() + 1000 }))
      clock.advance(1000)
      const guard: CommitOptions['guard'] = (newest) => {
        expect(newest.meta('a')).toBeNull()
        expect(newest.versions({ from: '', limit: 10 })).toEqual([])
      }
      await store.commit([put('b', '1')], { durability: 'durable', guard })
    })

    it('that refuses keeps everything from being written', async () => {
      const guard = () => {
        throw new HoldfastError('conflict', 'Not now.')
      }
      await expect(store.commit([put('a', '1')], { durability: 'durable', guard })).rejects.toMatchObject({ code: 'conflict' })
      expect(store.get('a')).toBeUndefined()
    })
  })

  describe('the system table', () => {
    it('keeps what is written, in key order, and forgets what is removed', async () => {
      await store.system.write([
        { key: 'query/b', value: bytes('2') },
        { key: 'query/a', value: bytes('1') },
        { key: 'other', value: bytes('3') },
      ])
      const texts = () => store.system.entries('query/').map(([key, value]) => [key, Buffer.from(value).toString()])
      expect(texts()).toEqual([
        ['query/a', '1'],
        ['query/b', '2'],
      ])
      await store.system.write([{ key: 'query/a', value: null }])
      expect(texts()).toEqual([['query/b', '2']])
      expect(store.system.get('query/a')).toBeUndefined()
    })

    it('is apart from the records', async () => {
      await store.system.write([{ key: 'a', value: bytes('1') }])
      expect(store.get('a')).toBeUndefined()
      expect(keysOf(page(store))).toEqual([])
      expect(store.figures().records).toBe(0)
    })

    it('gives growing sequences, and tells who listens', async () => {
      const told: unknown[] = []
      const stop = store.system.onChanged((keys) => told.push(keys))
      const first = await store.system.write([{ key: 'a', value: bytes('1') }])
      await commit(store, put('x', '1'))
      const second = await store.system.write([{ key: 'b', value: bytes('1') }])
      stop()
      await store.system.write([{ key: 'c', value: bytes('1') }])
      expect(second.sequence).toBeGreaterThan(first.sequence)
      expect(told).toEqual([['a'], ['b']])
    })

    it('refuses what it has no room for', async () => {
      const large = store.system.write([{ key: 'a', value: Buffer.alloc(256 * 1024 + 1) }])
      await expect(large).rejects.toMatchObject({ code: 'too_large' })
      expect(store.system.get('a')).toBeUndefined()
    })
  })
})
