import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { EventData } from '../../../src/contract/index.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { ChangeAnnouncer, commonPrefix } from '../../../src/main/storage/change-announcer.ts'
import { EventHub } from '../../../src/main/storage/event-hub.ts'

function announcer() {
  const events = new EventHub({ boot: 'b', log: silentLog })
  const told: EventData[] = []
  events.subscribe(({ data }) => told.push(data))
  return { told, announcer: new ChangeAnnouncer({ events }) }
}

describe('news of changed records', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  test('a single change is told at once', () => {
    const { told, announcer: news } = announcer()
    news.collect(['a'])
    expect(told).toEqual([{ keys: ['a'] }])
  })

  test('a burst becomes one event in 50 ms, each key once', () => {
    const { told, announcer: news } = announcer()
    for (const key of ['a', 'b', 'c', 'b']) news.collect([key])
    expect(told).toHaveLength(1)
    vi.advanceTimersByTime(50)
    expect(told).toEqual([{ keys: ['a'] }, { keys: ['b', 'c'] }])
    vi.advanceTimersByTime(500)
    expect(told).toHaveLength(2)
    news.collect(['d'])
    expect(told.at(-1)).toEqual({ keys: ['d'] })
  })

  test('a thousand keys are named, of more the prefix that they share', () => {
    const { told, announcer: news } = announcer()
    const keys = Array.from({ length: 1001 }, (_, index) => `sensor:${index}`)
    news.collect(keys.slice(0, 1000))
    vi.advanceTimersByTime(50)
    news.collect(keys)
    expect(told[0]?.keys).toHaveLength(1000)
    expect(told[1]).toEqual({ prefix: 'sensor:' })
    news.collect(keys)
    news.collect(['station:1'])
    vi.advanceTimersByTime(50)
    expect(told[2]).toEqual({ prefix: 's' })
  })

  test('when everything may have changed the prefix is empty, whatever else is waiting', () => {
    const { told, announcer: news } = announcer()
    news.collect(['a'])
    news.collect(['b'])
    news.collectAll()
    news.collect(['c'])
    vi.advanceTimersByTime(50)
    expect(told).toEqual([{ keys: ['a'] }, { prefix: '' }])
  })

  test('what is untold is told when it closes', () => {
    const { told, announcer: news } = announcer()
    news.collect(['a'])
    news.collect(['b'])
    news.close()
    expect(told).toEqual([{ keys: ['a'] }, { keys: ['b'] }])
    vi.advanceTimersByTime(500)
    expect(told).toHaveLength(2)
  })
})

test('the common prefix is one of both, well-formed, and as long as it can be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (start, one, other) => {
      const prefix = commonPrefix(start + one, start + other)
      expect((start + one).startsWith(prefix) && (start + other).startsWith(prefix)).toBe(true)
      expect(prefix.isWellFormed()).toBe(true)
      expect(prefix.length).toBeGreaterThanOrEqual(start.length)
    }),
  )
  expect(commonPrefix('a😀', 'a😁')).toBe('a')
})
