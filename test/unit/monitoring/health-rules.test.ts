import { describe, expect, test } from 'vitest'
import type { Backup } from '../../../src/contract/index.ts'
import {
  type BackupFacts,
  judgeBackup,
  judgeDisk,
  judgeIntegrity,
  judgePerformance,
  judgeStore,
  worstLevel,
} from '../../../src/main/monitoring/health-rules.ts'

const GiB = 1024 ** 3
const nowMs = Date.UTC(2026, 10, 23)
const backup = (more: Partial<Backup> = {}): Backup => ({
  id: 'b1',
  kind: 'full',
  state: 'verified',
  file: 'b1.hfb',
  createdAt: new Date(nowMs - 3600_000).toISOString(),
  records: 10,
  bytes: 100,
  storedBytes: 50,
  sequence: 90,
  timeline: 't1',
  storeId: 'store-1',
  durationMs: 5,
  ...more,
})
const judge = (backups: Backup[] | null, more: Partial<BackupFacts> = {}) =>
  judgeBackup({ backups, areOnSameDisk: false, failure: undefined, records: 10, sequence: 100, timeline: 't1', nowMs, ...more })

test('the overall level is the worst one, and unknown is worse than normal', () => {
  expect(worstLevel(['normal', 'normal'])).toBe('normal')
  expect(worstLevel(['normal', 'unknown'])).toBe('unknown')
  expect(worstLevel(['unknown', 'warning', 'normal'])).toBe('warning')
  expect(worstLevel(['critical', 'warning'])).toBe('critical')
})

test('a store that refuses writes or serves nothing is critical, with what to do', () => {
  expect(judgeStore({ kind: 'running' })).toMatchObject({ level: 'normal' })
  for (const mode of [
    { kind: 'full', code: 'disk_full', reason: 'No room.' },
    { kind: 'read-only', code: 'read_only', reason: 'The disk failed.' },
    { kind: 'read-only', code: 'healing', reason: 'A healthy copy is being made.' },
    { kind: 'stopped', code: 'store_damaged', reason: 'A frame is damaged.' },
  ] as const) {
    const finding = judgeStore(mode)
    expect(finding).toMatchObject({ level: 'critical', code: mode.code })
    expect(finding.reason).toContain(mode.reason)
    expect(finding.action).toBeTruthy()
  }
})

test('a store whose key is missing is critical while it runs, and what is graver is said first', () => {
  expect(judgeStore({ kind: 'running' }, true)).toMatchObject({ level: 'critical', code: 'key_missing' })
  expect(judgeStore({ kind: 'stopped', code: 'store_damaged', reason: 'A frame is damaged.' }, true).code).toBe('store_damaged')
})

describe('performance', () => {
  test('is unknown when nothing was measured', () => {
    expect(judgePerformance({ readP99Ms: null, writeP99Ms: null })).toMatchObject({ level: 'unknown' })
  })

  test('follows the slower of reads and writes', () => {
    expect(judgePerformance({ readP99Ms: 1, writeP99Ms: 30 })).toMatchObject({ level: 'normal', facts: { readP99Ms: 1, writeP99Ms: 30 } })
    expect(judgePerformance({ readP99Ms: 60, writeP99Ms: null })).toMatchObject({ level: 'warning', code: 'slow' })
    expect(judgePerformance({ readP99Ms: null, writeP99Ms: 6000 })).toMatchObject({ level: 'critical', code: 'slow' })
  })
})

describe('disks', () => {
  const disk = (freeBytes: number, totalBytes: number) => ({ folder: '/d', freeBytes, totalBytes })

  test('are unknown until they are measured', () => {
    expect(judgeDisk(null)).toMatchObject({ level: 'unknown' })
  })

  test('are judged by share on a small disk and by bytes on a large one', () => {
    expect(judgeDisk([disk(1 * GiB, 8 * GiB)])).toMatchObject({ level: 'normal' })
    expect(judgeDisk([disk(0.7 * GiB, 8 * GiB)])).toMatchObject({ level: 'warning', code: 'disk_filling' })
    expect(judgeDisk([disk(0.2 * GiB, 8 * GiB)])).toMatchObject({ level: 'critical', code: 'disk_nearly_full' })
    expect(judgeDisk([disk(6 * GiB, 2000 * GiB)])).toMatchObject({ level: 'normal' })
    expect(judgeDisk([disk(4 * GiB, 2000 * GiB)])).toMatchObject({ level: 'warning' })
    expect(judgeDisk([disk(0.9 * GiB, 2000 * GiB)])).toMatchObject({ level: 'critical' })
  })

  test('the fuller of two decides', () => {
    expect(judgeDisk([disk(100 * GiB, 200 * GiB), { ...disk(0, GiB), folder: '/journal' }])).toMatchObject({
      level: 'critical',
      facts: { folder: '/journal' },
    })
  })
})

