import { cp, mkdir, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { BackupCatalogue } from '../../../src/main/backup/backup-catalogue.ts'
import { BackupMarks } from '../../../src/main/backup/backup-marks.ts'
import { backupFileName, isPartialOf, partialFileName, readFileName } from '../../../src/main/backup/backup-name.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { rawRecord, startManifest, withFolder, writeTo } from './setup.ts'

const someRecords = [rawRecord('a', Buffer.from('1')), rawRecord('b', Buffer.from('2'))]

async function catalogueIn(folder: string) {
  const marks = await BackupMarks.open(join(folder, 'marks.json'), silentLog)
  const catalogue = new BackupCatalogue({ folder: join(folder, 'backups'), marks, log: silentLog })
  return { marks, catalogue, backups: join(folder, 'backups') }
}

async function withCatalogue(work: (parts: Awaited<ReturnType<typeof catalogueIn>> & { folder: string }) => Promise<void>) {
  await withFolder(async (folder) => {
    await mkdir(join(folder, 'backups'))
    await work({ folder, ...(await catalogueIn(folder)) })
  })
}

const nameOf = (id: string, createdAt: string) => backupFileName(id, Date.parse(createdAt))

describe('the list of backups', () => {
  test('shows what lies in the folder, newest first, and what came from elsewhere as unverified', async () => {
    await withCatalogue(async ({ catalogue, backups }) => {
      const times = { old: '2026-01-01T00:00:00.000Z', new: '2026-03-01T00:00:00.000Z', middle: '2026-02-01T00:00:00.000Z' }
      for (const [id, createdAt] of Object.entries(times))
        await writeTo(join(backups, nameOf(id, createdAt)), someRecords, { id, createdAt })
      const list = await catalogue.list()
      expect(list.map(({ id, state }) => [id, state])).toEqual([
        ['new', 'unverified'],
        ['middle', 'unverified'],
        ['old', 'unverified'],
      ])
      expect(list[0]).toMatchObject({ kind: 'full', records: 2, sequence: 42, timeline: 'timeline-1', createdAt: times.new })
      expect(list[0]?.storedBytes).toBe((await readFile(list[0]?.file ?? '')).length)
    })
  })

  test('remembers over restarts what was read whole, until the file changes', async () => {
    await withCatalogue(async ({ folder, marks, catalogue, backups }) => {
      const path = join(backups, 'mine.hfb')
      await writeTo(path, someRecords)
      const [found] = await catalogue.list()
      const modifiedMs = (await import('node:fs')).statSync(path).mtimeMs
      const at = '2026-11-23T15:00:00.000Z'
      await marks.set({ file: 'mine.hfb', bytes: found?.storedBytes ?? 0, modifiedMs, state: 'verified', at })
      const again = await catalogueIn(folder)
      expect((await again.catalogue.list())[0]).toMatchObject({ state: 'verified', verifiedAt: at })
      await utimes(path, 1, 1)
      expect((await again.catalogue.list())[0]).toMatchObject({ state: 'unverified' })
    })
  })

  test('survives marks that cannot be understood', async () => {
    await withCatalogue(async ({ folder, backups }) => {
      await writeTo(join(backups, 'mine.hfb'), someRecords)
      await writeFile(join(folder, 'marks.json'), '{"format":1,"marks":[{')
      expect((await (await catalogueIn(folder)).catalogue.list())[0]).toMatchObject({ state: 'unverified' })
    })
  })

  test('shows damaged files with what is wrong, and leaves strangers alone', async () => {
    await withCatalogue(async ({ catalogue, backups }) => {
      await writeTo(join(backups, nameOf('cut', startManifest.createdAt)), someRecords, { id: 'cut' })
      await truncate(join(backups, nameOf('cut', startManifest.createdAt)), 3000)
      await writeFile(join(backups, nameOf('empty', '2026-01-02T03:04:05.000Z')), '')
      await writeFile(join(backups, 'noise.hfb'), 'x'.repeat(10_000))
      await writeFile(join(backups, 'notes.txt'), 'mine')
      await mkdir(join(backups, 'folder.hfb'))
      const list = await catalogue.list()
      expect(list).toHaveLength(3)
      for (const backup of list) expect(backup).toMatchObject({ state: 'damaged', problem: expect.stringContaining('damaged') })
      expect(list.find(({ id }) => id === 'cut')).toMatchObject({ createdAt: startManifest.createdAt, sequence: 42 })
      expect(list.find(({ id }) => id === 'empty')).toMatchObject({ createdAt: '2026-01-02T03:04:05.000Z' })
      expect(new Set(list.map(({ id }) => id)).size).toBe(3)
      expect(await readdir(backups)).toHaveLength(5)
    })
  })

  test('gives each copy of a backup an id of its own, and the first name keeps the id', async () => {
    await withCatalogue(async ({ catalogue, backups }) => {
      const name = nameOf(startManifest.id, startManifest.createdAt)
      await writeTo(join(backups, name), someRecords)
      await cp(join(backups, name), join(backups, 'a copy.hfb'))
      const list = await catalogue.list()
      expect(list.find(({ file }) => file.endsWith(name))?.id).toBe(startManifest.id)
      expect(list.find(({ file }) => file.endsWith('a copy.hfb'))?.id).toMatch(new RegExp(`^${startManifest.id}-[0-9a-f]{8}$`))
    })
  })

  test('of a folder that does not exist is empty, and of a file says what is wrong', async () => {
    await withFolder(async (folder) => {
      const { catalogue } = await catalogueIn(folder)
      expect(await catalogue.list()).toEqual([])
      await writeFile(join(folder, 'backups'), 'a file')
      await expect(catalogue.list()).rejects.toMatchObject({
        code: 'backup_folder_unusable',
        message: expect.stringContaining('is not a folder'),
      })
    })
  })

  test('loses only the unfinished backups of this store at the start', async () => {
    await withCatalogue(async ({ catalogue, backups }) => {
      const name = nameOf('aaaa', startManifest.createdAt)
      const names = [name, partialFileName(name, 'store-1'), partialFileName(name, 'other-store'), 'video.partial']
      for (const one of names) await writeFile(join(backups, one), 'x')
      await catalogue.removeLeftovers('store-1')
      expect((await readdir(backups)).sort()).toEqual(names.filter((_, at) => at !== 1).sort())
    })
  })
})

test('a file name says when a backup began and its id', () => {
  const name = backupFileName('1f0c5a7e', Date.parse('2026-11-23T14:15:16.789Z'))
  expect(name).toBe('holdfast-20261123T141516Z-1f0c5a7e.hfb')
  expect(readFileName(name)).toEqual({ id: '1f0c5a7e', createdAtMs: Date.parse('2026-11-23T14:15:16.000Z') })
  expect(readFileName('holdfast-20261323T141516Z-1f0c5a7e.hfb')).toBeUndefined()
  expect(readFileName('other.hfb')).toBeUndefined()
  expect(isPartialOf('store', name)).toBe(false)
})

describe('a backups folder that does not answer', () => {
  async function withHangingFolder(work: (catalogue: BackupCatalogue, folder: { asked: number; comesBack: () => void }) => Promise<void>) {
    await withFolder(async (folder) => {
      const back = Promise.withResolvers<string[]>()
      const state = { asked: 0, comesBack: () => back.resolve([]) }
      const readFolder = () => {
        state.asked++
        return back.promise
      }
      const marks = await BackupMarks.open(join(folder, 'marks.json'), silentLog)
      await work(new BackupCatalogue({ folder, marks, log: silentLog, answerWithinMs: 20, readFolder }), state)
    })
  }

  test('is asked once, however many want to know, and each is told; it is used again when it is back', async () => {
    await withHangingFolder(async (catalogue, folder) => {
      const all = await Promise.allSettled(Array.from({ length: 20 }, () => catalogue.list()))
      for (const one of all) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } })
      expect(folder.asked).toBe(1)
      folder.comesBack()
      expect(await catalogue.list()).toEqual([])
    })
  })

  test('does not keep the host from starting', async () => {
    await withHangingFolder(async (catalogue, folder) => {
      await catalogue.removeLeftovers('store')
      expect(folder.asked).toBe(1)
    })
  })
})
