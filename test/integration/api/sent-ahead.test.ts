import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RawConnection, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
const get = 'GET /api/data/known HTTP/1.1\r\nHost: holdfast\r\n\r\n'

beforeAll(async () => {
  started = await startTestHost()
  await started.api.put('/api/data/known', 'value')
})
afterAll(() => started.close())

const open = () => RawConnection.open(started.host.socket)
const isServed = async () => (await started.api.get('/api/data/known')).status

/** A connection on which nothing that is sent behind it is ever answered. */
async function listening(): Promise<RawConnection> {
  const raw = await open()
  raw.send('GET /api/events HTTP/1.1\r\nHost: holdfast\r\n\r\n')
  await expect.poll(() => raw.received).toContain('text/event-stream')
  return raw
}

describe('requests that are sent ahead on one connection', () => {
  it('are all served, in their order', async () => {
    const raw = await open()
    const count = 1000
    for (let number = 0; number < count; number++) {
      const last = number === count - 1 ? 'Connection: close\r\n' : ''
      raw.send(`GET /api/data/known HTTP/1.1\r\nHost: holdfast\r\n${last}\r\n`)
    }
    await raw.ended
    expect(raw.received.match(/HTTP\/1\.1 200 /g)).toHaveLength(count)
  })

  it('take no room from others while they wait, nor when their client goes away', async () => {
    for (let round = 0; round < 3; round++) {
      const raw = await listening()
      raw.send(get.repeat(1500))
      await expect.poll(isServed).toBe(200)
      raw.socket.destroy()
      await raw.ended
    }
    const answers = await Promise.all(Array.from({ length: 100 }, isServed))
    expect(new Set(answers)).toEqual(new Set([200]))
  })

  it('beyond all measure end the connection, and nothing else', async () => {
    const raw = await listening()
    raw.send(get.repeat(200_000))
    await raw.ended
    expect(await isServed()).toBe(200)
  })
})
