import { appendFile, chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ActivityLog } from '../../../src/main/activity/activity-log.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { ContextIds } from '../../../src/main/base/request-context.ts'
import { ManualClock } from '../storage/plain-store.ts'

let folder: string
let log: ActivityLog
const clock = new ManualClock()
const ids = new ContextIds()
const open = (at = folder) => ActivityLog.open({ folder: at, clock, log: silentLog, ids, onNoted: () => {} })
const list = (more: object = {}) => log.list({ limit: 100, undoable: false, ...more }, () => undefined)
const file = () => join(folder, 'activity-00000001.jsonl')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-activity-'))
  log = await open()
})
afterEach(async () => {
  await log.close()
  await rm(folder, { recursive: true, force: true })
})

describe('the activity list', () => {
  test('is newest first, by page, and survives a restart', async () => {
    for (let number = 0; number < 5; number++) log.note({ action: 'record.changed', target: { key: `k${number}` } })
    await log.close()
    log = await open()
    const first = list({ limit: 2 })
    expect(first.items.map(({ target }) => target?.key)).toEqual(['k4', 'k3'])
    expect(list({ limit: 9, after: first.next }).items.map(({ target }) => target?.key)).toEqual(['k2', 'k1', 'k0'])
    expect(() => list({ after: 'nobody' })).toThrow(/after: expected/)
  })

  test('knows for whom an act was done, and filters by who and what', () => {
    ids.run({ actor: { kind: 'person', door: 'browser' } }, () => log.note({ action: 'record.deleted' }))
    log.note({ action: 'records.imported' })
    expect(list({ actor: 'person' }).items).toMatchObject([{ action: 'record.deleted', actor: { door: 'browser' } }])
    expect(list({ action: 'record' }).items).toHaveLength(1)
    expect(list({ action: 'records.imported', actor: 'host' }).items).toHaveLength(1)
  })

  test('joins the pieces of one act', () => {
    const piece = () => log.note({ action: 'records.imported', facts: { imported: 10 }, joinMs: 1000 })
    expect(piece()).toBe(piece())
    clock.advance(1001)
    piece()
    expect(list().items.map(({ facts }) => facts)).toEqual([{ imported: 10 }, { imported: 20 }])
  })

  test('knows a backup that failed, until one is made', () => {
    expect(log.lastBackupFailure()).toBeUndefined()
    log.note({ action: 'backup.made', outcome: 'failed', error: { code: 'disk_full', detail: 'No room.' } })
    log.note({ action: 'backup.made', outcome: 'cancelled' })
    expect(log.lastBackupFailure()).toMatchObject({ code: 'disk_full', detail: 'No room.' })
    log.note({ action: 'backup.made' })
    expect(log.lastBackupFailure()).toBeUndefined()
  })

  test('leaves out half a line of a kill, and goes on behind it', async () => {
    log.note({ action: 'backup.made' })
    await log.close()
    await appendFile(file(), '1234abcd {"id":"half')
    log = await open()
    log.note({ action: 'backup.verified' })
    await log.close()
    log = await open()
    expect(list().items.map(({ action }) => action)).toEqual(['backup.verified', 'backup.made'])
  })

  test('that the disk does not take is noted once it does', async () => {
    await rm(folder, { recursive: true })
    await writeFile(folder, 'in the way')
    log.note({ action: 'backup.made' })
    await log.close()
    expect(list().items).toHaveLength(1)
    await rm(folder)
    log = await open()
    await log.close()
    expect(await readdir(folder)).toEqual([])
    await chmod(folder, 0o700)
  })

  test('is bounded on disk', async () => {
    for (let number = 0; number < 40; number++) {
      for (let more = 0; more < 200; more++) log.note({ action: 'record.changed', target: { key: 'x'.repeat(1024) } })
      await log.close()
    }
    expect((await readdir(folder)).length).toBeLessThanOrEqual(8)
    const { items } = list({ limit: 1000 })
    expect(items.length).toBe(1000)
  })
})
