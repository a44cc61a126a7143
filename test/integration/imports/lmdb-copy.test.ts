import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestHost, type TestHost } from '../../support/host.ts'
import { ended } from './setup.ts'

const hasTools = spawnSync('which', ['mdb_dump']).status === 0
const count = 20_000

let started: TestHost
let folder: string
/** As they are in the store, in the order of their keys. */
const values = new Map<string, Buffer>()

beforeAll(async () => {
  started = await startTestHost()
  folder = await mkdtemp(join(tmpdir(), 'holdfast-lmdb-copy-'))
  // Keys of many lengths fill the branches differently.
  for (let n = 0; n < count; n++) values.set(`key:${'é'.repeat(n % 90)}:${n}`, Buffer.from(`value ${n}`))
  values.set('empty', Buffer.alloc(0))
  values.set('large', Buffer.alloc(100_000, 7))
  for (const bytes of [2010, 2020, 2024, 2030, 2040, 4072, 4080, 4081]) values.set(`edge:${bytes}`, Buffer.alloc(bytes, 1))
  const lines = [...values].map(([key, value]) => JSON.stringify({ key, value: value.toString('base64'), encoding: 'base64' }))
  const body = `${lines.join('\n')}\n{"key":"${'k'.repeat(600)}","value":"too long a key"}\n`
  const answer = await started.api.post('/api/import', body, { 'content-type': 'application/x-ndjson' })
  expect(answer.json()).toMatchObject({ imported: values.size + 1, failed: 0 })
})
afterAll(async () => {
  await started.close()
  await rm(folder, { recursive: true, force: true })
})

async function copyTo(path: string, more: object = {}) {
  const answer = await started.api.post('/api/exports', { kind: 'lmdb', path, ...more })
  return answer.status === 202
    ? await ended(started.api, answer.json<{ id: string }>().id)
    : answer.json<{ state?: string; code: string }>()
}

describe('a copy into LMDB', () => {
  it('is opened by the package for Node, every byte as it was', async () => {
    const path = join(folder, 'node')
    expect(await copyTo(path, { format: 'node' })).toMatchObject({ state: 'succeeded', result: { records: values.size, leftOut: 1 } })
    const db = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary' })
    const found = new Map([...db.getRange()].map(({ key, value }) => [key.toString(), Buffer.from(value)]))
    expect(found.size).toBe(values.size)
    for (const [key, value] of values) if (!found.get(key)?.equals(value)) throw new Error(`${key} is not what it was`)
    // It is a database like any other: it takes more.
    await db.put(Buffer.from('more'), Buffer.from('1'))
    expect(db.get(Buffer.from('large'))?.length).toBe(100_000)
    await db.close()
  })

  it.skipIf(!hasTools)('is opened by the tools of LMDB 0.9, every byte as it was', async () => {
    const path = join(folder, 'tools')
    expect(await copyTo(path)).toMatchObject({ state: 'succeeded', result: { records: values.size } })
    const dump = execFileSync('mdb_dump', [path], { maxBuffer: 1024 * 1024 * 100 }).toString()
    const [, body = ''] = dump.split('HEADER=END\n')
    const words = body.split('\n').filter((line) => line.startsWith(' '))
    expect(words).toHaveLength(values.size * 2)
    for (let at = 0; at < words.length; at += 2) {
      const key = Buffer.from((words[at] as string).trim(), 'hex').toString()
      if (values.get(key)?.toString('hex') !== (words[at + 1] as string).trim()) throw new Error(`${key} is not what it was`)
    }
    expect(execFileSync('mdb_stat', [path]).toString()).toContain(`Entries: ${values.size}`)
    execFileSync('mdb_load', [path], { input: 'VERSION=3\nformat=print\ntype=btree\nHEADER=END\n more\n 1\nDATA=END\n' })
    expect(execFileSync('mdb_stat', [path]).toString()).toContain(`Entries: ${values.size + 1}`)
  })

  it('can be of a prefix, of one record, of none', async () => {
    expect(await copyTo(join(folder, 'part'), { prefix: 'edge:' })).toMatchObject({ result: { records: 8 } })
    for (const [prefix, records] of [
      ['large', 1],
      ['nothing', 0],
    ] as const) {
      const path = join(folder, prefix)
      expect(await copyTo(path, { prefix, format: 'node' })).toMatchObject({ state: 'succeeded', result: { records } })
      const db = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary' })
      expect([...db.getKeys()]).toHaveLength(records)
      await db.close()
    }
  })

  it('never goes over what is there, and leaves nothing behind when it fails', async () => {
    const path = join(folder, 'taken')
    await mkdir(path)
    await writeFile(join(path, 'data.mdb'), 'mine')
    expect(await copyTo(path)).toMatchObject({ code: 'conflict' })
    expect(await copyTo(join(path, 'data.mdb', 'below'))).toMatchObject({ code: 'conflict' })
    expect(await copyTo('/proc/copy')).toMatchObject({ error: { code: 'invalid_request', details: { path: '/proc/copy' } } })
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })
})
