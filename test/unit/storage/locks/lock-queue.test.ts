import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { grantable, type LockClaim } from '../../../../src/main/storage/locks/lock-queue.ts'

const claim = (mode: LockClaim['mode'], ...names: string[]): LockClaim => ({ mode, names })
const claims = fc.array(
  fc.record<LockClaim>({
    mode: fc.constantFrom('exclusive', 'shared'),
    names: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 }),
  }),
)
const exclude = (one: LockClaim, other: LockClaim) =>
  (one.mode === 'exclusive' || other.mode === 'exclusive') && one.names.some((name) => other.names.includes(name))

describe('of those that wait', () => {
  test('readers of one name go together, a writer goes alone', () => {
    const [first, second, third] = [claim('shared', 'a'), claim('shared', 'a'), claim('exclusive', 'a')]
    expect(grantable([], [first, second, third])).toEqual([first, second])
    expect(grantable([], [third, first])).toEqual([third])
  })

  test('nobody goes past a writer that came earlier', () => {
    const writer = claim('exclusive', 'a')
    expect(grantable([claim('shared', 'a')], [writer, claim('shared', 'a')])).toEqual([])
  })

  test('one that wants several names holds its place at each of them', () => {
    const both = claim('exclusive', 'a', 'b')
    const other = claim('exclusive', 'c')
    expect(grantable([claim('exclusive', 'a')], [both, claim('exclusive', 'b'), other])).toEqual([other])
  })

  test('no two that exclude each other ever hold at once, and the first is never passed over without a reason', () => {
    fc.assert(
      fc.property(claims, (waiting) => {
        const granted = grantable([], waiting)
        for (const one of granted) for (const other of granted) if (one !== other) expect(exclude(one, other)).toBe(false)
        if (waiting.length > 0) expect(granted[0]).toBe(waiting[0])
        for (const [at, waiter] of waiting.entries()) {
          const isBlocked = waiting.slice(0, at).some((earlier) => exclude(earlier, waiter))
          expect(granted.includes(waiter)).toBe(!isBlocked)
        }
      }),
    )
  })
})
