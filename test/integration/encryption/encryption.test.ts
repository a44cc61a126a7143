import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Collection, EncryptionReport, Job, OutputOf, Status } from '../../../src/contract/index.ts'
import { systemClock } from '../../../src/main/base/clock.ts'
import type { KeyCipher } from '../../../src/main/encryption/key-file.ts'
import { type Host, startHost } from '../../../src/main/host.ts'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import { keyName } from '../../../src/main/persistence/master-key.ts'
import { keyIdOf } from '../../../src/main/persistence/record-header.ts'
import { HttpClient } from '../../support/host.ts'

let home: string
let host: Host
let api: HttpClient

const dataFolder = () => join(home, 'data')
const keyFile = () => join(dataFolder(), 'keys', 'master.json')
const configFile = () => join(home, 'holdfast.toml')
const start = async (keyCipher?: KeyCipher) => {
  host = await startHost({
    dataFolder: dataFolder(),
    configFile: configFile(),
    usualHttp: 'off',
    clock: systemClock,
    ...(keyCipher && { keyCipher }),
  })
  api = new HttpClient({ socketPath: host.socket, headers: { 'holdfast-actor': 'person' } })
}
const stop = async () => {
  api.close()
  await host.close()
}
// Not compressed: what is looked for stands in the files as it is.
const configure = (more = '') =>
  writeFile(
    configFile(),
    `[database.lmdb]\ncompression = false\n[backup.storage]\npath = ${JSON.stringify(join(home, 'backups'))}\n[journal]\nsegment_mb = 1\n${more}`,
  )

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-encryption-'))
  await configure()
  await start()
})
afterEach(async () => {
  await stop()
  await rm(home, { recursive: true, force: true })
})

/** A word that stands nowhere by chance. */
const planted = (name: string) => `planted-${createHash('sha256').update(name).digest('hex').slice(0, 20)}`
const state = async () => (await api.get('/api/encryption')).json<EncryptionReport>()

async function ended(answer: { json<T>(): T; status: number }): Promise<Job> {
  expect(answer.status).toBe(202)
  const { id } = answer.json<Job>()
  const read = async () => (await api.get(`/api/jobs/${id}`)).json<Job>()
  await expect.poll(async () => (await read()).state, { timeout: 60_000, interval: 100 }).toMatch(/succeeded|failed|cancelled/)
  return read()
}
const change = async (action: string) => ended(await api.post('/api/encryption', { action }))

