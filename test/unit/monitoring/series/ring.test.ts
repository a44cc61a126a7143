import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../../../../src/main/base/log.ts'
import type { Ring } from '../../../../src/main/monitoring/series/ring.ts'
import { RingFile } from '../../../../src/main/monitoring/series/ring-file.ts'
import { encodeHeader, headerBytes, type RingShape, rowBytes } from '../../../../src/main/monitoring/series/ring-layout.ts'

const shape: RingShape = { stepSeconds: 60, slots: 20, cellFloats: 1, columns: ['a', 'b'] }
const stepMs = 60_000
const year = 365 * 86_400_000
const start = Date.UTC(2026, 10, 23)
const fixture = join(import.meta.dirname, '../../../fixtures/series-v1.hfs')

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-series-'))
  file = join(folder, 'minutes.hfs')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const open = () => RingFile.open(file, shape, silentLog)
const cells = (...values: number[]) => Float32Array.from(values)
const all = (ring: Ring, nowMs = start + (shape.slots - 1) * stepMs) =>
  [...ring.rows(0, nowMs)].map((row) => [row.atMs, row.cell(0), row.cell(1)])
const everyRow = (ring: Ring, moments: readonly number[]) => moments.map((atMs) => ring.at(atMs)?.cell(0) ?? null)

/** What a ring has to know: in each place the row that was put there last. */
class Oracle {
  readonly #places = new Map<number, [atMs: number, value: number]>()
  put(atMs: number, value: number): void {
    this.#places.set(Math.floor(atMs / stepMs) % shape.slots, [atMs, value])
  }
  at(atMs: number): number | null {
    const [time, value] = this.#places.get(Math.floor(atMs / stepMs) % shape.slots) ?? [Number.NaN, 0]
    return Math.floor(time / stepMs) === Math.floor(atMs / stepMs) ? value : null
  }
}

/** Time goes on, is set back, jumps ahead by years, or the host is restarted. */
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), afterMs: fc.integer({ min: 1, max: 3 * stepMs }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('jump' as const), afterMs: fc.integer({ min: -2 * year, max: 2 * year }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), afterMs: fc.constant(0) }) },
  ),
  { maxLength: 60 },
)

