import { chmod, mkdir, open, readFile, rm, rmdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ArchiveReader } from '../../../src/main/backup/archive-reader.ts'
import { partialFileName } from '../../../src/main/backup/backup-name.ts'
import { FileRangeSource } from '../../../src/main/backup/range-source.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { commit, contentOf, fill, namesIn, put, type Site, testJob, textOf, withSite } from './setup.ts'

const backupsOf = ({ folder }: Site) => namesIn(join(folder, 'backups'))

describe('a backup', () => {
  test('is one file, verified, in the list, and is told of', async () => {
    await withSite(async (site) => {
      await fill(site.store, 3000)
      const job = testJob()
      const result = await site.backups.create(job)
      const list = await site.backups.list()
      expect(list).toMatchObject([{ id: result.id, state: 'verified', records: 3000, kind: 'full' }])
      expect(result).toMatchObject({
        records: 3000,
        storedBytes: list[0]?.storedBytes,
        sequence: 3,
        timeline: site.store.figures().timeline,
      })
      expect(await backupsOf(site)).toEqual([expect.stringMatching(/^holdfast-\d{8}T\d{6}Z-[0-9a-f]{8}\.hfb$/)])
      expect(job.phases).toEqual(['preparing', 'reading', 'verifying', 'finishing'])
      expect(site.changed).toEqual([result.id])
      expect(await site.backups.get('latest')).toEqual(list[0])
      const again = await site.reopen()
      expect(await again.backups.list()).toEqual(list)
    })
  })

  test('is made, verified and restored also where the data folder has no room for what is known of it', async () => {
    await withSite(async (site) => {
      await fill(site.store, 100)
      // No file can take this place, as none could on a full disk.
      const marks = join(site.folder, 'backup-marks.json')
      await mkdir(marks)
      const { id } = await site.backups.create(testJob())
      expect(await site.backups.list()).toMatchObject([{ id, state: 'verified' }])
      expect(await site.backups.verify(testJob(), 'latest')).toMatchObject({ id, records: 100 })
      expect(await site.recovery.restore(testJob(), 'latest')).toMatchObject({ backupId: id, records: 100 })
      await rmdir(marks)
      await site.backups.create(testJob())
      const again = await site.reopen()
      expect((await again.backups.list()).map(({ state }) => state)).toEqual(['verified', 'verified'])
    })
  })

  test('of an empty store works', async () => {
    await withSite(async ({ backups }) => {
      expect(await backups.create(testJob())).toMatchObject({ records: 0, bytes: 0 })
      expect(await backups.verify(testJob(), 'latest')).toMatchObject({ records: 0 })
    })
  })

  test('made while writers write holds exactly one state, with everything acknowledged before it began (BK1)', async () => {
    await withSite(async ({ store, backups, recovery }) => {
      await fill(store, 20_000)
      const before = store.figures().sequence
      const writers = startWriters(store, 8)
      await writers.untilEachWrote(20)
      const acknowledged = [...writers.acknowledged]
      const { sequence } = await backups.create(testJob())
      await writers.stop()
      await recovery.restore(testJob(), 'latest')
      const counts = acknowledged.map((least, writer) => {
        const count = Number(textOf(store.get(`writer:${writer}:a`)))
        expect(count).toBeGreaterThanOrEqual(least)
        expect(textOf(store.get(`writer:${writer}:b`))).toBe(String(count))
        const logged = store
          .page({ prefix: `writer:${writer}:log:`, limit: 100, reverse: false, values: false })
          .items.map(({ key }) => key)
        const expected = Array.from({ length: 5 }, (_, at) => `writer:${writer}:log:${String(count - 4 + at).padStart(9, '0')}`)
        expect(logged).toEqual(expected)
        return count
      })
      // Each transaction takes one place of the journal, so together they say where the snapshot stands.
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe((sequence as number) - before)
      expect(store.page({ prefix: 'item:', limit: 1, reverse: true, values: false }).items[0]?.key).toBe('item:0019999')
    })
  })

  test('gives single records by range reads', async () => {
    await withSite(async ({ store, backups }) => {
      await fill(store, 5000)
      await backups.create(testJob())
      const { file } = await backups.get('latest')
      const source = await FileRangeSource.open(file)
      const reader = await ArchiveReader.open(source, 'x.hfb')
      expect(await reader.find('item:0001234')).toEqual(store.get('item:0001234'))
      expect(await reader.find('item:9')).toBeUndefined()
      await source.close()
    })
  })

  test.each(['preparing', 'reading', 'verifying'])('cancelled while %s leaves nothing behind', async (phase) => {
    await withSite(async (site) => {
      await fill(site.store, 20_000, 400)
      await expect(site.backups.create(testJob(phase))).rejects.toMatchObject({ code: 'cancelled' })
      expect(await backupsOf(site)).toEqual([])
      expect(await site.backups.list()).toEqual([])
      expect(site.changed).toEqual([])
      await site.backups.create(testJob())
    })
  })

  test('that a host did not finish is cleared away by its next start', async () => {
    await withSite(async (site) => {
      await site.backups.create(testJob())
      const [name = ''] = await backupsOf(site)
      await writeFile(join(site.folder, 'backups', partialFileName(name, 'store-1')), 'half')
      const again = await site.reopen()
      expect(await backupsOf(again)).toEqual([name])
    })
  })

  test('of the same second and the same id does not replace another', async () => {
    const ids = ['aaaa', 'aaaa', 'bbbb']
    const clock = { wallMs: () => Date.parse('2026-11-23T14:15:16.000Z'), monotonicMs: () => performance.now() }
    await withSite(
      async ({ backups }) => {
        await backups.create(testJob())
        await backups.create(testJob())
        expect((await backups.list()).map(({ id }) => id)).toEqual(['bbbb', 'aaaa'])
      },
      { newId: () => ids.shift() ?? 'cccc', clock },
    )
  })

  test('is refused while encryption is asked for, and for a destination that is no folder', async () => {
    await withSite(
      async (site) => {
        expect(() => site.backups.assertCanCreate()).toThrowError(expect.objectContaining({ code: 'backup_encryption_unavailable' }))
        await expect(site.backups.create(testJob())).rejects.toMatchObject({ code: 'backup_encryption_unavailable' })
        expect(await backupsOf(site)).toEqual([])
      },
      { settings: { encryptionEnabled: true } },
    )
    await withSite(
      async ({ backups }) => {
        await expect(backups.create(testJob())).rejects.toMatchObject({ code: 'backup_destination_unavailable' })
      },
      { settings: { storageType: 's3' } },
    )
  })

  test('says what is wrong with its folder: a file in its place', async () => {
    await withSite(async ({ folder, backups }) => {
      await writeFile(join(folder, 'backups'), 'a file')
      await expect(backups.create(testJob())).rejects.toMatchObject({
        code: 'backup_folder_unusable',
        message: expect.stringContaining('is not a folder'),
      })
    })
  })

  test.skipIf(process.platform === 'win32')('says what is wrong with its folder: a link to a disk that is not there', async () => {
    await withSite(async ({ folder, backups }) => {
      await symlink(join(folder, 'no-such-disk', 'backups'), join(folder, 'backups'))
      await expect(backups.create(testJob())).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('is not there and cannot be made'),
      })
    })
  })

  test.skipIf(process.getuid?.() === 0)('says what is wrong with its folder: not writable', async () => {
    await withSite(async ({ folder, backups }) => {
      await backups.create(testJob())
      await chmod(join(folder, 'backups'), 0o500)
      await expect(backups.create(testJob())).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('EACCES') })
      await chmod(join(folder, 'backups'), 0o700)
    })
  })

  test('whose store has a damaged record is not made, and the record is named', async () => {
    await withSite(async (site) => {
      await commit(site.store, put('sound', 'x'), put('victim', 'find this value in the file'))
      await site.backups.create(testJob())
      const { generation } = site.store.figures()
      await flipBit(join(site.folder, 'db', generation, 'data.mdb'), 'find this value in the file')
      await expect(site.backups.create(testJob())).rejects.toMatchObject({ code: 'record_damaged', details: { key: 'victim' } })
      expect(await site.backups.list()).toHaveLength(1)
    })
  })
})