/** The files of the data folder in which one of the words stands, and how often. */
async function filesWith(words: readonly string[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const entry of await readdir(dataFolder(), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    // A host that runs removes files while they are looked at: what is gone holds nothing.
    const bytes = await readFile(path).catch((error) => (error.code === 'ENOENT' ? Buffer.alloc(0) : Promise.reject(error)))
    const count = words.filter((word) => bytes.includes(word)).length
    if (count > 0) found[path.slice(dataFolder().length + 1)] = count
  }
  return found
}

async function keyIdsOnDisk(): Promise<string[]> {
  const { store } = (await api.get('/api/status')).json<Status>()
  const environment = LmdbEnvironment.open(join(dataFolder(), 'db', store.generation), { readOnly: true })
  const ids = new Set<string>()
  for (const { record } of environment.records.range({ from: '', fromExclusive: false, to: undefined }, false)) ids.add(keyName(keyIdOf(record)))
  await environment.close()
  return [...ids]
}

const put = (key: string, value: string | Uint8Array) => api.put(`/api/data/${key}`, value)
const get = async (key: string) => (await api.get(`/api/data/${key}`)).text

/** Leaves values wherever a store may leave them: replaced, deleted, kept for undo, in a generation before a restore. Gives all words. */
async function fill(): Promise<string[]> {
  const words: string[] = []
  const write = async (key: string, name: string, filler = '') => {
    words.push(planted(name))
    await put(key, `{"text":"${planted(name)}"}${filler}`)
  }
  for (let index = 0; index < 300; index++) await write(`r:${index}`, `first ${index}`)
  await write('large', 'large', randomBytes(300_000).toString('hex'))
  expect((await ended(await api.post('/api/backups', {}))).state).toBe('succeeded')
  for (let index = 0; index < 300; index += 2) await write(`r:${index}`, `second ${index}`, '-'.repeat(index))
  for (let index = 0; index < 300; index += 5) await api.send('DELETE', `/api/data/r:${index}`)
  expect((await ended(await api.send('DELETE', '/api/data?prefix=r:1'))).state).toBe('succeeded')
  expect((await ended(await api.post('/api/backups/latest/restore', {}))).state).toBe('succeeded')
  for (let index = 0; index < 300; index += 3) await write(`r:${index}`, `third ${index}`)
  return words
}

const expected = (index: number) => planted(`${index % 3 === 0 ? 'third' : 'first'} ${index}`)

describe('encryption of data', () => {
  it('turned on while the host runs, leaves no value readable in any file, and every one readable through the host', async () => {
    const words = await fill()
    const before = Object.keys(await filesWith(words))
    for (const place of [/^db\/g-[0-9a-f]+\/data/, /^journal\/journal-/]) expect(before.some((name) => place.test(name))).toBe(true)
    expect(before.filter((name) => name.startsWith('db/'))).toHaveLength(2)
    const job = await change('enable')
    expect(job).toMatchObject({ state: 'succeeded', result: { records: 301 } })
    expect(await filesWith(words)).toEqual({})
    expect(await state()).toMatchObject({ state: 'on', keyFile: keyFile(), keys: 1 })
    for (const index of [0, 1, 7, 150, 299]) expect(await get(`r:${index}`)).toContain(expected(index))
    // What is written from now on: in the journal, drained, replaced and deleted, kept for undo.
    const later = Array.from({ length: 50 }, (_, index) => planted(`later ${index}`))
    for (const [index, word] of later.entries()) await put(`r:${index}`, word)
    expect((await ended(await api.send('DELETE', '/api/data?prefix=r:1'))).state).toBe('succeeded')
    expect(await filesWith([...words, ...later])).toEqual({})
    await stop()
    expect(await filesWith([...words, ...later])).toEqual({})
    await start()
    expect(await get('r:0')).toBe(later[0])
    expect(await get('r:299')).toContain(expected(299))
  }, 120_000)

  it('keeps what is kept for undo encrypted, and gives it back', async () => {
    await change('enable')
    await put('r:1', planted('undo'))
    const deletion = await ended(await api.send('DELETE', '/api/data?prefix=r:'))
    expect(await readdir(join(dataFolder(), 'undo'))).not.toEqual([])
    expect(await filesWith([planted('undo')])).toEqual({})
    expect((await ended(await api.post(`/api/undo/${deletion.id}`, {}))).state).toBe('succeeded')
    expect(await get('r:1')).toBe(planted('undo'))
  }, 60_000)

  it('takes another key, after which nothing is left under the old one, and no key at all', async () => {
    for (let index = 0; index < 50; index++) await put(`r:${index}`, planted(`${index}`))
    await change('enable')
    const first = (await state()).keyId
    expect(await keyIdsOnDisk()).toEqual([first])
    expect((await change('rotate')).state).toBe('succeeded')
    const second = (await state()).keyId
    expect(second).not.toBe(first)
    expect(await keyIdsOnDisk()).toEqual([second])
    expect((await state()).keys).toBe(2)
    expect(await get('r:7')).toBe(planted('7'))
    expect((await change('disable')).state).toBe('succeeded')
    expect(await keyIdsOnDisk()).toEqual(['00000000'])
    expect(await get('r:7')).toBe(planted('7'))
    expect(await state()).toMatchObject({ state: 'off', keyId: null, keys: 2 })
    expect((await api.post('/api/encryption', { action: 'rotate' })).status).toBe(409)
  }, 120_000)

  it('keeps versions, times and types of records', async () => {
    await api.put('/api/data/a', '1', { 'content-type': 'application/json', 'holdfast-ttl': '5000' })
    const before = await api.get('/api/data?limit=10')
    await change('enable')
    expect((await api.get('/api/data?limit=10')).json()).toEqual(before.json())
  }, 60_000)

  it('without its key starts, says so, refuses values and writes in words, deletes nothing, and goes on when the key is back', async () => {
    await put('r:1', planted('1'))
    await change('enable')
    await put('r:2', planted('2'))
    await stop()
    await rename(keyFile(), join(home, 'kept.json'))
    await start()
    expect(await state()).toMatchObject({ state: 'key_missing', keys: 0 })
    expect((await api.get('/api/status')).json<Status>().notices).toContainEqual(expect.objectContaining({ code: 'key_missing' }))
    for (const key of ['r:1', 'r:2']) expect((await api.get(`/api/data/${key}`)).json()).toMatchObject({ status: 503, code: 'key_missing' })
    expect((await put('r:3', 'plain')).json()).toMatchObject({ code: 'key_missing' })
    expect((await api.get('/api/data?prefix=r:')).json<{ items: { key: string }[] }>().items.map(({ key }) => key)).toEqual(['r:1', 'r:2'])
    expect((await api.post('/api/encryption', { action: 'disable' })).json()).toMatchObject({ code: 'key_missing' })
    await stop()
    await rename(join(home, 'kept.json'), keyFile())
    await start()
    expect([await get('r:1'), await get('r:2'), (await state()).state]).toEqual([planted('1'), planted('2'), 'on'])
  }, 60_000)

  it('with the key of another store, or a file that is none, says that the key is missing, and gives out no nonsense', async () => {
    await put('r:1', planted('1'))
    await change('enable')
    await stop()
    const right = await readFile(keyFile(), 'utf8')
    const wrong = right.replace(/"key": "[^"]+"/, `"key": "${randomBytes(32).toString('base64')}"`)
    for (const content of [wrong, right.slice(0, 100)]) {
      await writeFile(keyFile(), content)
      await start()
      expect((await api.get('/api/data/r:1')).json()).toMatchObject({ code: 'key_missing' })
      expect((await state()).state).toBe('key_missing')
      await stop()
    }
    await writeFile(keyFile(), right)
    await start()
    expect(await get('r:1')).toBe(planted('1'))
  }, 60_000)

  it('that was cut off goes on at the next start', async () => {
    const words = await fill()
    await stop()
    // As a stop right after the first step leaves it: a key, and nothing stored with it.
    await start()
    await api.post('/api/encryption', { action: 'enable' })
    await stop()
    await start()
    await expect.poll(async () => (await state()).state, { timeout: 60_000 }).toBe('on')
    expect(await filesWith(words)).toEqual({})
    expect(await get('r:7')).toContain(expected(7))
  }, 120_000)

  it('keeps backups encrypted, which the same host restores', async () => {
    await put('r:1', planted('1'))
    await change('enable')
    expect((await ended(await api.post('/api/backups', {}))).state).toBe('succeeded')
    await put('r:1', 'other')
    expect((await ended(await api.post('/api/backups/latest/restore', {}))).state).toBe('succeeded')
    expect(await get('r:1')).toBe(planted('1'))
    expect(await keyIdsOnDisk()).toEqual([(await state()).keyId])
  }, 60_000)

  it('reaches what a restore brings back from a backup that was made before it', async () => {
    await put('r:1', planted('1'))
    expect((await ended(await api.post('/api/backups', {}))).state).toBe('succeeded')
    await change('enable')
    expect(await filesWith([planted('1')])).toEqual({})
    expect((await ended(await api.post('/api/backups/latest/restore', {}))).state).toBe('succeeded')
    await expect.poll(() => filesWith([planted('1')]), { timeout: 30_000 }).toEqual({})
    expect(await keyIdsOnDisk()).toEqual([(await state()).keyId])
    expect((await ended(await api.post('/api/restore/undo', {}))).state).toBe('succeeded')
    expect(await get('r:1')).toBe(planted('1'))
  }, 60_000)

  it('asks before it keeps a field readable in an index, which finds what it should whatever key is changed, and keeps the other fields unreadable', async () => {
    await change('enable')
    const rooms = Array.from({ length: 7 }, (_, room) => planted(`room ${room}`))
    const secrets = Array.from({ length: 70 }, (_, n) => planted(`secret ${n}`))
    const putOne = (n: number, room = n) => put(`s:${n}`, JSON.stringify({ room: rooms[room % 7], secret: secrets[n], n }))
    for (let n = 0; n < 60; n++) await putOne(n)
    const definition = { prefix: 's:', indexes: [{ name: 'room', fields: [{ path: 'room' }] }] }
    const define = (more: object) =>
      api.put('/api/collections/s', JSON.stringify({ ...definition, ...more }), { 'content-type': 'application/json' })
    expect((await define({})).json()).toMatchObject({ status: 409, code: 'plaintext_index', fields: 'room' })
    expect((await api.get('/api/collections/s')).status).toBe(404)
    expect(await filesWith([...rooms, ...secrets])).toEqual({})
    expect((await define({ acceptPlaintextIndex: true })).status).toBe(200)
    const index = async () => (await api.get('/api/collections/s')).json<Collection>().indexes[0]
    await expect.poll(async () => (await index())?.state).toBe('ready')
    const builds = async () =>
      (await api.get('/api/jobs')).json<{ items: Job[] }>().items.filter(({ kind }) => kind === 'index-build').length
    const built = await builds()

    const foundRight = async (lookedUp: Map<number, number>) => {
      for (const [room, word] of rooms.entries()) {
        const answer = await api.post('/api/collections/s/query', { where: { room: word }, explain: true })
        const { items, explain } = answer.json<OutputOf<'collections.query'>>()
        expect(explain).toMatchObject({ plan: 'index', returned: items.length })
        const wanted = [...lookedUp].filter(([, own]) => own % 7 === room).map(([n]) => secrets[n])
        expect(items.map(({ value }) => (value as { secret: string }).secret).toSorted()).toEqual(wanted.toSorted())
      }
      expect(await index()).toMatchObject({ state: 'ready', entries: lookedUp.size })
      // It was kept, not made anew.
      expect(await builds()).toBe(built)
    }
    const model = new Map(Array.from({ length: 60 }, (_, n) => [n, n]))
    await foundRight(model)
    expect(await filesWith(secrets)).toEqual({})
    // What was asked about is so: the field of the index can be read.
    expect(Object.keys(await filesWith(rooms))).toEqual([expect.stringMatching(/^db\//)])

    for (const [step, action] of ['rotate', 'disable', 'enable'].entries()) {
      expect((await change(action)).state).toBe('succeeded')
      for (const n of [60 + step, step]) {
        expect((await putOne(n, n + 3)).status).toBeLessThan(300)
        model.set(n, n + 3)
      }
      await api.send('DELETE', `/api/data/s:${10 + step}`)
      model.delete(10 + step)
      await expect.poll(async () => (await index())?.entries).toBe(model.size)
      await foundRight(model)
    }
    expect(await filesWith(secrets)).toEqual({})
    await stop()
    expect(await filesWith(secrets)).toEqual({})
    await start()
    await foundRight(model)
    // A field that is readable already is nothing new; another one is.
    expect((await define({ indexes: [{ name: 'down', fields: [{ path: 'room', descending: true }] }] })).status).toBe(200)
    expect((await define({ indexes: [{ name: 'secret', fields: [{ path: 'secret' }] }] })).json()).toMatchObject({
      code: 'plaintext_index',
    })
  }, 120_000)

  it('that the configuration demands is there after the next start, and cannot be turned off', async () => {
    await put('r:1', planted('1'))
    await stop()
    await configure('[encryption]\ndata = true\n')
    await start()
    await expect.poll(async () => (await state()).state, { timeout: 30_000 }).toBe('on')
    expect(await filesWith([planted('1')])).toEqual({})
    expect((await api.post('/api/encryption', { action: 'disable' })).json()).toMatchObject({ status: 409, code: 'conflict' })
  }, 60_000)

  it('protects its key file with the key store of the system where there is one', async () => {
    const flip = (bytes: Uint8Array) => Buffer.from(bytes).map((byte) => byte ^ 0x5a) as Buffer
    const cipher: KeyCipher = {
      available: () => true,
      encrypt: (text) => flip(Buffer.from(text)),
      decrypt: (bytes) => flip(bytes).toString(),
    }
    await stop()
    await start(cipher)
    await put('r:1', planted('1'))
    await change('enable')
    expect(JSON.parse(await readFile(keyFile(), 'utf8'))).toMatchObject({ protection: 'system', keys: expect.any(String) })
    await stop()
    await start()
    expect(await state()).toMatchObject({ state: 'key_missing', problem: expect.stringContaining('desktop app') })
    await stop()
    await start(cipher)
    expect(await get('r:1')).toBe(planted('1'))
  }, 60_000)
})
