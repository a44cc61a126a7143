import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestHost, type TestHost } from '../../support/host.ts'
import { failedOf, importFrom } from './setup.ts'

const hasTools = spawnSync('which', ['mdb_load']).status === 0

let started: TestHost
let folder: string

beforeAll(async () => {
  started = await startTestHost()
  folder = await mkdtemp(join(tmpdir(), 'holdfast-lmdb-source-'))
})
afterAll(async () => {
  await started.close()
  await rm(folder, { recursive: true, force: true })
})

const read = async (key: string) => started.api.get(`/api/data/${encodeURIComponent(key)}`)

/** A database as the package for Node writes it. */
async function written(name: string, fill: (db: ReturnType<typeof open<Buffer, Buffer>>) => Promise<void>): Promise<string> {
  const path = join(folder, name)
  const db = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary', maxDbs: 4 })
  await fill(db)
  await db.close()
  return path
}

describe('an import from an LMDB folder', () => {
  it('takes raw keys and values of the main table, large ones too, in batches', async () => {
    const large = Buffer.alloc(100_000, 'x')
    const path = await written('plain', async (db) => {
      for (let n = 0; n < 3000; n++) void db.put(Buffer.from(`n:${n}`), Buffer.from(`{"n":${n}}`))
      await db.put(Buffer.from('large'), large)
    })
    const before = await readdir(path)
    const job = await importFrom(started.api, { kind: 'lmdb', path, prefix: 'p/' })
    expect(job).toMatchObject({ state: 'succeeded', done: 3001, total: 3001 })
    expect(job.result).toMatchObject({ imported: 3001, created: 3001, failed: 0 })
    expect((await read('p/n:2999')).json()).toEqual({ n: 2999 })
    expect((await read('p/large')).bytes).toEqual(large)
    expect(await readdir(path)).toEqual(before)
  })

  it('takes a named table, and says which there are', async () => {
    const path = await written('named', async (db) => {
      const table = db.openDB<Buffer, Buffer>('readings', { encoding: 'binary', keyEncoding: 'binary' })
      await table.put(Buffer.from('a'), Buffer.from('1'))
    })
    const job = await importFrom(started.api, { kind: 'lmdb', path, table: 'readings', prefix: 't/' })
    expect(job.result).toMatchObject({ imported: 1 })
    expect((await read('t/a')).text).toBe('1')
    const none = await importFrom(started.api, { kind: 'lmdb', path, table: 'reading' })
    expect(none.error).toMatchObject({ code: 'source_unreadable' })
    expect(none.error?.detail).toContain('there are readings')
    const main = await importFrom(started.api, { kind: 'lmdb', path })
    expect(main.error?.detail).toContain('choose one of readings')
  })

  it('reports each key that is not UTF-8, and takes the others', async () => {
    const path = await written('bytes', async (db) => {
      await db.put(Buffer.from([0xff, 0x00]), Buffer.from('of bytes'))
      await db.put(Buffer.from('text'), Buffer.from('of text'))
    })
    const job = await importFrom(started.api, { kind: 'lmdb', path, prefix: 'b/' })
    expect(job.result).toMatchObject({ imported: 1, failed: 1, errors: [{ line: 2, code: 'invalid_request' }] })
    expect(await failedOf(started.api, job.id)).toBe(
      '# record 2: base64 /wA=: the key is not UTF-8; give it another one.\n{"key":"","value":"of bytes","encoding":"text"}\n',
    )
  })

  it('is refused in words where there is none', async () => {
    const missing = await importFrom(started.api, { kind: 'lmdb', path: join(folder, 'missing') })
    expect(missing.error?.detail).toContain('there is no such file or folder')
    const other = join(folder, 'other')
    await mkdir(other)
    await writeFile(join(other, 'data.mdb'), Buffer.alloc(8192, 1))
    expect((await importFrom(started.api, { kind: 'lmdb', path: other })).error?.detail).toContain('is not a database of LMDB')
    expect((await started.api.post('/api/imports', { source: { kind: 'lmdb', path: 'relative' } })).status).toBe(400)
    await rm(join(other, 'data.mdb'))
    execFileSync('mkfifo', [join(other, 'data.mdb')])
    expect((await importFrom(started.api, { kind: 'lmdb', path: other })).error?.detail).toContain('is not a file')
  })

  it.skipIf(!hasTools)('takes what LMDB 0.9 wrote, as nearly every other program does', async () => {
    const path = join(folder, 'debian')
    await mkdir(path)
    const lines = Array.from(
      { length: 2000 },
      (_, n) => ` key:${String(n).padStart(5, '0')}\n value ${n}${n === 7 ? 'x'.repeat(20_000) : ''}\n`,
    )
    const dump = `VERSION=3\nformat=print\ntype=btree\nmapsize=104857600\nHEADER=END\n${lines.join('')}DATA=END\n`
    execFileSync('mdb_load', [path], { input: dump })
    const job = await importFrom(started.api, { kind: 'lmdb', path, prefix: 'd/' })
    expect(job.result).toMatchObject({ imported: 2000, failed: 0 })
    expect((await read('d/key:01999')).text).toBe('value 1999')
    expect((await read('d/key:00007')).text).toHaveLength(20_007)
    execFileSync('mdb_load', ['-s', 'inner', path], { input: dump.replace('type=btree', 'database=inner\ntype=btree') })
    const named = await importFrom(started.api, { kind: 'lmdb', path, table: 'inner', prefix: 'i/' })
    expect(named.result).toMatchObject({ imported: 2000 })
  })
})
