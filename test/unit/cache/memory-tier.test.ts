import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { entryOverheadBytes, MemoryTier } from '../../../src/main/cache/memory-tier.ts'

const clockAt = (nowMs: number) => ({
  nowMs,
  wallMs() {
    return this.nowMs
  },
  monotonicMs() {
    return this.nowMs
  },
})
const record = (key: string, size = 10, version = 'v1', expiresAtMs: number | null = null) => ({
  key,
  meta: { version, contentType: 'x/y', size, createdAtMs: 0, updatedAtMs: 0, expiresAtMs },
  value: new Uint8Array(size).fill(7),
})
const bytesOf = (key: string, size: number) => entryOverheadBytes + key.length * 2 + size

describe('the memory tier', () => {
  test('gives what was filled, and counts hits and misses', () => {
    const tier = new MemoryTier({ maxBytes: 1e6, clock: clockAt(0) })
    expect(tier.get('a')).toBeUndefined()
    tier.fill(record('a'), tier.epoch)
    expect(tier.get('a')?.value).toEqual(new Uint8Array(10).fill(7))
    expect(tier.figures()).toMatchObject({ hits: 1, misses: 1, entries: 1, bytes: bytesOf('a', 10) })
  })

  test('that is made smaller lets go at once, and larger keeps more', () => {
    const tier = new MemoryTier({ maxBytes: 1e6, clock: clockAt(0) })
    for (const key of ['a', 'b', 'c']) tier.fill(record(key, 10_000), tier.epoch)
    tier.resize(20_000 + 4 * entryOverheadBytes)
    expect(tier.figures()).toMatchObject({ entries: 2, maxBytes: 20_000 + 4 * entryOverheadBytes })
    tier.resize(0)
    expect(tier.figures()).toMatchObject({ entries: 0, bytes: 0 })
    tier.fill(record('a'), tier.epoch)
    expect(tier.get('a')).toBeUndefined()
    tier.resize(1e6)
    tier.fill(record('a'), tier.epoch)
    expect(tier.get('a')?.key).toBe('a')
  })

  test('does not keep what was read before a change became visible', () => {
    const tier = new MemoryTier({ maxBytes: 1e6, clock: clockAt(0) })
    const epoch = tier.epoch
    tier.invalidate(['a'])
    tier.fill(record('a'), epoch)
    expect(tier.get('a')).toBeUndefined()
  })

  test('drops a key when it changes and everything when a new timeline begins', () => {
    const tier = new MemoryTier({ maxBytes: 1e6, clock: clockAt(0) })
    for (const key of ['a', 'b', 'c']) tier.fill(record(key), tier.epoch)
    tier.invalidate(['b', 'unknown'])
    expect([tier.get('a')?.key, tier.get('b'), tier.get('c')?.key]).toEqual(['a', undefined, 'c'])
    const epoch = tier.epoch
    tier.clear()
    tier.fill(record('a'), epoch)
    expect(tier.figures()).toMatchObject({ entries: 0, bytes: 0 })
  })

  test('never gives an expired value, whatever the clock does next', () => {
    const clock = clockAt(1000)
    const tier = new MemoryTier({ maxBytes: 1e6, clock })
    tier.fill(record('a', 1, 'v1', 2000), tier.epoch)
    clock.nowMs = 1999
    expect(tier.get('a')).toBeDefined()
    clock.nowMs = 2000
    expect(tier.get('a')).toBeUndefined()
    clock.nowMs = 1500
    expect(tier.get('a')).toBeUndefined()
  })

  test('keeps what is read again and lets go of what was read once', () => {
    const tier = new MemoryTier({ maxBytes: bytesOf('k00', 10) * 20, clock: clockAt(0) })
    tier.fill(record('hot'), tier.epoch)
    for (let scan = 0; scan < 500; scan++) {
      tier.fill(record(`k${scan}`), tier.epoch)
      expect(tier.get('hot')).toBeDefined()
    }
  })

  test('leaves out a value that would drive out everything else', () => {
    const tier = new MemoryTier({ maxBytes: 100_000, clock: clockAt(0) })
    tier.fill(record('small'), tier.epoch)
    tier.fill(record('large', 20_000), tier.epoch)
    expect([tier.get('large'), tier.get('small')?.key]).toEqual([undefined, 'small'])
  })

  test('does not hold on to a larger buffer behind a small value', () => {
    const tier = new MemoryTier({ maxBytes: 1e6, clock: clockAt(0) })
    const slab = new Uint8Array(65_536).fill(9)
    tier.fill({ ...record('a', 4), value: slab.subarray(100, 104) }, tier.epoch)
    const kept = tier.get('a')?.value
    expect(kept).toEqual(new Uint8Array(4).fill(9))
    expect(kept?.buffer.byteLength).toBe(4)
  })

  test('switched off it keeps nothing', () => {
    const tier = new MemoryTier({ maxBytes: 0, clock: clockAt(0) })
    tier.fill(record('a'), tier.epoch)
    expect(tier.get('a')).toBeUndefined()
  })

  test('in any order of reads, fills and changes it stays within its bytes and gives only what was filled last', () => {
    const key = fc.nat(30).map((number) => `k${number}`)
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.record({ kind: fc.constant('fill' as const), key, size: fc.nat(200) }) },
      { weight: 20, arbitrary: fc.record({ kind: fc.constant('get' as const), key }) },
      { weight: 10, arbitrary: fc.record({ kind: fc.constant('invalidate' as const), key }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), key }) },
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), fc.integer({ min: 7500, max: 12_000 }), (steps, maxBytes) => {
        const tier = new MemoryTier({ maxBytes, clock: clockAt(0) })
        const last = new Map<string, string>()
        steps.forEach((step, index) => {
          if (step.kind === 'fill') {
            tier.fill(record(step.key, step.size, `v${index}`), tier.epoch)
            last.set(step.key, `v${index}`)
          } else if (step.kind === 'get') {
            const found = tier.get(step.key)
            if (found) expect(found.meta.version).toBe(last.get(step.key))
          } else if (step.kind === 'invalidate') {
            tier.invalidate([step.key])
            last.delete(step.key)
          } else {
            tier.clear()
            last.clear()
          }
          expect(tier.figures().bytes).toBeLessThanOrEqual(maxBytes)
        })
        const held = Array.from({ length: 31 }, (_, number) => tier.get(`k${number}`)).filter((found) => found !== undefined)
        const heldBytes = held.reduce((sum, { key, value }) => sum + bytesOf(key, value.byteLength), 0)
        expect(tier.figures()).toMatchObject({ entries: held.length, bytes: heldBytes })
      }),
    )
  })
})
