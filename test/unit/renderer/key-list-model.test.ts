import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { HoldfastEvent } from '../../../src/contract/index.ts'
import { keyBetween, shareBetween } from '../../../src/renderer/features/data/key-interpolation.ts'
import { KeyListModel } from '../../../src/renderer/features/data/key-list-model.ts'
import { compareKeys } from '../../../src/renderer/features/data/key-order.ts'
import { FakeKeys } from './fake-keys.ts'

const cityKeys = (count: number): string[] => Array.from({ length: count }, (_, place) => `city:${String(place).padStart(7, '0')}`)

const models: KeyListModel[] = []
function modelOf(keys: FakeKeys, rows = 20): KeyListModel {
  const model = new KeyListModel(keys.list)
  model.setViewport(rows)
  model.setStoreTotal({ count: keys.size, exact: true })
  models.push(model)
  return model
}
const seenKeys = (model: KeyListModel): string[] => {
  const { window } = model.snapshot()
  return window.items.slice(Math.round(window.top), Math.round(window.top) + model.viewRows).map(({ key }) => key)
}
const recordsChanged = (...keys: string[]): HoldfastEvent => ({ id: '1', event: 'records', data: { keys } })

afterEach(() => {
  for (const model of models.splice(0)) model.close()
})

describe('the list of keys', () => {
  it('opens at the beginning and loads only a few pages of a million keys', async () => {
    const keys = new FakeKeys(cityKeys(1_000_000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await keys.idle()
    expect(seenKeys(model)[0]).toBe('city:0000000')
    expect(keys.itemsSent).toBeLessThan(1000)
    expect(model.snapshot().total).toEqual({ count: 1_000_000, exact: true })
  })

  it('shows every key once, in order, when it is scrolled from the beginning to the end', async () => {
    const keys = new FakeKeys(cityKeys(5000))
    const model = modelOf(keys)
    await model.openPrefix('')
    const seen = new Set<string>()
    for (let step = 0; step < 400; step++) {
      await keys.idle()
      for (const key of seenKeys(model)) seen.add(key)
      model.scrollBy(15)
    }
    expect([...seen]).toEqual(cityKeys(5000))
    expect(model.snapshot().window.atEnd).toBe(true)
  })

  it('knows its exact place again after scrolling back to the beginning from the end', async () => {
    const keys = new FakeKeys(cityKeys(3000))
    const model = modelOf(keys)
    await model.openEdge('end')
    for (let step = 0; step < 300; step++) {
      await keys.idle()
      model.scrollBy(-15)
    }
    const { window } = model.snapshot()
    expect(window.atStart).toBe(true)
    expect(window.startRank).toBe(0)
    expect(seenKeys(model)[0]).toBe('city:0000000')
  })

  it('jumps near the middle of a million evenly named keys without walking there', async () => {
    const keys = new FakeKeys(cityKeys(1_000_000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await model.jumpTo(0.5)
    model.close()
    const place = Number(seenKeys(model)[0]?.slice('city:'.length))
    expect(Math.abs(place - 500_000)).toBeLessThan(1000)
  })

  it('jumps to the exact place once the survey has walked by it', async () => {
    const keys = new FakeKeys(['a', ...cityKeys(30_000), 'zebra'])
    const model = modelOf(keys)
    await model.openPrefix('')
    await model.jumpTo(0.9)
    await keys.idle()
    await model.jumpTo(0.3)
    await keys.idle()
    const expected = Math.round(0.3 * (30_002 - 20)) - 1
    expect(Math.abs(Number(seenKeys(model)[0]?.slice('city:'.length)) - expected)).toBeLessThanOrEqual(1)
    expect(model.snapshot().window.rankExact).toBe(true)
  })

  it('reaches the very first and last key by the ends of the scroll bar', async () => {
    const keys = new FakeKeys(cityKeys(50_000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await model.jumpTo(1)
    expect(seenKeys(model).at(-1)).toBe('city:0049999')
    await model.jumpTo(0)
    expect(seenKeys(model)[0]).toBe('city:0000000')
  })

  it('counts a prefix exactly when it is not too long', async () => {
    const keys = new FakeKeys([...cityKeys(4321), 'other'])
    const model = modelOf(keys)
    await model.openPrefix('city:')
    await keys.idle()
    expect(model.snapshot().total).toEqual({ count: 4321, exact: true })
  })

  it('says "about" for a prefix that is too long to count, and is not far off', async () => {
    const keys = new FakeKeys(cityKeys(100_000))
    const model = modelOf(keys)
    await model.openPrefix('city:')
    await keys.idle()
    const { total } = model.snapshot()
    expect(total.exact).toBe(false)
    expect(Math.abs(total.count - 100_000)).toBeLessThan(2000)
  })

  it('moves the selection with the arrows and keeps it in view', async () => {
    const keys = new FakeKeys(cityKeys(1000))
    const model = modelOf(keys, 10)
    await model.openPrefix('')
    await model.moveSelection(1)
    expect(model.snapshot().selectedKey).toBe('city:0000000')
    for (let step = 0; step < 25; step++) await model.moveSelection(1)
    expect(model.snapshot().selectedKey).toBe('city:0000025')
    expect(seenKeys(model)).toContain('city:0000025')
    await model.selectEdge('end')
    expect(model.snapshot().selectedKey).toBe('city:0000999')
    await model.moveSelection(-10)
    expect(model.snapshot().selectedKey).toBe('city:0000989')
  })

  it('brings back a selection that was scrolled far away when an arrow is pressed', async () => {
    const keys = new FakeKeys(cityKeys(100_000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await model.moveSelection(1)
    await model.jumpTo(0.8)
    await model.moveSelection(1)
    expect(model.snapshot().selectedKey).toBe('city:0000001')
    expect(seenKeys(model)).toContain('city:0000001')
  })

  it('keeps what is seen in its place when records are added before it', async () => {
    const keys = new FakeKeys(cityKeys(5000))
    const model = modelOf(keys)
    await model.openPrefix('')
    model.scrollBy(100)
    await keys.idle()
    const before = seenKeys(model)
    keys.add('city:0000001a', 'city:0000002b')
    await model.refresh()
    expect(seenKeys(model)).toEqual(before)
    expect(model.snapshot().window.items.map(({ key }) => key)).toContain('city:0000002b')
  })

  it('shows a new record that falls into what is seen', async () => {
    const keys = new FakeKeys(cityKeys(5000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await model.jumpTo(0.5)
    await keys.idle()
    const [first, second] = seenKeys(model)
    keys.add(`${first}x`)
    await model.refresh()
    expect(seenKeys(model).slice(0, 3)).toEqual([first, `${first}x`, second])
  })

  it('survives that everything that it shows is deleted', async () => {
    const keys = new FakeKeys(cityKeys(2000))
    const model = modelOf(keys)
    await model.openEdge('end')
    await keys.idle()
    keys.remove((key) => key >= 'city:0000100')
    await model.refresh()
    await keys.idle()
    expect(seenKeys(model).at(-1)).toBe('city:0000099')
    keys.remove(() => true)
    await model.refresh()
    await keys.idle()
    expect(model.snapshot().window.items).toEqual([])
  })

  it('is touched by an event in its range and by none far away', async () => {
    const keys = new FakeKeys(cityKeys(100_000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await keys.idle()
    expect(model.isTouchedBy(recordsChanged('city:0000005'))).toBe(true)
    expect(model.isTouchedBy(recordsChanged('a new first key'))).toBe(true)
    expect(model.isTouchedBy(recordsChanged('city:0090000'))).toBe(false)
    expect(model.isTouchedBy({ id: '2', event: 'reset', data: {} })).toBe(true)
  })

  it('puts a guess right when the survey comes by, unless somebody has moved on', async () => {
    for (const moved of [false, true]) {
      const keys = new FakeKeys(['a', ...cityKeys(30_000), 'zebra'])
      const model = modelOf(keys)
      await model.openPrefix('')
      await model.jumpTo(0.5)
      if (moved) model.scrollBy(1)
      const before = seenKeys(model)
      await keys.idle()
      expect(model.snapshot().window.rankExact).toBe(!moved)
      if (moved) expect(seenKeys(model)).toEqual(before)
    }
  })

  it('ends where the scroll bar was last, however fast it is dragged', async () => {
    const keys = new FakeKeys(cityKeys(1_000_000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await Promise.all([0.2, 0.4, 0.8, 0.6].map((fraction) => model.jumpTo(fraction)))
    const place = Number(seenKeys(model)[0]?.slice('city:'.length))
    expect(Math.abs(place - 600_000)).toBeLessThan(2000)
  })

  it('drops the answer for a prefix that is no longer wanted', async () => {
    const keys = new FakeKeys([...cityKeys(500), ...cityKeys(500).map((key) => `x${key}`)].sort(compareKeys))
    const model = modelOf(keys)
    await Promise.all([model.openPrefix('city'), model.openPrefix('xcity')])
    await keys.idle()
    expect(seenKeys(model)[0]).toBe('xcity:0000000')
  })

  it('keeps its rows and says what failed when a refresh fails', async () => {
    const keys = new FakeKeys(cityKeys(100))
    const model = modelOf(keys)
    await model.openPrefix('')
    keys.failNext(new Error('host gone'))
    await model.refresh()
    expect(model.snapshot().error).toEqual(new Error('host gone'))
    expect(seenKeys(model)).toHaveLength(20)
    await model.refresh()
    expect(model.snapshot().error).toBeUndefined()
  })
})

describe('a guess at a place among keys', () => {
  it('reads fixed-width numbers as numbers', () => {
    const key = (place: number) => `sensor:${String(place).padStart(4, '0')}:temp`
    for (const place of [100, 2500, 4999, 7321]) {
      expect(shareBetween(key(0), key(place), key(9999), [])).toBeCloseTo(place / 9999, 3)
      const guess = keyBetween(key(0), key(9999), place / 9999, [])
      expect(Math.abs(Number(guess.slice(7, 11)) - place)).toBeLessThanOrEqual(1)
    }
  })

  it('lies between its neighbours, for any keys', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, other, fraction) => {
          fc.pre(one.isWellFormed() && other.isWellFormed())
          const [low, high] = compareKeys(one, other) <= 0 ? [one, other] : [other, one]
          const guess = keyBetween(low, high, fraction, [])
          expect(guess.isWellFormed()).toBe(true)
          expect(compareKeys(guess, high)).toBeLessThanOrEqual(0)
        },
      ),
    )
  })
})

describe('the order of keys', () => {
  it('is that of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        fc.pre(one.isWellFormed() && other.isWellFormed())
        expect(Math.sign(compareKeys(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)))
      }),
    )
  })
})