describe('a ring of rows', () => {
  test('knows what an oracle knows, whatever the clock does and however often the host is restarted', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (run) => {
        rmSync(file, { force: true })
        let ringFile = await open()
        const oracle = new Oracle()
        const moments: number[] = []
        let nowMs = start
        let value = 0
        for (const { kind, afterMs } of run) {
          nowMs = Math.max(1, nowMs + afterMs)
          if (kind === 'restart') {
            await ringFile.close()
            ringFile = await open()
          } else {
            ringFile.ring.put(nowMs, cells(++value, 0))
            oracle.put(nowMs, value)
            moments.push(nowMs)
          }
        }
        expect(everyRow(ringFile.ring, moments)).toEqual(moments.map((atMs) => oracle.at(atMs)))
        await ringFile.close()
        expect(everyRow((await open()).ring, moments)).toEqual(moments.map((atMs) => oracle.at(atMs)))
      }),
      { numRuns: 40 },
    )
  })

  test('cut off at any byte of a write, or flipped in any bit, has the other rows as they were and a gap for this one', async () => {
    const ringFile = await open()
    for (let minute = 0; minute < shape.slots; minute++) ringFile.ring.put(start + minute * stepMs, cells(minute, -minute))
    await ringFile.close()
    const whole = readFileSync(file)
    const before = all(ringFile.ring)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: headerBytes, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = Buffer.from(whole)
        damaged[at] = (damaged[at] as number) ^ flip
        writeFileSync(file, damaged)
        const slot = Math.floor((at - headerBytes) / rowBytes(shape))
        const lost = before.find(([time]) => Math.floor((time as number) / stepMs) % shape.slots === slot)
        expect(all((await open()).ring)).toEqual(before.filter((row) => row !== lost))
      }),
      { numRuns: 60 },
    )
    for (const length of [headerBytes, headerBytes + 1, headerBytes + rowBytes(shape) * 3 + 7]) {
      writeFileSync(file, whole)
      truncateSync(file, length)
      const kept = Math.floor((length - headerBytes) / rowBytes(shape))
      const reopened = await open()
      expect(all(reopened.ring)).toHaveLength(kept)
      reopened.ring.put(start + 5 * stepMs, cells(55, 0))
      await reopened.close()
      expect((await open()).ring.at(start + 5 * stepMs)?.cell(0)).toBe(55)
    }
  })

  test('keeps its size: any number of rows takes no more room than its slots', async () => {
    const ringFile = await open()
    for (let minute = 0; minute < 500; minute++) ringFile.ring.put(start + minute * stepMs, cells(minute, 0))
    await ringFile.close()
    expect(readFileSync(file)).toHaveLength(headerBytes + shape.slots * rowBytes(shape))
    expect(all((await open()).ring, start + 499 * stepMs)).toHaveLength(shape.slots)
  })

  test('takes a new figure in without losing the old ones, and keeps those that only another version knows', async () => {
    const ringFile = await open()
    ringFile.ring.put(start, cells(1, 2))
    await ringFile.close()
    const wider = await RingFile.open(file, { ...shape, slots: 40, columns: ['c', 'b'] }, silentLog)
    expect(wider.ring.shape.columns).toEqual(['a', 'b', 'c'])
    expect([0, 1, 2].map((column) => wider.ring.at(start)?.cell(column))).toEqual([1, 2, null])
    wider.ring.put(start + stepMs, cells(Number.NaN, 4, 5))
    await wider.close()
    const again = await RingFile.open(file, { ...shape, slots: 40, columns: ['c', 'b'] }, silentLog)
    const names = ['a', 'b', 'c']
    expect(names.map((name) => again.ring.at(start)?.cell(again.ring.columnOf(name) as number))).toEqual([1, 2, null])
    expect(names.map((name) => again.ring.at(start + stepMs)?.cell(again.ring.columnOf(name) as number))).toEqual([null, 4, 5])
  })

  test('is begun anew beside a file that cannot be understood, which is put aside', async () => {
    writeFileSync(file, 'no series at all')
    const ringFile = await open()
    ringFile.ring.put(start, cells(1, 2))
    await ringFile.close()
    expect(readFileSync(`${file}.damaged`, 'utf8')).toBe('no series at all')
    expect((await open()).ring.at(start)?.cell(1)).toBe(2)
  })

  test('leaves a file of a newer version as it is, and goes on in memory', async () => {
    const newer = encodeHeader(shape)
    newer.writeUInt16LE(2, 8)
    const { crc32 } = await import('node:zlib')
    newer.writeUInt32LE(crc32(newer.subarray(0, headerBytes - 4)), headerBytes - 4)
    writeFileSync(file, newer)
    const ringFile = await open()
    ringFile.ring.put(start, cells(1, 2))
    await ringFile.close()
    expect(ringFile.ring.at(start)?.cell(0)).toBe(1)
    expect(readFileSync(file)).toEqual(newer)
    expect(readdirSync(folder)).toEqual(['minutes.hfs'])
  })

  test('goes on in memory where nothing can be written', async () => {
    file = join(folder, 'no-such-folder', 'minutes.hfs')
    const ringFile = await open()
    ringFile.ring.put(start, cells(7, 2))
    await ringFile.flush()
    await ringFile.close()
    expect(ringFile.ring.at(start)?.cell(0)).toBe(7)
  })

  test('of format 1 stays readable', async () => {
    copyFileSync(fixture, file)
    const ringFile = await open()
    expect(all(ringFile.ring)).toEqual([
      [start, 1.5, null],
      [start + stepMs, 0, 1024],
      [start + 2 * stepMs, null, -3],
    ])
    await ringFile.close()
    expect(readFileSync(file)).toEqual(readFileSync(fixture))
  })
})
