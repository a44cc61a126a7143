import { describe, expect, test } from 'vitest'
import type { Check, Job, Status } from '../../../src/contract/index.ts'
import { textsFor } from '../../../src/main/shell/texts.ts'
import { type TrayFacts, trayWords } from '../../../src/main/shell/tray-words.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')
const lastBackup = { id: 'b', createdAt: '2026-03-01T10:00:00Z', changesSince: 0, onSameDisk: false }

const statusWith = (checks: Check[], more: object = {}): Status =>
  ({
    store: { mode: 'running' },
    disk: { totalBytes: 1000, freeBytes: 25 },
    lastBackup,
    health: { status: 'normal', checks },
    ...more,
  }) as unknown as Status

const check = (id: Check['id'], level: Check['level'], code = 'x'): Check => ({ id, level, code, reason: 'because' })
const job = (more: Partial<Job>): Job =>
  ({ id: 'j', kind: 'backup', state: 'running', phase: 'reading', done: 43, total: 100, unit: 'records', createdAt: '', ...more }) as Job

const say = (facts: Partial<TrayFacts>, locale = 'en') =>
  trayWords({ connection: 'connected', status: statusWith([]), jobs: [], nowMs, ...facts }, textsFor(locale))

describe('the tray', () => {
  test('says that all is well, and since when', () => {
    expect(say({})).toEqual({ level: 'normal', words: 'Safe — last backup 2 hr. ago', next: undefined })
    expect(say({}, 'zh-CN').words).toBe('安全 — 上次备份：2小时前')
    expect(say({ status: statusWith([], { lastBackup: null }) }).words).toBe('Safe')
  })

  test('says what runs and how far it is, rounded down', () => {
    expect(say({ jobs: [job({})] }).words).toBe('Backup running 43 %')
    expect(say({ jobs: [job({ done: 999, total: 1000 })] }).words).toBe('Backup running 99 %')
    expect(say({ jobs: [job({ total: null })] }).words).toBe('Backup running')
    expect(say({ jobs: [job({ kind: 'of-a-later-version' as never })] }).words).toBe('A job running 43 %')
  })

  test('says a grave trouble before what runs, and a small one after', () => {
    const disk = statusWith([check('backup', 'warning'), check('disk', 'critical')])
    expect(say({ status: disk, jobs: [job({})] })).toMatchObject({ level: 'critical', words: 'Disk 97 % full', next: { path: '/health' } })
    const old = statusWith([check('backup', 'warning', 'backup_old')])
    expect(say({ status: old, jobs: [job({})] })).toMatchObject({ level: 'warning', words: 'Backup running 43 %' })
    expect(say({ status: old })).toMatchObject({ words: 'Last backup 2 hr. ago', next: { path: '/backups' } })
    const sameDisk = statusWith([check('backup', 'warning', 'same_disk')])
    expect(say({ status: sameDisk }).words).toBe('Backups on the same disk')
    expect(say({ status: statusWith([check('backup', 'warning', 'backup_failed')]) }).words).toBe('Last backup failed')
  })

  test('does not call safe what is not known', () => {
    expect(say({ status: undefined }).level).toBe('unknown')
    expect(say({ connection: 'lost' })).toMatchObject({ level: 'unknown', words: 'Connection lost' })
    expect(say({ status: statusWith([check('integrity', 'unknown')]) }).words).toBe('Not all measured yet')
    expect(say({ status: statusWith([], { health: { status: 'up' } }) }).level).toBe('unknown')
  })

  test('an idle store is safe: that it has no speed to judge says nothing', () => {
    expect(say({ status: statusWith([check('performance', 'unknown')]) }).level).toBe('normal')
  })

  test.each(['stopped', 'read-only', 'full'] as const)('a store that is %s comes before all else', (mode) => {
    expect(say({ status: statusWith([], { store: { mode } }), jobs: [job({})] }).level).toBe('critical')
  })
})
