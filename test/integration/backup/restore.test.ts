import { cp, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commit, contentOf, fill, generationsOf, put, testJob, textOf, withSite } from './setup.ts'

describe('a restore', () => {
  test('gives back exactly what the backup holds, with its versions, and says what came after (BK1)', async () => {
    await withSite(async ({ store, backups, recovery, events }) => {
      await fill(store, 5000)
      await commit(store, put('empty', ''), put('large', Buffer.alloc(16 * 1024 * 1024, 7)), put('𝄞'.repeat(256), 'long key'))
      const saved = contentOf(store)
      await backups.create(testJob())
      await commit(store, put('item:0000001', 'changed'), put('new', 'x'), { kind: 'delete', key: 'item:0000002' })
      const { timeline, generation } = store.figures()
      const job = testJob()
      const result = await recovery.restore(job, 'latest')
      expect(contentOf(store)).toEqual(saved)
      expect(result).toMatchObject({ records: 5003, writesAfterStart: 0 })
      expect(store.figures()).toMatchObject({ records: 5003, generation: result.generation, timeline: result.timeline })
      expect(result.timeline).not.toBe(timeline)
      expect(result.generation).not.toBe(generation)
      expect(job.phases).toEqual(['preparing', 'restoring', 'checking', 'switching'])
      expect(events).toEqual([
        ['records', { prefix: '' }],
        ['state', { code: 'restored' }],
      ])
    })
  })

  test('brings back the definitions that belong to the records, and leaves the locks of now', async () => {
    await withSite(async ({ store, backups, recovery }) => {
      await fill(store, 10)
      const value = Buffer.from('as it was')
      await store.system.write([
        { key: 'collection/a', value },
        { key: 'lock/a', value },
      ])
      await backups.create(testJob())
      await store.system.write([
        { key: 'collection/a', value: null },
        { key: 'lock/a', value: Buffer.from('held') },
      ])
      await recovery.restore(testJob(), 'latest')
      expect(store.system.get('collection/a')).toEqual(value)
      expect(Buffer.from(store.system.get('lock/a') ?? '').toString()).toBe('held')
      await recovery.undo(testJob())
      expect(store.system.get('collection/a')).toBeUndefined()
    })
  })

  test('is undone, and the undo is undone, over restarts too (BK3)', async () => {
    await withSite(async (first) => {
      await fill(first.store, 100)
      await first.backups.create(testJob())
      const saved = contentOf(first.store)
      await commit(first.store, put('later', 'x'))
      const before = contentOf(first.store)
      expect(first.recovery.undoable).toBe(false)
      await expect(first.recovery.undo(testJob())).rejects.toMatchObject({ code: 'nothing_to_undo' })
      await first.recovery.restore(testJob(), 'latest')
      let site = await first.reopen()
      expect(contentOf(site.store)).toEqual(saved)
      expect(site.recovery.undoable).toBe(true)
      expect(await site.recovery.undo(testJob())).toMatchObject({ records: 101, undoesUndo: false })
      expect(contentOf(site.store)).toEqual(before)
      site = await site.reopen()
      expect(contentOf(site.store)).toEqual(before)
      expect(await site.recovery.undo(testJob())).toMatchObject({ records: 100, undoesUndo: true })
      expect(contentOf(site.store)).toEqual(saved)
      expect(await generationsOf(site)).toHaveLength(2)
    })
  })

  test('under writers loses none of their writes: undo brings back what they were acknowledged', async () => {
    await withSite(async ({ store, backups, recovery }) => {
      await fill(store, 20_000)
      await backups.create(testJob())
      let acknowledged = 0
      let isStopped = false
      const job = testJob()
      const restoring = recovery.restore(job, 'latest')
      const writer = (async () => {
        for (let n = 1; !isStopped; n++) {
          await commit(store, put(`during:${n}`, String(n)))
          acknowledged = n
        }
      })()
      const result = await restoring
      isStopped = true
      await writer
      const during = (limit: number) => store.page({ prefix: 'during:', limit, reverse: false, values: false }).items.length
      const after = during(100_000)
      expect(result.writesAfterStart).toBe(acknowledged - after)
      expect(result.writesAfterStart).toBeGreaterThan(0)
      await recovery.undo(testJob())
      expect(during(100_000)).toBe(result.writesAfterStart)
    })
  })

  test('is followed by versions that are greater than all before, also on a clock that went back', async () => {
    let nowMs = Date.parse('2026-11-23T12:00:00.000Z')
    const clock = { wallMs: () => nowMs, monotonicMs: () => performance.now() }
    await withSite(
      async ({ store, backups, recovery }) => {
        await commit(store, put('a', '1'))
        await backups.create(testJob())
        await commit(store, put('a', '2'))
        const newest = store.getMeta('a')?.version ?? ''
        await recovery.restore(testJob(), 'latest')
        expect(textOf(store.get('a'))).toBe('1')
        nowMs = 0
        await commit(store, put('a', '3'))
        expect((store.getMeta('a')?.version ?? '') > newest).toBe(true)
      },
      { clock },
    )
  })

  test('from a host whose clock was ahead is followed by greater versions too, over restarts', async () => {
    const dayMs = 86_400_000
    const ahead = { wallMs: () => Date.now() + dayMs, monotonicMs: () => performance.now() }
    await withSite(
      async (other) => {
        await commit(other.store, put('a', 'from the future'))
        await other.backups.create(testJob())
        const { file } = await other.backups.get('latest')
        await withSite(async (site) => {
          await mkdir(join(site.folder, 'backups'))
          await cp(file, join(site.folder, 'backups', 'from elsewhere.hfb'))
          await site.recovery.restore(testJob(), 'latest')
          const restored = site.store.getMeta('a')?.version ?? ''
          const again = await site.reopen()
          await commit(again.store, put('a', 'now'))
          expect((again.store.getMeta('a')?.version ?? '') > restored).toBe(true)
        })
      },
      { storeId: 'store-2', clock: ahead },
    )
  })

  test('does not bring back what has expired meanwhile', async () => {
    let nowMs = Date.parse('2026-11-23T12:00:00.000Z')
    const clock = { wallMs: () => nowMs, monotonicMs: () => performance.now() }
    await withSite(
      async ({ store, backups, recovery }) => {
        const expiresAtMs = Date.now() - 1000
        nowMs = expiresAtMs - 60_000
        await commit(store, put('stays', '1'), put('goes', '2', expiresAtMs))
        await backups.create(testJob())
        nowMs = Date.now()
        expect(await recovery.restore(testJob(), 'latest')).toMatchObject({ records: 1, expiredRecords: 1 })
        expect([...contentOf(store).keys()]).toEqual(['stays'])
        expect(store.get('goes')).toBeUndefined()
      },
      { clock },
    )
  })

  test('of an empty backup empties the store, and can be undone', async () => {
    await withSite(async ({ store, backups, recovery }) => {
      await backups.create(testJob())
      await commit(store, put('a', '1'))
      expect(await recovery.restore(testJob(), 'latest')).toMatchObject({ records: 0 })
      expect(contentOf(store).size).toBe(0)
      await recovery.undo(testJob())
      expect(textOf(store.get('a'))).toBe('1')
    })
  })

  test('of another store is done, and said', async () => {
    await withSite(
      async (other) => {
        await commit(other.store, put('from', 'elsewhere'))
        await other.backups.create(testJob())
        const { file } = await other.backups.get('latest')
        await withSite(async ({ folder, store, backups, recovery }) => {
          await mkdir(join(folder, 'backups'))
          await cp(file, join(folder, 'backups', 'from elsewhere.hfb'))
          expect(await backups.get('latest')).toMatchObject({ state: 'unverified' })
          expect(await recovery.restore(testJob(), 'latest')).toMatchObject({ fromAnotherStore: true, storeId: 'store-2' })
          expect(textOf(store.get('from'))).toBe('elsewhere')
          expect(await backups.get('latest')).toMatchObject({ state: 'verified' })
        })
        // Beside a backup of its own, a newer one of another store is neither the latest nor counted as safety.
        await withSite(async ({ folder, store, backups }) => {
          await commit(store, put('own', '1'))
          await backups.create(testJob())
          await other.backups.create(testJob())
          const newer = (await other.backups.get('latest')).file
          await cp(newer, join(folder, 'backups', 'newer.hfb'))
          expect(await backups.get('latest')).toMatchObject({ storeId: 'store-1', records: 1 })
          expect(await backups.list()).toHaveLength(2)
          expect(await backups.listOwn()).toHaveLength(1)
        })
      },
      { storeId: 'store-2' },
    )
  })

  test.each(['preparing', 'restoring', 'checking'])('cancelled while %s leaves everything as it was', async (phase) => {
    await withSite(async (site) => {
      await fill(site.store, 20_000, 400)
      await site.backups.create(testJob())
      await commit(site.store, put('later', 'x'))
      const generations = await generationsOf(site)
      const { generation, timeline } = site.store.figures()
      await expect(site.recovery.restore(testJob(phase), 'latest')).rejects.toMatchObject({ code: 'cancelled' })
      expect(site.store.figures()).toMatchObject({ generation, timeline })
      expect(textOf(site.store.get('later'))).toBe('x')
      expect(await generationsOf(site)).toEqual(generations)
      expect(site.recovery.undoable).toBe(false)
      expect(site.events).toEqual([])
    })
  })

  test('cancelled at the switch is done', async () => {
    await withSite(async ({ store, backups, recovery }) => {
      await backups.create(testJob())
      await commit(store, put('later', 'x'))
      await recovery.restore(testJob('switching'), 'latest')
      expect(store.get('later')).toBeUndefined()
    })
  })

  test('of a damaged backup changes nothing, names the damage, and marks the backup', async () => {
    await withSite(async (site) => {
      await fill(site.store, 1000)
      await site.backups.create(testJob())
      const { file, id } = await site.backups.get('latest')
      const handle = await open(file, 'r+')
      await handle.write(Buffer.from([0xff, 0x00, 0xff]), 0, 3, 5000)
      await handle.close()
      const before = contentOf(site.store)
      const generations = await generationsOf(site)
      await expect(site.recovery.restore(testJob(), id)).rejects.toMatchObject({
        code: 'backup_damaged',
        message: expect.stringContaining('chunks/000001.zst'),
      })
      expect(contentOf(site.store)).toEqual(before)
      expect(await generationsOf(site)).toEqual(generations)
      expect(await site.backups.get(id)).toMatchObject({ state: 'damaged' })
    })
  })

  test('of an unknown backup says so', async () => {
    await withSite(async ({ recovery }) => {
      await expect(recovery.restore(testJob(), 'nope')).rejects.toMatchObject({ code: 'not_found' })
    })
  })
})