describe('verifying', () => {
  test('finds damage, names chunk and keys, remembers it, and a repaired file counts again once read', async () => {
    await withSite(async (site) => {
      await fill(site.store, 1000)
      await site.backups.create(testJob())
      const { file, id } = await site.backups.get('latest')
      const sound = await readFile(file)
      await damageChunk(file)
      const failure = await site.backups.verify(testJob(), id).catch((error: unknown) => error)
      expect(failure).toMatchObject({
        code: 'backup_damaged',
        message: expect.stringMatching(/chunks\/000001\.zst.*1000 records, "item:0000000" to "item:0000999"/),
      })
      const again = await site.reopen()
      expect(await again.backups.get(id)).toMatchObject({ state: 'damaged', problem: expect.stringContaining('chunks/000001.zst') })
      await expect(again.backups.get('latest')).rejects.toMatchObject({ code: 'not_found' })
      await writeFile(file, sound)
      await again.backups.verify(testJob(), id)
      expect(await again.backups.get('latest')).toMatchObject({ id, state: 'verified' })
    })
  })

  test('cancelled keeps the state that was', async () => {
    await withSite(async ({ store, backups }) => {
      await fill(store, 10_000, 400)
      await backups.create(testJob())
      const before = await backups.list()
      await expect(backups.verify(testJob('verifying'), 'latest')).rejects.toMatchObject({ code: 'cancelled' })
      expect(await backups.list()).toEqual(before)
    })
  })

  test('of an unknown backup, or of none at all, says so', async () => {
    await withSite(async ({ backups }) => {
      await expect(backups.verify(testJob(), 'nope')).rejects.toMatchObject({ code: 'not_found' })
      await expect(backups.get('latest')).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('no backup yet') })
    })
  })

  test('of a file that is gone says so', async () => {
    await withSite(async ({ backups }) => {
      await backups.create(testJob())
      const { file, id } = await backups.get('latest')
      await rm(file)
      await expect(backups.verify(testJob(), id)).rejects.toMatchObject({ code: 'not_found' })
      expect(await backups.list()).toEqual([])
    })
  })
})

