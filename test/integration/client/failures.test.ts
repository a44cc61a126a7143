import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect, type Holdfast, HoldfastError } from '../../../src/client/index.ts'
import { type ServedFolder, serveFolder } from './setup.ts'

let served: ServedFolder
let db: Holdfast

beforeAll(async () => {
  served = await serveFolder()
})
afterAll(() => served.close())
beforeEach(async () => {
  db = await connect({ dataFolder: served.folder })
})
afterEach(() => db.close())

describe('a client whose host is killed', () => {
  it('goes on with the next host on the folder: reads, writes, transactions, events, and a lock that it still holds', async () => {
    await db.records.put('kept', 1)
    await db.records.put('read', 'me')
    const lock = await db.locks.acquire(['press:4'], { leaseMs: 30_000 })
    const stop = new AbortController()
    const met = new Set<string>()
    const follow = (async () => {
      for await (const { event, data } of db.events({}, stop.signal)) for (const key of data.keys ?? [event]) met.add(key)
    })().catch(() => {})
    // Who has met nothing yet begins with the host that it finds.
    await until(async () => {
      await db.records.put('met', 1)
      return met.has('met')
    })
    await served.kill()
    const reading = db.records.get('read')
    let times = 0
    const counting = db.transact(async (transaction) => {
      times++
      const before = (await transaction.get<number>('kept')) ?? 0
      await transaction.put('kept', before + 1)
      return before
    })
    await served.start()
    expect((await reading)?.value).toBe('me')
    expect(await counting).toBe(1)
    expect(times).toBeGreaterThan(0)
    await db.records.put('after', 1, { fences: lock.fences })
    await until(() => met.has('after') || met.has('reset'))
    stop.abort()
    await follow
    await lock.release()
  })

  it('does a transaction again that was cut before its commit', async () => {
    await db.records.put('n', 1)
    let times = 0
    const result = await db.transact(async (transaction) => {
      const n = await transaction.get<number>('n')
      if (++times === 1) {
        await served.kill()
        await served.start()
      }
      await transaction.put('n', (n ?? 0) + 1)
      return times
    })
    expect(result).toBe(2)
    expect((await db.records.get('n'))?.value).toBe(2)
  })

  it('says so when nobody comes back, and never that a write was done', async () => {
    const hasty = await connect({ dataFolder: served.folder, retry: { attempts: 2, firstWaitMs: 1 } })
    await served.kill()
    await expect(hasty.records.get('a')).rejects.toMatchObject({ code: 'unreachable', retryable: true })
    await expect(hasty.records.put('a', 1)).rejects.toMatchObject({ code: 'unreachable' })
    await expect(connect({ dataFolder: served.folder, retry: false })).rejects.toMatchObject({ code: 'unreachable' })
    await hasty.close()
    await served.start()
  })
})

