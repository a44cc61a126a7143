import { expectTypeOf, it } from 'vitest'
import type { Collection, Holdfast, Job, OutputOf, StoredRecord, Transaction, Written } from '../../../src/client/index.ts'

interface Reading {
  at: Date
  values: bigint[]
}

/** Never called: what stands here compiles, and what is marked does not. `npm run check` sees both. */
async function uses(db: Holdfast, reading: Reading, signal: AbortSignal): Promise<void> {
  expectTypeOf(await db.records.put('a', reading, { ttlSeconds: 1, durability: 'committed' }, signal)).toEqualTypeOf<Written>()
  expectTypeOf(await db.records.get<Reading>('a')).toEqualTypeOf<StoredRecord<Reading> | undefined>()
  expectTypeOf(await db.call('status.get', {})).toEqualTypeOf<OutputOf<'status.get'>>()
  expectTypeOf(await db.jobs.run('backups.create', {})).toEqualTypeOf<Job>()
  expectTypeOf(await db.transact(async () => 5)).toEqualTypeOf<number>()
  const [put, got] = await db.records.batch([
    { op: 'put', key: 'a', value: 1 },
    { op: 'get', key: 'a' },
  ])
  expectTypeOf(got.value).toEqualTypeOf<unknown>()
  // @ts-expect-error a put gives no value
  put.value
  // @ts-expect-error a function cannot be stored
  await db.records.put('a', { act: () => 1 })
  // @ts-expect-error there is no such condition
  await db.records.put('a', 1, { ifMissing: true })
  // @ts-expect-error durability is one of two words
  await db.records.put('a', 1, { durability: 'soon' })
  // @ts-expect-error there is no such operation
  await db.call('records.shred', {})
  // @ts-expect-error values go through `records`
  await db.call('records.put', { key: 'a', value: 1 })
  // @ts-expect-error the input of this operation needs an id
  await db.call('jobs.get', {})
  // @ts-expect-error this operation is no job
  await db.jobs.run('status.get', {})
  // @ts-expect-error a delete has no value
  await db.records.batch([{ op: 'delete', key: 'a', value: 1 }])
  // @ts-expect-error a lock is acquired on names, not on one
  await db.withLock('a', async () => {})
  // @ts-expect-error work is asynchronous
  await db.transact((transaction: Transaction) => transaction.id)
}

interface Machine {
  size: number
  made: Date
  place: { hall: string; row: number }
}

/** As above, of collections. */
async function finds(collection: Collection<Machine>): Promise<void> {
  expectTypeOf(await collection.get('1')).toEqualTypeOf<StoredRecord<Machine> | undefined>()
  await collection.count({ made: { $lt: new Date() }, 'place.row': { $in: [1, 2] }, $or: [{ size: 1 }, { 'place.hall': 'A' }] })
  // @ts-expect-error there is no such field
  await collection.count({ colour: 'red' })
  // @ts-expect-error a size is a number
  await collection.count({ size: { $gt: 'three' } })
  // @ts-expect-error a row is a number
  await collection.count({ 'place.row': 'first' })
  // @ts-expect-error there is no such path to sort by
  await collection.page({}, { sort: [{ path: 'place.colour' }] })
  // @ts-expect-error the shape wants a date
  await collection.put('1', { size: 1, made: 'yesterday', place: { hall: 'A', row: 1 } })
}

it('the types of the client are those of the contract', () => {
  expectTypeOf(uses).toBeFunction()
  expectTypeOf(finds).toBeFunction()
})
