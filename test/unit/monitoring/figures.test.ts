import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Backup, seriesUnits } from '../../../src/contract/index.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { LatencyHistogram, quantileMs } from '../../../src/main/base/latency-histogram.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { DiskWatch } from '../../../src/main/monitoring/disk-watch.ts'
import { HealthChecker } from '../../../src/main/monitoring/health-checker.ts'
import { Metrics } from '../../../src/main/monitoring/metrics.ts'
import { SeriesRecorder } from '../../../src/main/monitoring/series-recorder.ts'
import { readerOver } from '../../support/readers.ts'
import { storageOver } from '../storage/setup.ts'

function watched(backups: () => Promise<Backup[]> = async () => []) {
  const parts = storageOver()
  const { store, memoryTier, meter, clock, events } = parts
  const disk = new DiskWatch({ folders: [tmpdir(), tmpdir()], log: silentLog })
  const series = new SeriesRecorder({ store, memoryTier, meter, disk, clock, log: silentLog, folder: null })
  const onDisk = { backups, areBackupsOnSameDisk: async () => false, lastBackupFailure: () => undefined, isKeyMissing: () => false }
  const health = new HealthChecker({ store, meter, disk, events, ...onDisk, clock, log: silentLog })
  const metrics = new Metrics({ meter, reader: readerOver(store), memoryTier, store, disk, health, version: '1.2.3' })
  const valuesOf = (name: string) => series.read({ names: name }).series[0]?.points.map(([, value]) => value)
  return { ...parts, disk, series, health, metrics, valuesOf }
}

describe('latencies', () => {
  test('are told within six per cent, at every quantile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.02, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 100 }),
        fc.constantFrom(0.5, 0.99, 1),
        (all, quantile) => {
          const histogram = new LatencyHistogram()
          for (const ms of all) histogram.record(ms)
          const exact = all.toSorted((one, other) => one - other)[Math.max(1, Math.ceil(all.length * quantile)) - 1] as number
          const told = quantileMs(histogram.snapshot(), undefined, quantile) as number
          expect(Math.abs(told - exact) / exact).toBeLessThan(0.065)
        },
      ),
    )
  })

  test('of a span are those of the span only, null when there were none', () => {
    const histogram = new LatencyHistogram()
    histogram.record(100)
    const before = histogram.snapshot()
    expect(quantileMs(before, before, 0.5)).toBeNull()
    histogram.record(1, 10)
    expect(quantileMs(histogram.snapshot(), before, 0.99)).toBeCloseTo(1, 1)
    expect(histogram.total).toBe(11)
  })

  test('that no clock can mean break nothing', () => {
    const histogram = new LatencyHistogram()
    for (const ms of [-5, 0, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) histogram.record(ms)
    expect(histogram.total).toBe(5)
  })

  test('are counted exactly below powers of two', () => {
    const histogram = new LatencyHistogram()
    for (const micros of [1, 127, 128, 129, 5000]) histogram.record(micros / 1000)
    expect([histogram.countBelow(7), histogram.countBelow(13), histogram.countBelow(24)]).toEqual([2, 5, 5])
  })
})

