import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import type { Collection, Job, OutputOf } from '../../../src/contract/index.ts'
import { Chance, seedOfRun } from '../../support/faults/seeded.ts'
import { HttpClient, spawnHost } from '../../support/host.ts'

const records = 2000
const rounds = 4
const asJson = { 'content-type': 'application/json' }
/** In the place of a number. */
const absent = -1
const isOver = ({ state }: Job) => state !== 'queued' && state !== 'running'

/** What was asked of a host that is killed again and again, and what it has acknowledged. */
class Written {
  /** By key, the numbers that it may have now: the one that was acknowledged last, and the one that was under way. */
  readonly maybe = new Map<string, number[]>()
  #next = 0

  async until(gone: AbortSignal, api: HttpClient): Promise<void> {
    while (!gone.aborted) {
      const n = this.#next++
      const key = `r:${String((n * 7919) % (records + 200)).padStart(5, '0')}`
      const before = this.maybe.get(key) ?? [absent]
      this.maybe.set(key, [...before, records + n])
      try {
        const { status } = await api.put(`/api/data/${key}`, JSON.stringify({ n: records + n, room: n % 7 }), asJson)
        expect([200, 201, 204]).toContain(status)
        this.maybe.set(key, [records + n])
      } catch (error) {
        if (!gone.aborted) throw error
      }
    }
  }
}

interface Running {
  readonly api: HttpClient
  kill(): Promise<void>
}

async function start(dataFolder: string): Promise<Running> {
  const host = await spawnHost(['--json', '--data', dataFolder, '--http', 'off'])
  if (!host.line.ready) throw new Error(host.line.detail)
  onTestFinished(async () => void (await host.stop('SIGKILL')))
  const api = new HttpClient({ socketPath: host.line.socket })
  const kill = async () => {
    await host.stop('SIGKILL')
    api.close()
  }
  return { api, kill }
}

const jobsOf = async (api: HttpClient) => (await api.get('/api/jobs?limit=200')).json<{ items: Job[] }>().items

async function all(api: HttpClient, wish: object): Promise<OutputOf<'collections.query'>['items']> {
  const items: OutputOf<'collections.query'>['items'] = []
  for (let after: string | null | undefined; after !== null; ) {
    const page = await api.post('/api/collections/rows/query', { limit: 1000, explain: true, ...wish, ...(after && { after }) })
    const found = page.json<OutputOf<'collections.query'>>()
    items.push(...found.items)
    after = found.next
    expect(found.explain?.plan).toBe('sort' in wish ? 'index' : 'scan')
  }
  return items
}

/** A shape of its own each time: all indexes are made anew, and every record is older. */
const define = (api: HttpClient, version: number) =>
  api.put(
    '/api/collections/rows',
    JSON.stringify({
      prefix: 'r:',
      schemaVersion: version,
      migrations: Array.from({ length: version - 1 }, (_, at) => ({
        to: at + 2,
        steps: [{ setDefault: { path: `v${at + 2}`, value: at } }],
      })),
      indexes: [
        { name: 'n', fields: [{ path: 'n' }], unique: true },
        { name: 'room', fields: [{ path: 'room' }, { path: 'n', descending: true }] },
      ],
    }),
    asJson,
  )

async function whenReady(api: HttpClient): Promise<Collection> {
  for (;;) {
    const found = (await api.get('/api/collections/rows')).json<Collection>()
    if (found.indexes.every(({ state }) => state !== 'building')) return found
    await sleep(20)
  }
}

const told = (item: { key: string; value: unknown }) => `${item.key} ${JSON.stringify(item.value)}`

/** Every acknowledged record is there, each once, and both indexes say what the records say. */
async function compare(api: HttpClient, written: Written): Promise<void> {
  const { indexes } = await whenReady(api)
  const scanned = await all(api, {})
  const entries = scanned.length
  expect(indexes).toMatchObject([
    { state: 'ready', entries },
    { state: 'ready', entries },
  ])
  const numberOf = new Map(scanned.map(({ key, value }) => [key, (value as { n: number }).n]))
  expect(numberOf.size).toBe(scanned.length)
  expect([...written.maybe].filter(([key, maybe]) => !maybe.includes(numberOf.get(key) ?? absent))).toEqual([])
  for (const sort of [['n'], ['room', 'n']]) {
    const byIndex = await all(api, { sort: sort.map((path) => ({ path, descending: path === 'n' && sort.length > 1 })) })
    const order = ({ value }: (typeof byIndex)[number]) => {
      const { n, room } = value as { n: number; room: number }
      return sort.length > 1 ? room * 1_000_000 - n : n
    }
    expect(byIndex.map(told)).toEqual(scanned.toSorted((one, other) => order(one) - order(other)).map(told))
  }
}

it('a host that is killed while it builds indexes, migrates and compacts has every acknowledged record, and indexes that it completes by itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kill-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const seed = seedOfRun()
  const chance = new Chance(seed)
  const written = new Written()
  let jobsThen = new Map<string, Job>()
  const cutOff = new Set<string>()
  for (let round = 0; round <= rounds; round++) {
    const { api, kill } = await start(join(folder, 'data'))
    const jobs = await jobsOf(api)
    for (const known of jobsThen.values()) {
      const now = jobs.find(({ id }) => id === known.id)
      if (isOver(known)) expect(now).toMatchObject({ state: known.state })
      else if (now?.error?.code === 'interrupted') cutOff.add(known.kind)
      // A kill may come before it is noted that a job began, and after it has ended.
      else expect([undefined, 'succeeded'], `${known.kind}, seed ${seed}`).toContain(now?.state)
    }
    if (round === 0) {
      const lines = Array.from({ length: records }, (_, n) => {
        const key = `r:${String(n).padStart(5, '0')}`
        written.maybe.set(key, [n])
        return JSON.stringify({ key, value: { n, room: n % 7 } })
      })
      expect((await api.post('/api/import', lines.join('\n'), { 'content-type': 'application/x-ndjson' })).json()).toMatchObject({
        imported: records,
      })
    } else await compare(api, written)
    if (round === rounds) {
      const { id } = (await api.post('/api/collections/rows/migrate', {})).json<Job>()
      await expect
        .poll(async () => (await api.get(`/api/jobs/${id}`)).json<Job>(), { timeout: 20_000 })
        .toMatchObject({ state: 'succeeded', result: { left: 0, failed: 0 } })
      expect((await api.get('/api/data/r:00000')).json()).toMatchObject({ schemaVersion: rounds + 1, [`v${rounds + 1}`]: rounds - 1 })
      await compare(api, written)
      return kill()
    }
    const gone = new AbortController()
    const writing = Promise.all(Array.from({ length: 8 }, () => written.until(gone.signal, api)))
    expect((await define(api, round + 2)).status).toBe(200)
    for (const path of ['collections/rows/migrate', 'space/compaction']) expect((await api.post(`/api/${path}`, {})).status).toBe(202)
    jobsThen = new Map((await jobsOf(api)).map((job) => [job.id, job]))
    await sleep(chance.whole(0, 400))
    gone.abort()
    await kill()
    await writing
  }
  expect([...cutOff].sort()).not.toEqual([])
}, 120_000)
