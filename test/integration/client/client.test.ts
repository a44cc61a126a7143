import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Holdfast, HoldfastError, type Transaction } from '../../../src/client/index.ts'
import { type ServedFolder, serveFolder } from './setup.ts'

let served: ServedFolder

beforeAll(async () => {
  served = await serveFolder()
})
afterAll(() => served.close())

/** Everything that the client does is done over each way to the host. */
describe.each(['socket', 'dataFolder', 'url'] as const)('a client by %s', (way) => {
  let db: Holdfast
  const key = (name: string) => `${way}:${name}`

  beforeAll(async () => {
    const places = {
      socket: { socket: served.socket },
      dataFolder: { dataFolder: served.folder },
      url: { url: served.url, token: served.token },
    }
    db = await connect(places[way])
  })
  afterAll(() => db.close())

  it('gives back values as what they were, with their facts', async () => {
    const value = { at: new Date(1e12), big: 2n ** 70n, bytes: new Uint8Array([0, 255]), kinds: new Map([['a', new Set([Number.NaN])]]) }
    const written = await db.records.put(key('thing'), value, { ttlSeconds: 3600 })
    expect(written).toMatchObject({ created: true })
    const record = await db.records.get<typeof value>(key('thing'))
    expect(record?.value).toStrictEqual(value)
    expect(record).toMatchObject({ key: key('thing'), version: written.version, contentType: 'application/json' })
    expect(Date.parse(record?.expiresAt ?? '')).toBeGreaterThan(Date.now())
    expect(await db.records.put(key('thing'), 1)).toMatchObject({ created: false })
    expect(await db.records.get(key('no such'))).toBeUndefined()
  })

  it.each(['', '..', 'a/b//c', 'ä ?#%城', '\u0000', '-0'])(
    'keeps bytes, texts and JSON under %j the same in get and list',
    async (name) => {
      const prefix = key(`odd:${name}:`)
      const bytes = new Uint8Array([0x7b, 0xff])
      await db.records.put(`${prefix}bytes`, bytes)
      await db.records.put(`${prefix}digits`, '123', { contentType: 'text/plain' })
      await db.records.put(`${prefix}json`, 'text that is JSON')
      await db.records.put(`${prefix}utf8`, new Uint8Array([0x31]))
      const expected = [bytes, '123', 'text that is JSON', new Uint8Array([0x31])]
      const listed = []
      for await (const record of db.records.list({ prefix, values: true, pageSize: 3 })) listed.push(record)
      const got = await Promise.all(listed.map((record) => db.records.get(record.key)))
      expect(listed.map(({ value }) => plain(value))).toEqual(expected.map(plain))
      expect(got.map((record) => plain(record?.value))).toEqual(expected.map(plain))
      expect(got.map((record) => record?.version)).toEqual(listed.map(({ version }) => version))
    },
  )

  it('writes only under the conditions that it was given', async () => {
    const first = await db.records.put(key('guarded'), 1, { ifAbsent: true })
    await expect(db.records.put(key('guarded'), 2, { ifAbsent: true })).rejects.toMatchObject({
      code: 'precondition_failed',
      retryable: false,
    })
    const second = await db.records.put(key('guarded'), new Uint8Array([2]), { ifVersion: first.version, durability: 'committed' })
    await expect(db.records.put(key('guarded'), 3, { ifVersion: first.version })).rejects.toMatchObject({ code: 'precondition_failed' })
    await expect(db.records.delete(key('guarded'), { ifVersion: first.version })).rejects.toMatchObject({ code: 'precondition_failed' })
    expect(await db.records.delete(key('guarded'), { ifVersion: second.version })).toBe(true)
    expect(await db.records.delete(key('guarded'))).toBe(false)
  })

  it('lists any number of records page by page, both ways, and stops where the loop is left', async () => {
    const names = Array.from({ length: 25 }, (_, index) => key(`list:${String(index).padStart(2, '0')}`))
    const results = await db.records.batch(names.map((name, index) => ({ op: 'put', key: name, value: index }) as const))
    expect(results.every(({ status }) => status === 201)).toBe(true)
    const read = async (options: { reverse?: boolean; after?: string }) => {
      const keys: string[] = []
      for await (const record of db.records.list({ prefix: key('list:'), pageSize: 7, ...options })) keys.push(record.key)
      return keys
    }
    expect(await read({})).toEqual(names)
    expect(await read({ reverse: true })).toEqual(names.toReversed())
    expect(await read({ after: names[20] as string })).toEqual(names.slice(21))
    for await (const record of db.records.list({ prefix: key('list:') })) {
      expect(record.key).toBe(names[0])
      expect(record.value).toBeUndefined()
      break
    }
  })

  it('writes a batch whole or not at all, and tells each outcome where it need not be whole', async () => {
    await expect(
      db.records.batch([
        { op: 'put', key: key('batch:a'), value: 1n },
        { op: 'put', key: key('batch:b'), value: 2, ifVersion: '1-0' },
      ]),
    ).rejects.toBeInstanceOf(HoldfastError)
    expect(await db.records.get(key('batch:a'))).toBeUndefined()
    const [put, got, gone] = await db.records.batch(
      [
        { op: 'put', key: key('batch:a'), value: 1n },
        { op: 'get', key: key('batch:a') },
        { op: 'delete', key: key('batch:none') },
      ],
      { atomic: false },
    )
    expect([put.status, got.value, gone.status]).toEqual([201, 1n, 404])
  })

  it('reads in a transaction what it wrote, and nobody else does before the commit', async () => {
    await db.transact(async (transaction) => {
      await transaction.put(key('tx:a'), { n: 1n })
      await transaction.put(key('tx:b'), new Uint8Array([255]))
      await transaction.delete(key('tx:a'))
      await transaction.put(key('tx:a'), { n: 2n })
      expect(await transaction.get(key('tx:a'))).toEqual({ n: 2n })
      expect(await transaction.getMany([key('tx:b'), key('tx:none')])).toEqual([Buffer.from([255]), undefined])
      const scanned = []
      for await (const record of transaction.scan({ prefix: key('tx:') })) scanned.push(record.key)
      expect(scanned).toEqual([key('tx:a'), key('tx:b')])
      expect(await db.records.get(key('tx:a'))).toBeUndefined()
    })
    expect((await db.records.get(key('tx:a')))?.value).toEqual({ n: 2n })
  })

  it('rolls back what throws, without doing it again', async () => {
    let times = 0
    const work = async (transaction: Transaction) => {
      times++
      await transaction.put(key('tx:never'), 1)
      throw new Error('changed my mind')
    }
    await expect(db.transact(work)).rejects.toThrow('changed my mind')
    expect(times).toBe(1)
    expect(await db.records.get(key('tx:never'))).toBeUndefined()
    expect((await db.call('transactions.list', {})).items).toEqual([])
  })

  it('does not commit a transaction without a write that was refused on the way', async () => {
    const work = async (transaction: Transaction) => {
      await transaction.put(key('tx:half'), 1)
      await transaction.put(key('tx:huge'), new Uint8Array(17 * 1024 * 1024)).catch(() => {})
      await transaction.put(key('tx:other'), 2)
    }
    await expect(db.transact(work)).rejects.toMatchObject({ code: 'too_large' })
    expect(await db.records.get(key('tx:half'))).toBeUndefined()
    expect(await db.records.get(key('tx:other'))).toBeUndefined()
  })

  it('keeps the order of the writes of a transaction that nobody waits for', async () => {
    const large = 'x'.repeat(3 * 1024 * 1024)
    const last = await db.transact(async (transaction) => {
      const writes = Array.from({ length: 12 }, (_, n) => transaction.put(key('tx:order'), `${n}${n % 3 === 0 ? large : ''}`))
      const seen = await transaction.get<string>(key('tx:order'))
      await Promise.all(writes)
      return seen
    })
    expect(last).toBe('11')
    expect((await db.records.get(key('tx:order')))?.value).toBe('11')
  })

  it('does a transaction again after a conflict, so that no increment is lost', async () => {
    const increment = async (transaction: Transaction) => {
      const count = (await transaction.get<number>(key('counter'))) ?? 0
      await transaction.put(key('counter'), count + 1)
    }
    const attempts = { attempts: 100 }
    await Promise.all(Array.from({ length: 8 }, () => db.transact(increment, attempts)))
    expect((await db.records.get(key('counter')))?.value).toBe(8)
    const meddled = db.transact(
      async (transaction) => {
        await increment(transaction)
        await db.records.put(key('counter'), 100)
      },
      { attempts: 2 },
    )
    await expect(meddled).rejects.toMatchObject({ code: 'transaction_conflict', retryable: true })
  })

  it('holds locks one at a time, and refuses the writes of a holder that lost them', async () => {
    const name = key('lock a,b=c')
    const lock = await db.locks.acquire([name], { owner: 'test', leaseMs: 1000 })
    expect(lock.isHeld).toBe(true)
    await expect(db.locks.acquire([name])).rejects.toMatchObject({ code: 'lock_taken' })
    await db.records.put(key('fenced'), 1, { fences: lock.fences })
    const { items } = await db.call('locks.list', {})
    const held = items.find(({ names }) => names.includes(name))
    expect(held).toMatchObject({ owner: 'test', token: lock.token })
    await db.call('locks.forceRelease', { id: held?.id ?? '' })
    await expect(db.records.put(key('fenced'), 2, { fences: lock.fences })).rejects.toMatchObject({ code: 'lock_lost' })
    await expect(db.records.delete(key('fenced'), { fences: lock.fences })).rejects.toMatchObject({ code: 'lock_lost' })
    await aborted(lock.signal)
    expect(lock.signal.reason).toMatchObject({ code: 'lock_lost' })
    expect(lock.isHeld).toBe(false)
    await lock.release()
  })

  it('lets work under a lock wait for its turn, and tells it when the lock went away', async () => {
    const name = key('turns')
    const turns: number[] = []
    const work = (turn: number) => db.withLock([name], async () => void turns.push(turn), { waitMs: 10_000 })
    await Promise.all([work(1), work(2), work(3)])
    expect(turns.toSorted()).toEqual([1, 2, 3])
    const robbed = db.withLock(
      [name],
      async (lock) => {
        const { items } = await db.call('locks.list', {})
        await db.call('locks.forceRelease', { id: items.find(({ token }) => token === lock.token)?.id ?? '' })
        await aborted(lock.signal)
        return 'done anyway'
      },
      { leaseMs: 1000 },
    )
    await expect(robbed).rejects.toMatchObject({ code: 'lock_lost' })
    expect((await db.call('locks.list', {})).items.filter(({ names }) => names.includes(name))).toEqual([])
  })

  it('follows jobs to their end, with what they fail with', async () => {
    const states: string[] = []
    const job = await db.jobs.run('records.count', { prefix: key('list:') }, { onProgress: ({ state }) => states.push(state) })
    expect(job.state).toBe('succeeded')
    expect(states.at(-1)).toBe('succeeded')
    await expect(db.jobs.run('backups.restore', { id: '2020-01-01T00-00-00Z-aaaaaa' })).rejects.toBeInstanceOf(HoldfastError)
    await expect(db.jobs.cancel(job.id)).rejects.toMatchObject({ code: 'job_finished' })
    for await (const listed of db.jobs.list()) {
      expect(listed.id).toBeTypeOf('string')
      break
    }
  })

  it('tells changes as they happen, of the topics that were asked for', async () => {
    const stop = new AbortController()
    const seen = (async () => {
      for await (const { event, data } of db.events({ topics: ['records'] }, stop.signal)) {
        expect(event).toBe('records')
        if (data.keys?.includes(key('told'))) return 'told'
      }
      return 'ended'
    })()
    const writes = setInterval(() => void db.records.put(key('told'), 1).catch(() => {}), 20)
    expect(await seen).toBe('told')
    clearInterval(writes)
    const waiting = (async () => {
      for await (const _ of db.events({ topics: ['backups'] }, stop.signal)) return
    })()
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  it('stops at once what its signal aborts', async () => {
    const reason = new Error('not any more')
    await expect(db.records.get(key('thing'), AbortSignal.abort(reason))).rejects.toBe(reason)
    await db.withLock([key('busy')], async () => {
      const impatient = new AbortController()
      const waiting = db.locks.acquire([key('busy')], { waitMs: 60_000 }, impatient.signal)
      setTimeout(() => impatient.abort(reason), 30)
      await expect(waiting).rejects.toBe(reason)
    })
  })
})

const plain = (value: unknown): unknown => (value instanceof Uint8Array ? [...value] : value)

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))
