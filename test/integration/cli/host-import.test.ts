import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { open } from 'lmdb'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RedisServer } from '../../support/redis.ts'
import { holdfast, type RunningHost, startHost } from './command.ts'

let host: RunningHost
let redis: RedisServer

beforeAll(async () => {
  host = await startHost()
  redis = await RedisServer.start(['--requirepass', 'of-the-test'])
  await redis.client({ password: 'of-the-test' }).mset('a', '1', 'b', '2', 'c:1', 'not asked for')
})
afterAll(async () => {
  await host.stop()
  await redis.close()
})

test('a Redis is imported by its URL, the password from the environment', async () => {
  const imported = await host.command(['import', '--from', redis.url(), '--match', '?', '--prefix', 'old:'], {
    environment: { REDISCLI_AUTH: 'of-the-test' },
  })
  expect(imported.output.toString()).toBe('Imported 2 records\n')
  expect(imported.exit).toBe(0)
  expect((await host.command(['get', 'old:b'])).output.toString()).toBe('2')
  const refused = await host.command(['import', '--from', redis.url()])
  expect(refused.exit).toBe(4)
  expect(refused.errors).toContain('wants a password')
})

test('an LMDB folder is imported; what failed exits 1 and is named', async () => {
  const path = join(redis.folder, 'db')
  const db = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary' })
  await db.put(Buffer.from([0xff]), Buffer.from('of bytes'))
  await db.put(Buffer.from('text'), Buffer.from('of text'))
  await db.close()
  const outcome = await host.command(['import', '--from-lmdb', path])
  expect(outcome.output.toString()).toBe('Imported 1 record; 1 record failed\n')
  expect(outcome.errors).toContain('the key is not UTF-8')
  expect(outcome.exit).toBe(1)
  const dry = await host.command(['import', '--from-lmdb', path, '--dry-run', '--json'])
  expect(JSON.parse(dry.output.toString())).toMatchObject({ kind: 'import', result: { dryRun: true, imported: 1, failed: 1 } })
  await rm(path, { recursive: true })
})

test('a file is sent as it is and imported as a job; what failed is written to a file that can be mended', async () => {
  const table = join(redis.folder, 'table.csv')
  const failed = join(redis.folder, 'failed.csv')
  await writeFile(table, 'id,amount\n1,5\n2\n3,7\n')
  const outcome = await host.command(['import', table, '--job', '--key', 'row:{id}', '--failed', failed])
  expect(outcome.output.toString()).toBe('Imported 2 records; 1 record failed\n')
  expect(outcome.errors).toContain(failed)
  expect(outcome.exit).toBe(1)
  await writeFile(failed, (await readFile(failed, 'utf8')).replace(/,2(?=\n|$)/, ',2,6'))
  const mended = await host.command(['import', failed, '--job', '--key', 'row:{id}', '--json'])
  expect(JSON.parse(mended.output.toString())).toMatchObject({ subject: 'failed.csv', result: { imported: 1, failed: 0 } })
  expect((await host.command(['get', 'row:2'])).output.toString()).toBe('{"id":2,"amount":6}')
})

test('wrong usage is said before anything is asked for', async () => {
  for (const argv of [
    ['import'],
    ['import', 'file.csv', '--from', 'redis://x'],
    ['import', '--from', 'redis://x', '--from-lmdb', '/x'],
    ['import', '--from', 'http://x'],
    ['import', 'file.csv', '--table', 't'],
    ['import', 'file.csv', '--failed', 'f'],
  ])
    expect((await holdfast(argv)).exit, argv.join(' ')).toBe(2)
})

test('records are exported as a table, as JSON and as an LMDB folder', async () => {
  const lines = '{"key":"x:1","value":{"n":1,"t":"a, b"}}\n{"key":"x:2","value":{"n":2}}\n'
  await host.command(['import', '-'], { input: lines })
  const csv = await host.command(['export', '--prefix', 'x:', '--format', 'csv'])
  expect(csv.output.toString()).toBe('\ufeffkey,n,t\r\nx:1,1,"a, b"\r\nx:2,2,\r\n')
  const json = await host.command(['export', '--prefix', 'x:', '--format', 'json'])
  expect(JSON.parse(json.output.toString())).toMatchObject([{ key: 'x:1', value: { n: 1 } }, { key: 'x:2' }])
  const path = join(redis.folder, 'copy')
  const copied = await host.command(['export', '--prefix', 'x:', '--lmdb', path, '--lmdb-format', 'node'])
  expect(copied.output.toString()).toBe(`Copied 2 records to ${path}\n`)
  const db = open<Buffer, Buffer>({ path, encoding: 'binary', keyEncoding: 'binary', readOnly: true })
  expect(db.get(Buffer.from('x:2'))?.toString()).toBe('{"n":2}')
  await db.close()
  expect((await host.command(['export', '--format', 'xml'])).exit).toBe(2)
  expect((await host.command(['export', '--lmdb', path])).exit).toBe(4)
})