describe('series', () => {
  test('have a point a second, and null where nothing was measured', async () => {
    const { series, storage, clock, meter, put, valuesOf } = watched()
    await put('a', '1')
    await put('b', '1')
    for (let read = 0; read < 10; read++) storage.get('a')
    meter.queryExamined += 8
    meter.queryReturned += 6
    clock.advance(1000)
    series.tick()
    clock.advance(2000)
    series.tick()
    expect(valuesOf('writes_per_second')).toEqual([2, 0])
    expect(valuesOf('reads_per_second')).toEqual([10, 0])
    expect(valuesOf('cache_hit_ratio')).toEqual([0.9, null])
    expect(valuesOf('query_efficiency_ratio')).toEqual([0.75, null])
    expect(valuesOf('read_p50_ms')).toEqual([expect.any(Number), null])
    expect(valuesOf('write_p99_ms')).toEqual([expect.any(Number), null])
    expect(valuesOf('disk_free_bytes')).toEqual([null, null])
    expect(valuesOf('journal_bytes')).toEqual([8192, 8192])
  })

  test('show a gap where the host slept', () => {
    const { series, clock, valuesOf } = watched()
    clock.advance(1000)
    series.tick()
    clock.advance(1800_000)
    series.tick()
    expect(valuesOf('errors_per_second')).toEqual([0])
    const all = series.read({ names: 'errors_per_second', from: '2000-01-01T00:00:00Z' }).series[0]?.points
    expect(all?.map(([, value]) => value)).toEqual([0, null, 0])
  })

  test('are kept for an hour, and read from and to a time', () => {
    const { series, clock } = watched()
    for (let second = 0; second < 4000; second++) {
      clock.advance(1000)
      series.tick()
    }
    expect(series.read({ names: 'reads_per_second', from: '2000-01-01T00:00:00Z' }).series[0]?.points).toHaveLength(3600)
    expect(series.read({}).series[0]?.points).toHaveLength(901)
    const to = new Date(clock.wallMs() - 60_000).toISOString()
    const from = new Date(clock.wallMs() - 120_000).toISOString()
    expect(series.read({ names: 'reads_per_second,errors_per_second', from, to }).series.map(({ points }) => points.length)).toEqual([
      61, 61,
    ])
  })

  test('all have a name and a unit, and an unknown name is refused with the names that there are', () => {
    const { series } = watched()
    expect(Object.fromEntries(series.read({}).series.map(({ name, unit }) => [name, unit]))).toEqual(seriesUnits)
    expect(() => series.read({ names: 'reads' })).toThrow(
      expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('reads_per_second') }),
    )
    expect(() => series.read({ from: 'yesterday' })).toThrow(
      expect.objectContaining({ code: 'invalid_request', details: { field: 'from' } }),
    )
  })
})

describe('health', () => {
  test('begins as unknown where nothing was measured yet', () => {
    const { health } = watched()
    const levels = Object.fromEntries((health.check().checks ?? []).map(({ id, level }) => [id, level]))
    expect(levels).toEqual({ store: 'normal', performance: 'unknown', disk: 'unknown', integrity: 'normal', backup: 'unknown' })
  })

  test('one slow write of a few does not make the store slow, a third does', () => {
    const { health, meter } = watched()
    const performance = () => health.check().checks?.find(({ id }) => id === 'performance')
    meter.operations.put.latency.record(900)
    expect(performance()?.level).toBe('unknown')
    for (let n = 0; n < 3; n++) meter.operations.put.latency.record(2)
    meter.operations.put.latency.record(900)
    expect(performance()?.level).toBe('normal')
    meter.operations.put.latency.record(900)
    expect(performance()).toMatchObject({ level: 'warning', code: 'slow' })
  })

  test('measures by itself when nobody reads, and warns of records without a backup', async () => {
    const { health, disk, put, clock } = watched()
    await put('a', '1')
    await disk.measure()
    health.start()
    await new Promise(setImmediate)
    health.stop()
    const { status, checks } = health.check()
    expect(status).not.toBe('unknown')
    expect(checks?.find(({ id }) => id === 'performance')?.level).toBe('normal')
    expect(checks?.find(({ id }) => id === 'integrity')).toMatchObject({ level: 'normal', code: 'checksums_hold' })
    const since = checks?.find(({ id }) => id === 'backup')?.since
    clock.advance(5000)
    expect(health.check().checks?.find(({ id }) => id === 'backup')).toMatchObject({ level: 'warning', code: 'no_backup', since })
  })

  test('asks for the backups again when they have changed, and does not know them when they cannot be read', async () => {
    let backups = async (): Promise<Backup[]> => []
    const { health, events, put } = watched(() => backups())
    await put('a', '1')
    const code = () => health.check().checks?.find(({ id }) => id === 'backup')?.code
    health.start()
    expect(code()).toBe('not_known')
    await new Promise(setImmediate)
    expect(code()).toBe('no_backup')
    backups = async () => [{ id: 'b1', state: 'unverified', createdAt: '2026-11-22T00:00:00.000Z', timeline: 't1', sequence: 1 } as Backup]
    events.publish('backups', { id: 'b1' })
    await new Promise(setImmediate)
    expect(code()).toBe('backup_unverified')
    backups = () => Promise.reject(new HoldfastError('conflict', 'This user may not use /mnt/backups (EACCES).'))
    events.publish('backups', {})
    await new Promise(setImmediate)
    expect(health.check().checks?.find(({ id }) => id === 'backup')).toMatchObject({
      level: 'warning',
      code: 'backups_unreadable',
      reason: 'This user may not use /mnt/backups (EACCES).',
    })
    backups = () => Promise.reject(new Error('unreadable'))
    events.publish('backups', {})
    await new Promise(setImmediate)
    expect(code()).toBe('not_known')
    health.stop()
  })

  test('turns critical when the store stops, tells it, and answers without its figures', () => {
    const { health, store, seen } = watched()
    health.look()
    store.mode = { kind: 'stopped', code: 'store_damaged', reason: 'A page is damaged.' }
    health.look()
    expect(health.check().status).toBe('critical')
    expect(seen).toMatchObject([{ event: 'state', data: { code: 'health' } }])
  })

  test('a damaged record is critical', async () => {
    const { health, meter, store, storage, put } = watched()
    await put('a', '1')
    store.get = () => {
      throw new HoldfastError('record_damaged', 'The record is damaged.')
    }
    expect(() => storage.get('a')).toThrow()
    expect(meter.recordsDamaged).toBe(1)
    expect(health.check().checks?.find(({ id }) => id === 'integrity')).toMatchObject({ level: 'critical', code: 'record_damaged' })
  })
})

