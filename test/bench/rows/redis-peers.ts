import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { HttpClient } from '../../support/host.ts'
import { RedisServer } from '../../support/redis.ts'
import type { Row } from '../row.ts'
import { endServer, startServer } from '../server.ts'
import { durablePut, openHoldfast } from '../stores.ts'
import { keyOf, perSecond, randomSequence, sustainedWrites, valuesOf } from '../workload.ts'

const serveScript = fileURLToPath(new URL('../../../out/main/serve.js', import.meta.url))
const keys = 100_000
const durationMs = 3000
const synced = ['--appendonly', 'yes', '--appendfsync', 'always']

/** Redis as its users run it for data that must survive: each write synced, reached over a unix socket. */
async function openRedis(more: readonly string[]) {
  const path = `/tmp/holdfast-bench-${process.pid}.sock`
  const server = await RedisServer.start([...more, '--unixsocket', path])
  const client = new Redis({ path, protocol: 2 })
  return {
    client,
    close: async () => {
      client.disconnect()
      await server.close()
    },
  }
}

/** P4 */
export const getOneByOne: Row = {
  id: 'P4',
  workload: 'get, one in flight, 100 B',
  peer: 'ioredis on a unix socket',
  unit: 'operations/s',
  goal: { atLeast: 20 },
  needs: 'redis-server',
  async prepare(folder) {
    const values = valuesOf(100, 100)
    const store = await openHoldfast(join(folder, 'holdfast'))
    const redis = await openRedis([])
    for (let start = 0; start < keys; start += 1000) {
      const places = Array.from({ length: 1000 }, (_, index) => start + index)
      const valueAt = (place: number) => values[place % 100] as Buffer
      await store.commit(
        places.map((place) => ({
          kind: 'put' as const,
          key: keyOf(place),
          value: valueAt(place),
          contentType: 'application/json',
          expiresAtMs: null,
        })),
        { durability: 'committed' },
      )
      await redis.client.mset(new Map(places.map((place) => [keyOf(place), valueAt(place)])))
    }
    ;(await store.holdSnapshot()).release()
    const readAll = async (round: number, reads: number, read: (key: string) => Promise<unknown>) => {
      const random = randomSequence(round + 11)
      const startedAt = performance.now()
      for (let index = 0; index < reads; index++) await read(keyOf(random() % keys))
      return perSecond(reads, startedAt)
    }
    return {
      ours: (round) => readAll(round, 200_000, async (key) => store.get(key)),
      peers: (round) => readAll(round, 10_000, (key) => redis.client.getBuffer(key)),
      close: async () => {
        await store.close()
        await redis.close()
      },
    }
  },
}

/** P9: both are told of each write when it is synced. */
export const durableSmallWriters: Row = {
  id: 'P9',
  workload: '64 durable writers, 100 B, acknowledged',
  peer: 'Redis, AOF always, over a unix socket',
  unit: 'operations/s',
  goal: { atLeast: 1 },
  needs: 'redis-server',
  async prepare(folder) {
    const values = valuesOf(100, 100)
    const store = await openHoldfast(join(folder, 'holdfast'))
    const redis = await openRedis(synced)
    const work = (round: number) => ({ seed: round + 5, keys, values })
    return {
      ours: (round) => sustainedWrites({ ...work(round), write: (key, value) => durablePut(store, key, value) }, durationMs),
      peers: (round) => sustainedWrites({ ...work(round), write: (key, value) => redis.client.set(key, value) }, durationMs),
      close: async () => {
        await store.close()
        await redis.close()
      },
    }
  },
}

const recordsInBatch = 100
const batchesInFlight = 8

/** P19 */
export const localBatches: Row = {
  id: 'P19',
  workload: 'batches of 100 durable puts of 100 B over the local API, 8 in flight, records',
  peer: 'Redis pipelines of 100, AOF always, over a unix socket',
  unit: 'operations/s',
  goal: { atLeast: 1 },
  needs: 'redis-server',
  async prepare(folder) {
    mkdirSync(folder, { recursive: true })
    const texts = valuesOf(100, 100).map(String)
    const socketPath = join(folder, 'api.sock')
    const host = await startServer([serveScript, '--data', join(folder, 'data'), '--socket', socketPath, '--http', 'off', '--json'])
    const api = new HttpClient({ socketPath })
    const redis = await openRedis(synced)
    const sustained = async (round: number, send: (places: readonly number[]) => Promise<unknown>) => {
      const random = randomSequence(round + 5)
      const startedAt = performance.now()
      let done = 0
      const sender = async () => {
        while (performance.now() - startedAt < durationMs) {
          await send(Array.from({ length: recordsInBatch }, () => random() % keys))
          done += recordsInBatch
        }
      }
      await Promise.all(Array.from({ length: batchesInFlight }, sender))
      return perSecond(done, startedAt)
    }
    return {
      ours: (round) =>
        sustained(round, async (places) => {
          const operations = places.map((place) => ({ op: 'put', key: keyOf(place), value: texts[place % 100], encoding: 'text' }))
          const { status, text } = await api.post('/api/batch', { atomic: false, operations })
          if (status !== 200) throw new Error(`a batch was refused: ${text}`)
        }),
      peers: (round) =>
        sustained(round, async (places) => {
          const pipeline = redis.client.pipeline()
          for (const place of places) pipeline.set(keyOf(place), texts[place % 100] as string)
          await pipeline.exec()
        }),
      close: async () => {
        api.close()
        await endServer(host)
        await redis.close()
      },
    }
  },
}
