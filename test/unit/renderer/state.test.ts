import { describe, expect, it } from 'vitest'
import type { Check, Status } from '../../../src/contract/index.ts'
import { hostStateOf } from '../../../src/renderer/app/host-state.ts'
import { affectedQueries } from '../../../src/renderer/bridge/events.ts'
import { safetyOf } from '../../../src/renderer/features/overview/safety.ts'
import { thinned } from '../../../src/renderer/ui/spark-line.tsx'

const check = (id: Check['id'], level: Check['level'], code = 'x'): Check => ({ id, level, code, reason: `${id} ${level}` })
const well = (['store', 'performance', 'disk', 'integrity', 'backup'] as const).map((id) => check(id, 'normal'))
const backup = { id: 'b', createdAt: '2026-01-01T00:00:00.000Z', changesSince: 0, recordsChanged: 0, onSameDisk: false }

function status(change: { checks?: Check[]; mode?: Status['store']['mode']; records?: number; lastBackup?: Status['lastBackup'] }): Status {
  const { checks = well, mode = 'running', records = 5, lastBackup = backup } = change
  return { store: { mode, records, reason: 'why' }, lastBackup, health: { status: 'normal', checks } } as Status
}
const others = (...checks: Check[]) => [...well.filter(({ id }) => !checks.some((one) => one.id === id)), ...checks]

describe('the state pill', () => {
  it('says safe only when everything that was measured is well', () => {
    expect(hostStateOf('connected', status({}))).toMatchObject({ level: 'normal', text: 'safe' })
    expect(hostStateOf('connected', status({ checks: [] }))).toMatchObject({ level: 'normal' })
    expect(hostStateOf('connected', status({ checks: others(check('integrity', 'unknown', 'not_measured')) }))).toMatchObject({
      level: 'unknown',
      text: 'unmeasured',
    })
  })

  it('says the gravest cause, how many more there are, and where to go', () => {
    const checks = others(check('backup', 'warning', 'backup_old'), check('disk', 'critical', 'disk_nearly_full'))
    expect(hostStateOf('connected', status({ checks }))).toEqual({
      level: 'critical',
      text: 'check.disk',
      detail: 'disk critical',
      others: 1,
      href: '/space',
    })
    const missing = others(check('backup', 'warning', 'no_backup'))
    expect(hostStateOf('connected', status({ checks: missing }))).toMatchObject({ text: 'noBackup', href: '/backups' })
  })

  it('names a missing key, and leads to where it is explained', () => {
    const checks = others(check('store', 'critical', 'key_missing'), check('backup', 'warning', 'backup_old'))
    expect(hostStateOf('connected', status({ checks }))).toMatchObject({
      level: 'critical',
      text: 'keyMissing',
      others: 1,
      href: '/settings',
    })
    expect(safetyOf(status({ checks })).text).toBe('attention')
  })

  it('is not worried by a store that is only idle', () => {
    expect(hostStateOf('connected', status({ checks: others(check('performance', 'unknown', 'not_measured')) })).text).toBe('safe')
  })

  it('knows nothing while the connection is lost, and does not call that safe', () => {
    expect(hostStateOf('lost', status({}))).toMatchObject({ level: 'unknown', text: 'lost' })
    expect(hostStateOf('connecting', undefined).text).toBe('connecting')
  })

  it('puts a store that refuses writes before all else', () => {
    const checks = others(check('store', 'critical'), check('backup', 'warning'))
    expect(hostStateOf('connected', status({ checks, mode: 'full' }))).toMatchObject({ level: 'critical', text: 'full', others: 1 })
    expect(hostStateOf('connected', status({ checks, mode: 'stopped' })).text).toBe('stopped')
    expect(hostStateOf('connected', status({ checks, mode: 'read-only' })).text).toBe('readOnly')
  })
})

describe('the first sentence of the overview', () => {
  it('never says safe without a good backup', () => {
    expect(safetyOf(status({})).text).toBe('safe')
    expect(safetyOf(status({ lastBackup: null })).text).toBe('noBackup')
    expect(safetyOf(status({ lastBackup: null, records: 0 })).text).toBe('emptyStore')
    expect(safetyOf(status({ checks: [] })).text).toBe('notMeasured')
  })

  it('says that a backup on the same disk does not survive that disk, on every place of the page', () => {
    const sameDisk = status({ lastBackup: { ...backup, onSameDisk: true }, checks: others(check('backup', 'warning', 'same_disk')) })
    expect(safetyOf(sameDisk)).toEqual({ level: 'warning', text: 'sameDisk' })
    expect(hostStateOf('connected', sameDisk)).toMatchObject({ level: 'warning', text: 'sameDisk', href: '/backups' })
  })

  it('names what is grave before what is well', () => {
    expect(safetyOf(status({ checks: others(check('integrity', 'critical')) })).text).toBe('attention')
    expect(safetyOf(status({ checks: others(check('disk', 'warning')) })).text).toBe('safeLooks')
    expect(safetyOf(status({ mode: 'full' })).text).toBe('full')
  })
})

describe('an event of the host', () => {
  it('has the answers asked for again that it may have changed', () => {
    expect(affectedQueries({ id: '1', event: 'records', data: {} })).toContain('status.get')
    expect(affectedQueries({ id: '1', event: 'backups', data: {} })).toContain('backups.list')
    expect(affectedQueries({ id: '1', event: 'jobs', data: {} })).toContain('jobs.list')
    expect(affectedQueries({ id: '1', event: 'reset', data: {} })).toBe('all')
  })
})

describe('a spark line', () => {
  it('has few points, and gaps where nothing was measured', () => {
    const values = [...Array.from({ length: 450 }, () => null), ...Array.from({ length: 450 }, (_, place) => place)]
    const points = thinned(values)
    expect(points.length).toBeLessThanOrEqual(60)
    expect(points[0]).toBeNull()
    expect(points.at(-1)).toBeGreaterThan(400)
    expect(thinned([1, null, 3])).toEqual([1, null, 3])
  })
})