describe('metrics for Prometheus', () => {
  test('count what happened', async () => {
    const { metrics, storage, put } = watched()
    await put('a', '1')
    for (let read = 0; read < 3; read++) storage.get('a')
    await expect(storage.delete('b')).rejects.toThrow()
    const text = await metrics.render()
    for (const line of [
      'holdfast_operations_total{operation="get"} 3',
      'holdfast_operations_total{operation="put"} 1',
      'holdfast_refusals_total{operation="delete",code="not_found"} 1',
      'holdfast_operation_duration_seconds_count{operation="get"} 3',
      'holdfast_operation_duration_seconds_bucket{operation="put",le="+Inf"} 1',
      'holdfast_memory_tier_hits_total 2',
      'holdfast_store_mode{mode="running"} 1',
      'holdfast_store_records 1',
      'holdfast_build_info{version="1.2.3"} 1',
      'holdfast_health_level{check="store"} 0',
    ]) {
      expect(text).toContain(`${line}\n`)
    }
    expect((await metrics.render()).match(/^holdfast_operations_total\{operation="get"\} 3$/m)).not.toBeNull()
  })

  test('of a stopped store are still given', async () => {
    const { metrics, store } = watched()
    store.mode = { kind: 'stopped', code: 'store_damaged', reason: 'x' }
    store.figures = () => {
      throw new HoldfastError('store_damaged', 'The store is damaged.')
    }
    expect(await metrics.render()).toContain('holdfast_store_mode{mode="stopped"} 1')
  })

  test.skipIf(spawnSync('promtool', ['--version']).error !== undefined)('pass the check of promtool', async () => {
    const { metrics, put } = watched()
    await put('a', '1')
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: await metrics.render(), encoding: 'utf8' })
    expect(checked.stdout + checked.stderr).toBe('')
    expect(checked.status).toBe(0)
  })
})

test('the disk of several folders is measured once, and unknown when it cannot be', async () => {
  const disk = new DiskWatch({ folders: [tmpdir(), tmpdir()], log: silentLog })
  expect(disk.main).toBeNull()
  await Promise.all([disk.measure(), disk.measure()])
  expect(disk.figures).toHaveLength(1)
  expect(disk.main?.totalBytes).toBeGreaterThan(disk.main?.freeBytes ?? Number.POSITIVE_INFINITY)
  const missing = new DiskWatch({ folders: ['/nonexistent'], log: silentLog })
  await missing.measure()
  expect(missing.main).toBeNull()
})
