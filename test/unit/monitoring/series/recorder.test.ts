import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SeriesName } from '../../../../src/contract/index.ts'
import { silentLog } from '../../../../src/main/base/log.ts'
import { DiskWatch } from '../../../../src/main/monitoring/disk-watch.ts'
import { openSeries } from '../../../../src/main/monitoring/series/series-files.ts'
import { SeriesRecorder } from '../../../../src/main/monitoring/series-recorder.ts'
import { ManualClock } from '../../../support/clock.ts'
import { storageOver } from '../../storage/setup.ts'

const hour = 3600_000
const day = 24 * hour

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-series-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** The newest second that another host would find. */
async function newestOnDisk(nowMs: number): Promise<number | undefined> {
  const { seconds } = await openSeries(folder, silentLog)
  return seconds.ring.extent(nowMs)?.newestMs
}

/** One run of a host on the same folder; `clock` goes on from run to run. */
async function hostOn(parts = storageOver({ clock: new ManualClock() })) {
  const { store, memoryTier, meter, clock, storage, put } = parts
  const disk = new DiskWatch({ folders: [tmpdir()], log: silentLog })
  const series = new SeriesRecorder({ store, memoryTier, meter, disk, clock, log: silentLog, folder })
  await series.start()
  const pass = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000)
      series.tick()
    }
  }
  const read = (name: SeriesName, span: { fromMs?: number; points?: number } = {}) => {
    const from = span.fromMs === undefined ? 'oldest' : new Date(span.fromMs).toISOString()
    return series.read({ names: name, from, points: span.points ?? 100 })
  }
  const annotations = () => series.read({ from: 'oldest', points: 1 }).annotations.map(({ kind }) => kind)
  return { ...parts, storage, put, series, pass, read, annotations }
}

describe('series on disk', () => {
  test('go on after a restart, with a gap where nothing was measured and a word of what happened', async () => {
    const first = await hostOn()
    first.pass(90)
    await first.series.stop()
    first.clock.advance(10 * 60_000)
    const second = await hostOn(first)
    second.pass(90)
    const { stepSeconds, series } = second.read('reads_per_second', { fromMs: first.clock.wallMs() - 20 * 60_000, points: 2000 })
    expect(stepSeconds).toBe(1)
    const values = series[0]?.points.map(([, value]) => value) ?? []
    expect(values.filter((value) => value === 0)).toHaveLength(180)
    expect(values.filter((value) => value === null)).toHaveLength(2)
    expect(second.annotations()).toEqual(['host_started', 'host_stopped', 'host_started'])
    await second.series.stop()
  })

  test('say that the host was cut off, at the last moment that was measured', async () => {
    const first = await hostOn()
    first.pass(30)
    const lastMs = first.clock.wallMs()
    await expect.poll(() => newestOnDisk(lastMs), { timeout: 10_000 }).toBe(lastMs)
    // A clock of its own: the first host still measures, and must not see the hour pass.
    const second = await hostOn({ ...first, clock: new ManualClock(lastMs + hour) })
    const cutOff = second.series.read({ from: 'oldest', points: 1 }).annotations.find(({ kind }) => kind === 'host_cut_off')
    expect(Math.abs((cutOff?.at ?? 0) - lastMs)).toBeLessThan(2000)
    await Promise.all([first.series.stop(), second.series.stop()])
  })

  test('of a minute that a restart fell into count both parts', async () => {
    const first = await hostOn()
    first.pass(20)
    await first.series.stop()
    const second = await hostOn(first)
    await second.put('a', 'x')
    second.pass(20)
    second.clock.advance(3 * hour)
    second.pass(1)
    const { series } = second.read('writes_per_second', { fromMs: second.clock.wallMs() - 4 * hour, points: 2000 })
    expect(series[0]?.points[0]?.[1]).toBeCloseTo(1 / 40, 5)
    expect(series[0]?.max?.[0]).toBe(1)
    await second.series.stop()
  })

  test('answer from what is kept finest of the whole time, and in at most as many points as were asked for', async () => {
    const host = await hostOn()
    host.pass(2 * 3600)
    const nowMs = host.clock.wallMs()
    expect(host.read('reads_per_second', { fromMs: nowMs - 60_000, points: 600 }).stepSeconds).toBe(1)
    expect(host.read('reads_per_second', { fromMs: nowMs - 2 * hour, points: 2000 }).stepSeconds).toBe(60)
    expect(host.read('reads_per_second', { fromMs: nowMs - 30 * day, points: 2000 }).stepSeconds).toBe(3600)
    for (const points of [1, 7, 50, 2000]) {
      const answer = host.read('reads_per_second', { fromMs: nowMs - 2 * hour, points })
      expect(answer.series[0]?.points.length).toBeLessThanOrEqual(points + 1)
    }
    await host.series.stop()
  })

  test('are not wiped by a clock that jumps years ahead and comes back', async () => {
    const host = await hostOn()
    host.pass(600)
    host.clock.jump(3 * 365 * day)
    host.pass(5)
    host.clock.jump(-3 * 365 * day)
    host.pass(60)
    const { series } = host.read('reads_per_second', { fromMs: host.clock.wallMs() - 1800_000, points: 2000 })
    const measured = series[0]?.points.filter(([, value]) => value !== null).length ?? 0
    expect(measured).toBeGreaterThanOrEqual(655)
    expect(host.annotations().filter((kind) => kind === 'clock_set').length).toBeGreaterThan(0)
    expect(host.series.read({ from: 'oldest', points: 10 }).oldestMs).toBeLessThanOrEqual(host.clock.wallMs())
    await host.series.stop()
  })

  test('never turn what was not measured into zero', async () => {
    const host = await hostOn()
    host.pass(120)
    for (const name of [
      'read_p99_ms',
      'cache_hit_ratio',
      'read_error_ratio',
      'write_wait_p99_ms',
      'transactions_committed_ratio',
    ] as const) {
      const values = host.read(name).series[0]?.points.map(([, value]) => value) ?? []
      expect(values.length).toBeGreaterThan(0)
      expect(values.every((value) => value === null)).toBe(true)
    }
    await host.series.stop()
  })

  test('tell how many records were changed since a moment, and nothing of a time before all measurements', async () => {
    const host = await hostOn()
    const startMs = host.clock.wallMs()
    host.pass(30)
    const backupMs = host.clock.wallMs()
    for (const key of ['a', 'b', 'c']) await host.put(key, 'x')
    host.pass(90)
    expect(host.series.recordsChangedSince(backupMs)).toBe(3)
    expect(host.series.recordsChangedSince(startMs - 10 * hour)).toBeNull()
    await host.series.stop()
  })

  test('are kept in memory where their folder cannot be made, and the host does not notice', async () => {
    writeFileSync(join(folder, 'in-the-way'), '')
    folder = join(folder, 'in-the-way')
    const host = await hostOn()
    host.pass(10)
    expect(host.read('reads_per_second').series[0]?.points).toHaveLength(10)
    await host.series.stop()
  })
})
