import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RunningHost, startHost } from './command.ts'

let host: RunningHost
let file: string

beforeAll(async () => {
  host = await startHost()
  file = join(host.dataFolder, 'holdfast.toml')
})
afterAll(async () => {
  expect(await host.stop()).toBe(0)
})

async function run(...argv: string[]) {
  const { exit, output, errors } = await host.command(argv)
  return { exit, output: output.toString(), errors }
}

test('a setting is read, set, unset and undone from the command line', async () => {
  expect(await run('config', 'get', 'log.level')).toMatchObject({ exit: 0, output: 'info\n' })
  expect(await run('config', 'set', 'log.level', 'debug')).toMatchObject({
    exit: 0,
    output: 'log.level changed: info → debug, in effect now\n',
  })
  expect(await readFile(file, 'utf8')).toContain('level = "debug"')
  expect((await run('config', 'unset', 'log.level')).output).toContain('debug → info')
  expect((await run('config', 'undo')).output).toContain('info → debug')
  expect((await run('config', 'get', '--json')).output).toContain('"key":"log.level","value":"debug"')
})

test('what needs a restart says so, in the list too', async () => {
  expect((await run('config', 'set', 'journal.segment_mb', '64')).output).toContain('in effect after a restart')
  expect(await run('config', 'get', 'journal.segment_mb')).toMatchObject({
    output: '64\n',
    errors: expect.stringContaining('In effect: 32'),
  })
  expect((await run('config', 'get')).output).toContain('journal.segment_mb\t64\tafter a restart; in effect: 32\n')
})

test('lists, switches and addresses are set as they are typed', async () => {
  await run('config', 'set', 'storage.filesystem.allowed_extensions', 'txt, tar.gz')
  await run('config', 'set', 'backup.enabled', 'false')
  const text = await readFile(file, 'utf8')
  expect(text).toContain('allowed_extensions = ["txt", "tar.gz"]')
  expect(text).toContain('enabled = false')
})

test('a mistake exits 2 and a conflict 4; neither changes the file', async () => {
  const before = await readFile(file, 'utf8')
  expect(await run('config', 'set', 'log.files', 'many')).toMatchObject({
    exit: 2,
    errors: 'holdfast: log.files: expected a whole number of files from 1 to 100, found the text "many"\n',
  })
  expect((await run('config', 'get', 'log.levle')).exit).toBe(3)
  expect((await run('config', 'set', 'log.files', '7', '--dry-run')).output).toContain('would change')
  expect(await readFile(file, 'utf8')).toBe(before)
  await writeFile(file, `${before}# by hand\n`)
  expect((await run('config', 'undo')).exit).toBe(4)
})
