import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RawConnection, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let streams: RawConnection[]

beforeEach(async () => {
  streams = []
  started = await startTestHost()
})
afterEach(async () => {
  for (const stream of streams) stream.close()
  await started.close()
})

async function follow(lastEventId?: string): Promise<RawConnection> {
  const raw = await RawConnection.open(started.host.socket)
  streams.push(raw)
  const resume = lastEventId === undefined ? '' : `Last-Event-ID: ${lastEventId}\r\n`
  raw.send(`GET /api/events HTTP/1.1\r\nHost: holdfast\r\n${resume}\r\n`)
  await raw.until(/: open\n\n/)
  return raw
}

interface Seen {
  id: string
  event: string
  data: { keys?: string[]; prefix?: string }
}

const utf8 = (text: string) => Buffer.from(text, 'latin1').toString('utf8')

const eventsOf = (raw: RawConnection): Seen[] =>
  [...utf8(raw.received).matchAll(/id: (.+)\nevent: (.+)\ndata: (.+)\n\n/g)].map(([, id = '', event = '', data = '{}']) => ({
    id,
    event,
    data: JSON.parse(data),
  }))

const keysOf = (raw: RawConnection) => eventsOf(raw).flatMap(({ data }) => data.keys ?? [])

describe('the event stream', () => {
  it('tells which keys have changed', async () => {
    const raw = await follow()
    expect(raw.received).toMatch(/Content-Type: text\/event-stream/i)
    await started.api.put('/api/data/e:%C3%A4', '1')
    await expect.poll(() => keysOf(raw)).toContain('e:ä')
    await started.api.send('DELETE', '/api/data/e:%C3%A4')
    await expect.poll(() => keysOf(raw).filter((key) => key === 'e:ä')).toHaveLength(2)
    expect(eventsOf(raw).every(({ event }) => event === 'records')).toBe(true)
  })

  it('resumes behind the last event that the client has seen', async () => {
    const first = await follow()
    await started.api.put('/api/data/one', '1')
    await expect.poll(() => keysOf(first)).toContain('one')
    const lastId = eventsOf(first).at(-1)?.id
    first.close()
    await started.api.put('/api/data/two', '2')
    const second = await follow(lastId)
    await expect.poll(() => keysOf(second)).toContain('two')
    expect(keysOf(second)).not.toContain('one')
  })

  it.each(['otherrun-5', 'nonsense', '-1', 'a-b-c'])('begins with a reset after %s, which it does not know', async (id) => {
    const raw = await follow(id)
    await raw.until(/event: reset\ndata: \{\}\n\n/)
    expect(eventsOf(raw)[0]).toMatchObject({ event: 'reset' })
  })

  it('tells a prefix when more than a thousand keys change at once', async () => {
    const raw = await follow()
    const operations = Array.from({ length: 3000 }, (_, index) => ({ op: 'put', key: `many:${index}`, value: index }))
    expect((await started.api.post('/api/batch', { operations })).status).toBe(200)
    await expect.poll(() => eventsOf(raw).some(({ data }) => data.prefix === 'many:')).toBe(true)
    for (const { data } of eventsOf(raw)) expect(data.keys?.length ?? 0).toBeLessThanOrEqual(1000)
  })

  it('tells of jobs and backups', async () => {
    const raw = await follow()
    await started.api.send('POST', '/api/backups')
    await raw.until(/event: jobs\n/)
    await raw.until(/event: backups\n/)
  })

  it('tells a reader that was too slow that it missed something', async () => {
    const raw = await follow()
    raw.socket.pause()
    const { events } = started.host
    const keys = Array.from({ length: 1000 }, (_, index) => `slow:${'x'.repeat(50)}:${index}`)
    for (let count = 0; count < 60; count++) events.publish('records', { keys })
    raw.socket.resume()
    await raw.until(/event: reset\n/)
    events.publish('records', { keys: ['after'] })
    await expect.poll(() => keysOf(raw)).toContain('after')
    expect(raw.received.length).toBeLessThan(5_000_000)
  })

  it('ends when the host stops, at once', async () => {
    const raw = await follow()
    await started.host.close()
    await raw.ended
    expect(raw.received.endsWith('0\r\n\r\n')).toBe(true)
  })
})
