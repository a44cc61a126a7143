import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Drain } from '../../../src/main/persistence/drain.ts'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import { Overlay } from '../../../src/main/persistence/overlay.ts'
import { encodeRecord } from '../../../src/main/persistence/record-codec.ts'

const version = { ms: 1, counter: 0 }
const state = { storeId: 's', timeline: 't', appliedSequence: 0, version }

let folder: string
let environment: LmdbEnvironment
let overlay: Overlay
let flushed: number[]
let failures: unknown[]
let syncMs: number
let drain: Drain
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-drain-'))
  environment = await LmdbEnvironment.create(join(folder, 'g-1'), state)
  overlay = new Overlay()
  flushed = []
  failures = []
  syncMs = 0.1
  drain = new Drain({
    overlay,
    pack: async (records) => records.map(({ record }) => record),
    promptBytes: 8 * 1024 * 1024,
    environment: () => environment,
    storeId: 's',
    timeline: () => 't',
    syncMs: () => syncMs,
    onFlushed: (sequence) => flushed.push(sequence),
    onFailed: (error) => failures.push(error),
  })
})
afterEach(async () => {
  vi.restoreAllMocks()
  await drain.finish()
  await environment.close()
  await rm(folder, { recursive: true })
})

const encode = (key: string, value: string | Buffer, expiresAtMs: number | null = null) =>
  encodeRecord(key, Buffer.from(value), { version, node: 1, contentType: 't', createdAtMs: 1, updatedAtMs: 1, expiresAtMs })

function take(sequence: number, key: string, value: string | Buffer | null, expiresAtMs: number | null = null): void {
  const record = value === null ? null : encode(key, value, expiresAtMs)
  const entry = overlay.add(key, sequence, record)
  entry.visible = true
  drain.take({ sequence, version: { ms: sequence, counter: 0 }, entries: [entry], bytes: 100 + (record?.length ?? 0) })
}

const has = (key: string) => environment.records.get(key) !== undefined

describe('the drain', () => {
  it('DN1 brings what was taken into the database in its order, with the sequence in the same commit', async () => {
    take(1, 'a', '1')
    take(2, 'b', '1')
    take(3, 'a', null)
    expect(await drain.reach(3)).toBe(true)
    expect([has('a'), has('b')]).toEqual([false, true])
    expect(environment.state).toMatchObject({ appliedSequence: 3, version: { ms: 3, counter: 0 } })
    expect([overlay.bytes, flushed.at(-1), drain.flushedSequence]).toEqual([0, 3, 3])
  })

  it('DN4 keeps a state in the overlay that came while its key was drained', async () => {
    const { apply } = LmdbEnvironment.prototype
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockImplementationOnce(async function (this: LmdbEnvironment, ...given) {
      take(2, 'a', '2')
      await apply.apply(this, given)
    })
    take(1, 'a', '1')
    await drain.reach(1)
    expect(overlay.newest('a')?.sequence).toBe(2)
    await drain.reach(2)
    expect(overlay.newest('a')).toBeUndefined()
  })

  it('DN2 has one batch in flight, and the next begins when it is flushed', async () => {
    const order: string[] = []
    const { apply, flushed: flush } = LmdbEnvironment.prototype
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockImplementation(async function (this: LmdbEnvironment, ...given) {
      order.push('apply')
      await apply.apply(this, given)
    })
    vi.spyOn(LmdbEnvironment.prototype, 'flushed').mockImplementation(async function (this: LmdbEnvironment, ms) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      await flush.call(this, ms)
      order.push('flushed')
    })
    take(1, 'a', '1')
    const first = drain.reach(1)
    take(2, 'b', '1')
    expect(await drain.reach(2)).toBe(true)
    await first
    expect(order).toEqual(['apply', 'flushed', 'apply', 'flushed'])
  })

  it('DN2 stops after a failure, keeps everything, tells who waits, and goes on where it was', async () => {
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockRejectedValueOnce(new Error('no'))
    take(1, 'a', '1')
    expect(await drain.reach(1)).toBe(false)
    take(2, 'b', '1')
    expect(await drain.reach(2)).toBe(false)
    expect([failures.length, has('a'), overlay.size, flushed]).toEqual([1, false, 2, []])
    drain.retry()
    expect(await drain.reach(2)).toBe(true)
    expect([has('a'), has('b'), overlay.size]).toEqual([true, true, 0])
  })

  it('DN2 is not content with a commit that was not flushed', async () => {
    vi.spyOn(LmdbEnvironment.prototype, 'flushed').mockRejectedValueOnce(new Error('late'))
    take(1, 'a', '1')
    expect(await drain.reach(1)).toBe(false)
    expect([drain.flushedSequence, overlay.size, flushed]).toEqual([0, 1, []])
    drain.retry()
    expect(await drain.reach(1)).toBe(true)
  })

  it('drains nothing while it is held, and tells who waits', async () => {
    await drain.hold()
    take(1, 'a', '1')
    expect(await drain.reach(1)).toBe(false)
    expect(has('a')).toBe(false)
    drain.resume()
    expect(await drain.reach(1)).toBe(true)
  })

  it('counts a transaction that changes no record', async () => {
    drain.take({ sequence: 1, version, entries: [], bytes: 0 })
    expect(await drain.reach(1)).toBe(true)
    expect(environment.state.appliedSequence).toBe(1)
  })

  it('reaches a sequence although more keeps coming', async () => {
    let sequence = 0
    const timer = setInterval(() => {
      for (let n = 0; n < 50; n++) take(++sequence, `k${sequence % 7}`, 'x')
    }, 1)
    take(++sequence, 'mine', '1')
    const mine = sequence
    expect(await drain.reach(mine)).toBe(true)
    clearInterval(timer)
    expect(await drain.reach(sequence)).toBe(true)
  })

  it('DN6 takes smaller bites while journal syncs are slow', async () => {
    const sizes: number[] = []
    const { apply } = LmdbEnvironment.prototype
    vi.spyOn(LmdbEnvironment.prototype, 'apply').mockImplementation(async function (this: LmdbEnvironment, ...given) {
      sizes.push(given[0].length)
      await apply.apply(this, given)
    })
    take(1, 'warm-up', '1')
    await drain.reach(1)
    syncMs = 30
    await drain.hold()
    for (let n = 2; n <= 41; n++) take(n, `k${n}`, Buffer.alloc(1024 * 1024))
    drain.resume()
    expect(await drain.reach(41)).toBe(true)
    const slowed = sizes.slice(1)
    expect(Math.max(...slowed)).toBeLessThanOrEqual(16)
    expect(slowed.at(0)).toBeGreaterThan(slowed.at(-1) as number)
  })

  it('removes the moment of a record that is replaced, so that none is left behind', async () => {
    take(1, 'a', '1', 1000)
    await drain.reach(1)
    take(2, 'a', '2', 2000)
    await drain.reach(2)
    expect(environment.expiries.until(5000, 10)).toEqual([{ key: 'a', expiresAtMs: 2000 }])
    take(3, 'a', null)
    await drain.reach(3)
    expect(environment.expiries.until(5000, 10)).toEqual([])
  })
})
