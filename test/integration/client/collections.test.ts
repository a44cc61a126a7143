import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Collection, connect, type Holdfast } from '../../../src/client/index.ts'
import { type ServedFolder, serveFolder } from './setup.ts'

const shape = z.object({
  name: z.string(),
  size: z.number(),
  serial: z.bigint().optional(),
  made: z.date(),
  place: z.object({ hall: z.string(), row: z.number() }),
  tags: z.array(z.string()).default([]),
})
type Machine = z.output<typeof shape>

let served: ServedFolder
let db: Holdfast
let machines: Collection<Machine, z.input<typeof shape>>

beforeAll(async () => {
  served = await serveFolder()
  db = await connect({ socket: served.socket })
  machines = db.collection('machines', {
    prefix: 'machine:',
    schema: shape,
    indexes: [
      { name: 'by-name', fields: [{ path: 'name' }], unique: true },
      { name: 'by-made', fields: [{ path: 'made', descending: true }] },
      { name: 'by-tag', fields: [{ path: 'tags' }], multi: true },
    ],
  })
  await machines.define()
  await machines.ready()
  for (let n = 0; n < 30; n++) await machines.put(String(n), machine(n))
})
afterAll(async () => {
  await db.close()
  await served.close()
})

const machine = (n: number) => ({
  name: `machine ${n}`,
  size: n % 7,
  serial: 2n ** 64n + BigInt(n),
  made: new Date(Date.UTC(2020, 0, 1 + n)),
  place: { hall: n % 2 === 0 ? 'A' : 'B', row: n },
  ...(n % 3 === 0 && { tags: ['third', `n${n}`] }),
})

async function namesOf(found: AsyncIterable<{ readonly value: Machine }>): Promise<string[]> {
  const names = []
  for await (const { value } of found) names.push(value.name)
  return names
}

describe('a collection', () => {
  it('gives one record as it gives many: in the newest version; by its key it is as it was written', async () => {
    type Person = { fullName: string; born?: Date; schemaVersion: number }
    const written = { name: 'Ada', born: new Date('1815-12-10T00:00:00Z') }
    const ids = ['1', 'a/b ü', 'packed']
    const packed = Buffer.from('81a46e616d65a3416461', 'hex') // {name: 'Ada'}
    await db.records.put('person:1', written)
    await db.records.put('person:a/b ü', written)
    await db.records.put('person:packed', packed, { contentType: 'application/msgpack' })
    const people = db.collection<Person>('people', { prefix: 'person:' })
    // Nobody has said anything of it yet.
    expect((await people.get('1'))?.value).toEqual(written)
    const migrations = [{ to: 2, steps: [{ rename: { from: 'name', to: 'fullName' } }] }]
    await db.collection('people', { prefix: 'person:', schemaVersion: 2, migrations }).define()
    for (const id of ids) {
      const record = await people.get(id)
      const [found] = (await people.page({ fullName: 'Ada' }, { limit: 10 })).items.filter(({ key }) => key === `person:${id}`)
      const newest = { fullName: 'Ada', ...(id !== 'packed' && { born: written.born }), schemaVersion: 2 }
      expect([record?.value, found?.value]).toEqual([newest, newest])
      expect([record?.version, record?.contentType]).toEqual([found?.version, found?.contentType])
      const stored = await db.records.get(`person:${id}`)
      expect([stored?.value, stored?.version]).toEqual([id === 'packed' ? packed : written, record?.version])
    }
    expect(await people.get('nobody')).toBeUndefined()
    await expect(db.collection('nothing').get('1')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('gives back what the shape says, by id and by its fields', async () => {
    expect((await machines.get('3'))?.value).toEqual(shape.parse(machine(3)))
    const page = await machines.page({ name: 'machine 3' })
    expect(page).toMatchObject({ next: null, warnings: [], items: [{ key: 'machine:3' }] })
    expect(page.items[0]?.value.made).toEqual(machine(3).made)
    expect(page.items[0]?.value.serial).toBe(2n ** 64n + 3n)
  })

  it('finds by dates, lists and fields of fields, in an order, through as many pages as it takes', async () => {
    const recent = { made: { $gte: new Date(Date.UTC(2020, 0, 21)) } }
    const sorted = { sort: [{ path: 'made', descending: true } as const], pageSize: 3 }
    expect(await namesOf(machines.find(recent, sorted))).toEqual(Array.from({ length: 10 }, (_, n) => `machine ${29 - n}`))
    expect(await machines.explain(recent, { sort: sorted.sort })).toMatchObject({ plan: 'index', indexes: ['by-made'], sorted: 'by index' })
    expect(await machines.count({ tags: { $contains: 'third' } })).toBe(10)
    expect(await machines.count({ $or: [{ 'place.hall': 'A' }, { 'place.row': { $lt: 2 } }] })).toBe(16)
    expect(await namesOf(machines.find({ size: { $in: [6] }, 'place.hall': 'B' }))).toEqual(['machine 13', 'machine 27'])
  })

  it('refuses what does not fit, here and on the host, and a second record with what has to be unique', async () => {
    const wrong = { ...machine(1), size: 'large' } as unknown as z.input<typeof shape>
    await expect(machines.put('x', wrong)).rejects.toMatchObject({ code: 'schema_violation', details: { path: 'size' } })
    await expect(db.records.put('machine:x', { ...machine(99), size: 'large' })).rejects.toMatchObject({ code: 'schema_violation' })
    await expect(machines.put('x', machine(1))).rejects.toMatchObject({ code: 'unique_violation' })
    await expect(db.transact((transaction) => transaction.put('machine:x', shape.parse(machine(1))))).rejects.toMatchObject({
      code: 'unique_violation',
    })
    expect(await machines.get('x')).toBeUndefined()
    await db.records.put('machine:y', shape.parse(machine(98)))
    expect(await machines.delete('y')).toBe(true)
    expect(await machines.delete('y')).toBe(false)
  })

  it('is reached by its name alone, with the type that a program gives it', async () => {
    const known = db.collection<Machine>('machines')
    expect((await known.get('5'))?.value.name).toBe('machine 5')
    expect(await known.count({ name: { $prefix: 'machine 1' } })).toBe(11)
    await expect(db.collection('unknown').get('1')).rejects.toMatchObject({ code: 'not_found' })
    await expect(known.define()).rejects.toThrow('give its prefix')
  })
})
