import { describe, expect, test } from 'vitest'
import { silentLog } from '../../../src/main/base/log.ts'
import { EventHub } from '../../../src/main/storage/event-hub.ts'

const hub = (boot = 'b1') => new EventHub({ boot, log: silentLog })

describe('events', () => {
  test('have ids that count up, and reach every listener until it stops', () => {
    const events = hub()
    const seen: string[] = []
    const listener = (event: { id: string }) => seen.push(event.id)
    const stop = events.subscribe(listener)
    events.subscribe(listener)
    events.publish('jobs', { id: 'j1' })
    stop()
    events.publish('backups', { id: 'k1' })
    expect(seen).toEqual(['b1-1', 'b1-1', 'b1-2'])
    expect(events.lastId).toBe('b1-2')
  })

  test('are given again from where a client stopped', () => {
    const events = hub()
    for (let number = 1; number <= 5; number++) events.publish('records', { keys: [`k${number}`] })
    expect(events.since('b1-3')).toEqual({
      events: [
        { id: 'b1-4', event: 'records', data: { keys: ['k4'] } },
        { id: 'b1-5', event: 'records', data: { keys: ['k5'] } },
      ],
      reset: false,
    })
    expect(events.since('b1-5')).toEqual({ events: [], reset: false })
    expect(events.since('b1-0').events).toHaveLength(5)
    expect(events.since(undefined)).toEqual({ events: [], reset: false })
  })

  test('after a gap that is gone, another run of the host or nonsense everything may have changed', () => {
    const events = hub()
    for (let number = 1; number <= 5000; number++) events.publish('records', { keys: ['k'] })
    expect(events.since('b1-10')).toEqual({ events: [], reset: true })
    expect(events.since('b1-904').events).toHaveLength(4096)
    for (const id of ['b0-4990', 'b1-5001', 'b1-', 'nonsense', '', 'b1-1e3', 'b1--4']) {
      expect(events.since(id), id).toEqual({ events: [], reset: true })
    }
  })

  test('of many long keys are kept within bounds', () => {
    const events = hub()
    const keys = Array.from({ length: 1000 }, (_, index) => `${index}`.padEnd(1024, 'x'))
    for (let number = 1; number <= 50; number++) events.publish('records', { keys })
    expect(events.since('b1-1').reset).toBe(true)
    expect(events.since('b1-45').events).toHaveLength(5)
  })

  test('a listener that fails keeps the news from nobody else', () => {
    const events = hub()
    const seen: string[] = []
    events.subscribe(() => {
      throw new Error('broken connection')
    })
    events.subscribe((event) => seen.push(event.id))
    events.publish('state', { code: 'full' })
    expect(seen).toEqual(['b1-1'])
  })
})