describe('a client behind a way that breaks', () => {
  /** Takes requests of which the path matches and hangs up without an answer; `cuts` counts them. */
  async function cutting(path: RegExp): Promise<{ place: string; cuts: () => number; close(): void }> {
    const { connect: dial } = await import('node:net')
    let cuts = 0
    const place = join(served.folder, 'run', 'way.sock')
    const server: Server = createServer((near) => {
      const far = dial(served.socket)
      far.on('error', () => near.destroy())
      near.on('error', () => far.destroy())
      near.on('close', () => far.destroy())
      near.on('data', (piece) => {
        if (!path.test(piece.toString('latin1').split('\r\n')[0] ?? '')) return void far.write(piece)
        cuts++
        near.destroy()
      })
      far.pipe(near)
    })
    await new Promise<void>((resolve) => server.listen(place, resolve))
    return { place, cuts: () => cuts, close: () => server.close() }
  }

  it('sends a write once, and says that its outcome is not known; a read it tries again', async () => {
    const way = await cutting(/^(PUT|POST \/api\/batch|GET \/api\/data\/cut)/)
    const cut = await connect({ socket: way.place, retry: { attempts: 3, firstWaitMs: 1 } })
    await expect(cut.records.put('a', 1)).rejects.toMatchObject({ code: 'outcome_unknown', retryable: false })
    expect(way.cuts()).toBe(1)
    await expect(cut.records.batch([{ op: 'put', key: 'a', value: 1 }])).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(way.cuts()).toBe(2)
    await expect(cut.records.get('cut')).rejects.toMatchObject({ code: 'interrupted' })
    expect(way.cuts()).toBe(5)
    await cut.close()
    way.close()
  })

  it('does not commit a second time when the answer of a commit is lost', async () => {
    const way = await cutting(/^POST \/api\/transactions\/[^/]+\/commit/)
    const cut = await connect({ socket: way.place })
    await expect(cut.transact((transaction) => transaction.put('a', 1))).rejects.toMatchObject({ code: 'outcome_unknown' })
    expect(way.cuts()).toBe(1)
    await cut.close()
    way.close()
  })

  it('keeps a lock over many leases', async () => {
    const lock = await db.locks.acquire(['kept'], { leaseMs: 1000 })
    await new Promise((resolve) => setTimeout(resolve, 1400))
    await expect(db.locks.acquire(['kept'])).rejects.toMatchObject({ code: 'lock_taken' })
    expect(lock.isHeld).toBe(true)
    await lock.release()
    await (await db.locks.acquire(['kept'])).release()
  })

  it('loses a lock that it cannot renew, and says so while its lease still ran out', async () => {
    const way = await cutting(/^POST \/api\/locks\/[^/]+\/renew/)
    const cut = await connect({ socket: way.place, retry: { attempts: 2, firstWaitMs: 10 } })
    const lock = await cut.locks.acquire(['a'], { leaseMs: 1000 })
    const startedAt = performance.now()
    await new Promise<void>((resolve) => lock.signal.addEventListener('abort', () => resolve(), { once: true }))
    expect(performance.now() - startedAt).toBeGreaterThan(500)
    expect(lock.isHeld).toBe(false)
    await cut.close()
    way.close()
  })
})

describe('a client that is used wrongly', () => {
  it('is told that its token is wrong, when it connects', async () => {
    await expect(connect({ url: served.url, token: 'x'.repeat(43) })).rejects.toMatchObject({ code: 'unauthenticated', retryable: false })
    await expect(connect({ url: served.url })).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it.each([
    [{ url: 'http://192.168.1.7:7450', token: 'x' }, 'is not this machine'],
    [{ url: 'https://127.0.0.1', token: 'x' }, 'expected one like http://127.0.0.1:7450'],
    [{ socket: '/a', dataFolder: '/b' }, 'socket and dataFolder: expected one of them'],
    [{ token: 'x' }, 'expected together with url'],
  ])('is told that %o leads nowhere', async (options, sentence) => {
    await expect(connect(options)).rejects.toThrow(sentence)
  })

  it('refuses values and keys that cannot be, and values that are too large', async () => {
    const forbidden = { act: () => 1 } as unknown as { act: string }
    await expect(db.records.put('a', forbidden)).rejects.toThrow(/^The value at act is a function/)
    await expect(db.records.put('', 1)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(db.records.put('large', new Uint8Array(17 * 1024 * 1024))).rejects.toMatchObject({ code: 'too_large' })
    await db.close()
    await expect(db.records.get('a')).rejects.toMatchObject({ code: 'cancelled', retryable: false })
  })

  it('carries the largest values whole, as bytes and as JSON, with conditions and without', async () => {
    const bytes = new Uint8Array(16 * 1024 * 1024).map((_, index) => index * 31)
    const { version } = await db.records.put('large', bytes)
    await db.records.put('large', bytes.fill(7, 0, 9), { ifVersion: version })
    expect(Buffer.from(bytes).equals((await db.records.get('large'))?.bytes ?? new Uint8Array())).toBe(true)
    const list = Array.from({ length: 300_000 }, (_, index) => ({ index }))
    await db.records.batch([{ op: 'put', key: 'list', value: list }])
    expect((await db.records.get<typeof list>('list'))?.value).toHaveLength(list.length)
    await db.transact((transaction) => transaction.put('list', { list }))
  })
})

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await holds()); waited += 20) {
    if (waited > 10_000) throw new HoldfastError('internal', 'This did not come.')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