test('a disk on which the store finds no room is critical, however small a share of it is used', () => {
  const small = { folder: '/data', freeBytes: 75 * 1024 ** 2, totalBytes: 160 * 1024 ** 2 }
  const large = { folder: '/journal', freeBytes: 100 * GiB, totalBytes: 200 * GiB }
  expect(judgeDisk([small])).toMatchObject({ level: 'normal' })
  expect(judgeDisk([large, small], true)).toMatchObject({ level: 'critical', code: 'disk_full', facts: { folder: '/data' } })
})

describe('integrity', () => {
  const seen = { storeStopped: false, recordsRead: 5, recordsDamaged: 0, lastDamagedAt: null, records: 10 }

  test('is never called whole when nothing was read', () => {
    expect(judgeIntegrity(seen)).toMatchObject({ level: 'normal', code: 'checksums_hold' })
    expect(judgeIntegrity({ ...seen, recordsRead: 0 })).toMatchObject({ level: 'unknown' })
    expect(judgeIntegrity({ ...seen, recordsRead: 0, records: 0 })).toMatchObject({ level: 'normal', code: 'nothing_stored' })
  })

  test('is critical once a damaged record was met, or the store stopped', () => {
    expect(judgeIntegrity({ ...seen, recordsDamaged: 2, lastDamagedAt: '2026-11-23T00:00:00.000Z' })).toMatchObject({
      level: 'critical',
      code: 'record_damaged',
      facts: { recordsDamaged: 2 },
    })
    expect(judgeIntegrity({ ...seen, storeStopped: true })).toMatchObject({ level: 'critical', code: 'store_damaged' })
  })
})

describe('backups', () => {
  test('are unknown until they were looked at', () => {
    expect(judge(null)).toMatchObject({ level: 'unknown' })
  })

  test('none is a warning as soon as there are records', () => {
    expect(judge([])).toMatchObject({ level: 'warning', code: 'no_backup', action: 'Back up now.' })
    expect(judge([], { records: 0 })).toMatchObject({ level: 'normal', code: 'nothing_to_back_up' })
  })

  test('a verified one is good, and says how much has changed since', () => {
    expect(judge([backup()])).toMatchObject({ level: 'normal', code: 'backed_up', facts: { id: 'b1', changesSince: 10 } })
    expect(judge([backup()], { timeline: 't2' }).facts).not.toHaveProperty('changesSince')
  })

  test('one that was not read back, is old, or is damaged is not', () => {
    const old = new Date(nowMs - 8 * 24 * 3600_000).toISOString()
    expect(judge([backup({ state: 'unverified' })])).toMatchObject({ level: 'warning', code: 'backup_unverified' })
    expect(judge([backup({ createdAt: old })])).toMatchObject({ level: 'warning', code: 'backup_old' })
    expect(judge([backup({ createdAt: old })], { sequence: 90 })).toMatchObject({ level: 'normal' })
    expect(judge([backup({ state: 'damaged' }), backup()])).toMatchObject({ level: 'warning', code: 'backup_damaged' })
    expect(judge([backup({ state: 'damaged' })])).toMatchObject({ level: 'critical', code: 'backups_damaged' })
  })
})

describe('a backup that failed', () => {
  const failure = { at: '2026-11-22T23:59:00.000Z', code: 'disk_full', detail: 'The disk of /backups is full.' }

  test('is told with its cause, also where older backups are well', () => {
    for (const backups of [null, [], [backup()]]) {
      const finding = judge(backups, { failure })
      expect(finding).toMatchObject({ level: 'warning', code: 'backup_failed', facts: { error: 'disk_full', failedAt: failure.at } })
      expect(finding.reason).toContain(failure.detail)
    }
  })

  test('is not the news when every backup is damaged', () => {
    expect(judge([backup({ state: 'damaged' })], { failure })).toMatchObject({ code: 'backups_damaged' })
  })
})

describe('a backup on the disk of the data', () => {
  test('is a warning with what to do, and never called safe', () => {
    const finding = judge([backup()], { areOnSameDisk: true })
    expect(finding).toMatchObject({ level: 'warning', code: 'same_disk' })
    expect(finding.action).toContain('backup.storage')
  })

  test('is not the news when something graver is wrong with it', () => {
    expect(judge([backup({ state: 'unverified' })], { areOnSameDisk: true })).toMatchObject({ code: 'backup_unverified' })
    expect(judge([], { areOnSameDisk: true })).toMatchObject({ code: 'no_backup' })
  })
})
