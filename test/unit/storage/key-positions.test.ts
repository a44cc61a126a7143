import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { compareKeys } from '../../../src/main/persistence/key-order.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { KeyPositions } from '../../../src/main/storage/key-positions.ts'
import { buildGeneration, commit, drain, put, remove, StoreHome } from '../../support/stores.ts'

const homes: StoreHome[] = []
afterEach(async () => {
  for (const home of homes.splice(0)) await home.remove()
})

async function positionsOver(keys: readonly string[]): Promise<{ store: GenerationalStore; positions: KeyPositions }> {
  const home = await StoreHome.make()
  homes.push(home)
  const store = await home.open()
  const id = await buildGeneration(store, Object.fromEntries([...keys].sort(compareKeys).map((key) => [key, 'x'])))
  await store.switchGeneration({ id, reason: { kind: 'restore', backupId: 'built' } })
  return { store, positions: new KeyPositions(store, home.clock) }
}

async function counted(positions: KeyPositions): Promise<void> {
  while (!positions.locate({ prefix: '' }).complete) await new Promise((resolve) => setImmediate(resolve))
}

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, place) => `${name}:${String(place).padStart(6, '0')}`)

describe('positions of keys', () => {
  it('are exact once they are counted: a key at every rank, and its rank again', async () => {
    const keys = [...numbered('a', 9000), ...numbered('b', 12_000), 'c']
    const { positions } = await positionsOver(keys)
    await counted(positions)
    for (const rank of [0, 1, 4095, 4096, 8999]) {
      const found = positions.locate({ prefix: 'a:', rank })
      expect(found).toMatchObject({ key: keys[rank], before: rank, total: 9000, exact: true })
    }
    for (const rank of [0, 5000, 11_999]) {
      expect(positions.locate({ prefix: 'b:', rank })).toMatchObject({ key: keys[9000 + rank], total: 12_000, exact: true })
      expect(positions.locate({ prefix: 'b:', key: keys[9000 + rank] as string }).before).toBe(rank)
    }
    expect(positions.locate({ prefix: '', rank: 21_000 })).toMatchObject({ key: 'c', total: 21_001 })
    positions.close()
  })

  it('are about before they are counted, and not far off for evenly named keys', async () => {
    const { store } = await positionsOver(numbered('a', 30_000))
    let ms = 0
    const positions = new KeyPositions(store, { wallMs: () => 0, monotonicMs: () => (ms += 2) })
    const { key, exact, complete } = positions.locate({ prefix: '', rank: 15_000 })
    expect(complete).toBe(false)
    expect(exact).toBe(true)
    expect(Math.abs(Number(key?.slice(2)) - 15_000)).toBeLessThan(1500)
    positions.close()
  })

  it('are about while a change is not in the database, and exact again after it', async () => {
    const { store, positions } = await positionsOver(numbered('a', 20_000))
    await counted(positions)
    await commit(store, put('a:000010x', 'x'), remove('a:000500'), remove('a:000501'))
    await drain(store)
    expect(positions.locate({ prefix: 'a:0', rank: 600 })).toMatchObject({ key: 'a:000601', total: 19_999, exact: true })
    positions.close()
  })

  it('stay true when a block grows to many times its size', async () => {
    const { store, positions } = await positionsOver(numbered('a', 5000))
    await counted(positions)
    for (let part = 0; part < 3; part++) {
      await commit(store, ...numbered(`a:000100:${part}`, 9000).map((key) => put(key, 'x')))
    }
    await drain(store)
    await expect.poll(() => positions.locate({ prefix: 'a' })).toMatchObject({ total: 32_000, exact: true })
    expect(positions.locate({ prefix: 'a', rank: 101 }).key).toBe('a:000100:0:000000')
    expect(positions.locate({ prefix: 'a', key: 'a:000101' }).before).toBe(27_101)
    positions.close()
  })

  it('agree with a list of all keys after any changes', async () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', ':', '界', '\u{1f600}'), minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { minLength: 1, maxLength: 30 }),
        fc.uniqueArray(key, { maxLength: 15 }),
        async (first, then) => {
          const { store, positions } = await positionsOver(first)
          await counted(positions)
          const all = new Set(first)
          for (const one of then) {
            await commit(store, all.has(one) ? remove(one) : put(one, 'x'))
            if (!all.delete(one)) all.add(one)
          }
          await drain(store)
          const sorted = [...all].sort(compareKeys)
          for (const [rank, at] of sorted.entries()) {
            expect(positions.locate({ prefix: '', rank }).key).toBe(at)
            expect(positions.locate({ prefix: '', key: at }).before).toBe(rank)
            const siblings = sorted.filter((other) => other.startsWith(at))
            expect(positions.locate({ prefix: at })).toMatchObject({ total: siblings.length, exact: true })
          }
          positions.close()
        },
      ),
      { numRuns: 15 },
    )
  })
})
