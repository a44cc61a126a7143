import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys } from '../../../src/main/persistence/key-order.ts'
import { Overlay, type OverlayEntry } from '../../../src/main/persistence/overlay.ts'
import { endOfPrefix } from '../../../src/main/persistence/page-query.ts'

const everything = { from: '', fromExclusive: false, to: undefined }
const record = (text: string) => Buffer.from(text)

describe('DN4 a drained state leaves the overlay', () => {
  it('only when it is still the newest that was drained: a newer one stays', () => {
    const overlay = new Overlay()
    const first = overlay.add('a', 1, record('1'))
    first.visible = true
    const second = overlay.add('a', 2, record('2'))
    overlay.drained(first)
    expect(overlay.newest('a')).toBe(second)
    expect(overlay.visible('a')).toBeUndefined()
    second.visible = true
    overlay.drained(second)
    expect([overlay.newest('a'), overlay.bytes, overlay.size]).toEqual([undefined, 0, 0])
  })

  it('together with those before it', () => {
    const overlay = new Overlay()
    const states = [1, 2, 3].map((sequence) => overlay.add('a', sequence, record(`${sequence}`)))
    for (const state of states) state.visible = true
    overlay.drained(states[1] as OverlayEntry)
    expect(overlay.visible('a')).toBe(states[2])
    expect(states[2]?.older).toBeUndefined()
    overlay.drained(states[2] as OverlayEntry)
    expect(overlay.bytes).toBe(0)
  })
})

describe('any use of the overlay', () => {
  const keys = ['a', 'b', 'c', '\ue000', '\u{10000}']
  const action = fc.record({
    what: fc.constantFrom('add', 'add', 'show', 'take back', 'drain', 'look'),
    key: fc.constantFrom(...keys),
    tombstone: fc.boolean(),
    reverse: fc.boolean(),
  })

  it('shows what was made visible last, in the order of bytes, and counts to zero', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const overlay = new Overlay()
        // All states of a key, oldest first, as they are added.
        const model = new Map<string, OverlayEntry[]>(keys.map((key) => [key, []]))
        let sequence = 0
        for (const { what, key, tombstone, reverse } of actions) {
          const states = model.get(key) as OverlayEntry[]
          const firstHidden = states.find(({ visible }) => !visible)
          const lastShown = states.findLast(({ visible }) => visible)
          if (what === 'add') states.push(overlay.add(key, ++sequence, tombstone ? null : record(`${sequence}`)))
          else if (what === 'show' && firstHidden) firstHidden.visible = true
          else if (what === 'take back' && firstHidden) {
            overlay.remove(firstHidden)
            states.splice(states.indexOf(firstHidden), 1)
          } else if (what === 'drain' && lastShown) {
            overlay.drained(lastShown)
            states.splice(0, states.indexOf(lastShown) + 1)
          } else if (what === 'look') {
            const shown = keys.flatMap((one) => model.get(one)?.findLast(({ visible }) => visible) ?? [])
            expect([...overlay.walk(everything, reverse)]).toEqual(reverse ? shown.toReversed() : shown)
          }
          for (const [one, its] of model) {
            expect(overlay.newest(one)).toBe(its.at(-1))
            expect(overlay.visible(one)).toBe(its.findLast(({ visible }) => visible))
          }
        }
        for (const states of model.values()) for (const state of states) overlay.remove(state)
        expect([overlay.bytes, overlay.size]).toEqual([0, 0])
      }),
      { numRuns: 500 },
    )
  })
})

describe('the order of keys', () => {
  const anyKey = fc.string({ unit: 'binary', maxLength: 6 })

  it('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (one, other) => {
        expect(Math.sign(compareKeys(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)))
      }),
      { numRuns: 2000 },
    )
  })

  it('ends a prefix right behind the last key that can begin with it', () => {
    fc.assert(
      fc.property(anyKey, anyKey, (prefix, rest) => {
        const end = endOfPrefix(prefix)
        if (end === undefined) return
        expect(compareKeys(prefix + rest, end)).toBeLessThan(0)
        expect(compareKeys(end, prefix)).toBeGreaterThan(0)
        expect(end.startsWith(prefix) && prefix !== '').toBe(false)
      }),
      { numRuns: 2000 },
    )
  })
})

it('keeps the order of keys when thousands came and went, some of them again, before anybody asked', () => {
  const overlay = new Overlay()
  const keyAt = (place: number) => `k${(place * 7919) % 10_007}`
  const add = (place: number, sequence: number) => Object.assign(overlay.add(keyAt(place), sequence, record('1')), { visible: true })
  const first = Array.from({ length: 8000 }, (_, place) => add(place, place + 1))
  for (const entry of first.slice(0, 7900)) overlay.drained(entry)
  const again = Array.from({ length: 50 }, (_, place) => add(place * 100, 10_000 + place))
  const left = [...new Set([...first.slice(7900), ...again].map(({ key }) => key))].sort(compareKeys)
  expect([...overlay.walk(everything, false)].map(({ key }) => key)).toEqual(left)
  for (const { key } of again) overlay.drained(overlay.newest(key) as OverlayEntry)
  expect([...overlay.walk(everything, true)].map(({ key }) => key)).toEqual(
    left.filter((key) => !again.some((entry) => entry.key === key)).reverse(),
  )
})
