import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { HoldfastEvent } from '../../../src/contract/index.ts'
import { KeyListModel } from '../../../src/renderer/features/data/key-list-model.ts'
import { compareKeys } from '../../../src/renderer/features/data/key-order.ts'
import { FakeKeys } from './fake-keys.ts'

const cityKeys = (count: number): string[] => Array.from({ length: count }, (_, place) => `city:${String(place).padStart(7, '0')}`)

const models: KeyListModel[] = []
function modelOf(keys: FakeKeys, rows = 20): KeyListModel {
  const model = new KeyListModel(keys)
  model.setViewport(rows)
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
  it('goes to an end once while its key is held, and asks for nothing that is there', async () => {
    const keys = new FakeKeys(cityKeys(100_000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await keys.idle()
    const before = keys.itemsSent
    await Promise.all(Array.from({ length: 30 }, () => model.selectEdge('end')))
    await keys.idle()
    const afterEnd = keys.itemsSent
    expect(afterEnd - before).toBeLessThan(1000)
    expect(model.snapshot().selectedKey).toBe('city:0099999')
    await model.moveSelection(-30)
    await keys.idle()
    const moved = keys.itemsSent
    await model.selectEdge('end')
    await keys.idle()
    expect(keys.itemsSent).toBe(moved)
    expect(model.snapshot().selectedKey).toBe('city:0099999')
    expect(seenKeys(model).at(-1)).toBe('city:0099999')
    await model.selectEdge('start')
    expect(model.snapshot().selectedKey).toBe('city:0000000')
  })

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

  it('jumps to the exact place of a million keys without walking there', async () => {
    const keys = new FakeKeys(cityKeys(1_000_000))
    const model = modelOf(keys)
    await model.openPrefix('')
    await model.jumpTo(0.5)
    expect(seenKeys(model)[0]).toBe(`city:0${Math.floor(0.5 * (1_000_000 - 20))}`)
    expect(model.snapshot().window.rankExact).toBe(true)
    await keys.idle()
    expect(keys.itemsSent).toBeLessThan(3000)
  })

  it('says that a place is about where the host has not counted', async () => {
    const keys = new FakeKeys(cityKeys(100_000))
    keys.isCounted = false
    const model = modelOf(keys)
    await model.openPrefix('')
    await model.jumpTo(0.3)
    expect(model.snapshot().window.rankExact).toBe(false)
    expect(model.snapshot().isCountable).toBe(true)
  })

  it('jumps to what is typed and selects the first key there', async () => {
    const keys = new FakeKeys([...cityKeys(100_000), 'x', 'zebra'])
    const model = modelOf(keys)
    await model.openPrefix('')
    await model.seek('city:0054321')
    expect(seenKeys(model)[0]).toBe('city:0054321')
    await model.seek('y')
    expect(model.snapshot().selectedKey).toBe('zebra')
    await model.seek('zz')
    expect(model.snapshot().selectedKey).toBe('zebra')
    expect(model.itemOf('zebra')?.key).toBe('zebra')
  })

  it('drops an answer for a place that was left, also when it comes all the same', async () => {
    const keys = new FakeKeys(cityKeys(10_000))
    const waiting: (() => void)[] = []
    const slow: typeof keys.list = async (input) => {
      const page = await keys.list(input)
      if (input.from === undefined && input.after === undefined) return page
      await new Promise<void>((resolve) => waiting.push(resolve))
      return page
    }
    const model = new KeyListModel({ list: slow, locate: keys.locate })
    models.push(model)
    model.setViewport(20)
    await model.openPrefix('')
    const late = model.jumpTo(0.5)
    await keys.idle()
    await model.jumpTo(1)
    for (const answer of waiting.splice(0)) answer()
    await late
    await keys.idle()
    expect(seenKeys(model).at(-1)).toBe('city:0009999')
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

  it('keeps showing the keys of the prefix before until the next ones are there', async () => {
    const keys = new FakeKeys(cityKeys(1000))
    const model = modelOf(keys)
    await model.openPrefix('')
    const opening = model.openPrefix('city:00009')
    expect(seenKeys(model)[0]).toBe('city:0000000')
    expect(model.snapshot().prefix).toBe('')
    await opening
    await keys.idle()
    expect(seenKeys(model)[0]).toBe('city:0000900')
    expect(model.snapshot().total).toEqual({ count: 100, exact: true })
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