test('a backup does not change what the store holds', async () => {
  await withSite(async ({ store, backups }) => {
    await fill(store, 500)
    const before = contentOf(store)
    await backups.create(testJob())
    expect(contentOf(store)).toEqual(before)
  })
})

/** Writers that each count up: transaction n sets two records to n, adds a log record and deletes the one five before. */
function startWriters(store: GenerationalStore, count: number) {
  const acknowledged = new Array<number>(count).fill(0)
  let isStopped = false
  const logKey = (writer: number, n: number) => `writer:${writer}:log:${String(n).padStart(9, '0')}`
  const runs = acknowledged.map(async (_, writer) => {
    for (let n = 1; !isStopped; n++) {
      const counters = [put(`writer:${writer}:a`, String(n)), put(`writer:${writer}:b`, String(n))]
      await commit(store, ...counters, put(logKey(writer, n), 'x'), { kind: 'delete', key: logKey(writer, n - 5) })
      acknowledged[writer] = n
    }
  })
  return {
    acknowledged,
    async untilEachWrote(least: number) {
      while (acknowledged.some((n) => n < least)) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async stop() {
      isStopped = true
      await Promise.all(runs)
    },
  }
}

async function damageChunk(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  const byte = Buffer.alloc(1)
  const { bytesRead } = await handle.read(byte, 0, 1, 5000)
  expect(bytesRead).toBe(1)
  await handle.write(Buffer.from([(byte[0] as number) ^ 4]), 0, 1, 5000)
  await handle.close()
}

async function flipBit(file: string, text: string): Promise<void> {
  const content = await readFile(file)
  const handle = await open(file, 'r+')
  for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + 1)) {
    await handle.write(Buffer.from([(content[at] as number) ^ 1]), 0, 1, at)
  }
  await handle.close()
}
