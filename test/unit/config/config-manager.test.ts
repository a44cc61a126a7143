import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { configChangeOutput } from '../../../src/contract/index.ts'
import { systemClock } from '../../../src/main/base/clock.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { ConfigManager, loadSettings, UndoNotes } from '../../../src/main/config/index.ts'
import { temporaryFolder } from './support.ts'
import { validChanges } from './toml-files.ts'

interface Opened {
  config: ConfigManager
  file: string
  folder: string
  text(): Promise<string>
  announced: string[][]
}

/** A manager over a real file, as the host opens it. `text` undefined: there is no file. */
async function openOn(text?: string | Uint8Array): Promise<Opened> {
  const folder = await temporaryFolder()
  const file = join(folder, 'holdfast.toml')
  if (text !== undefined) await writeFile(file, text)
  return reopen(folder)
}

async function reopen(folder: string): Promise<Opened> {
  const file = join(folder, 'holdfast.toml')
  const config = new ConfigManager({
    path: file,
    dataFolder: folder,
    loaded: await loadSettings({ file: null, dataFolder: folder }),
    undoNotes: new UndoNotes(join(folder, 'config-undo.json'), silentLog),
    clock: systemClock,
    log: silentLog,
  })
  const announced: string[][] = []
  config.onChanged(({ changes }) => announced.push(changes.map(({ key }) => key)))
  return { config, file, folder, text: () => readFile(file, 'utf8'), announced }
}

const patch = ({ config }: Opened, changes: Record<string, unknown>, more: { ifVersion?: string; dryRun?: boolean } = {}) =>
  config.patch({ changes, dryRun: false, ...more })
const entryOf = async ({ config }: Opened, key: string) => (await config.view()).entries.find((entry) => entry.key === key)

const original = `# kept
[log] # the log
level = "info" # usual
files = 0x05

[journal]
segment_mb = 32
`

describe('a change', () => {
  test('is in the file and, where the host can take it, in the host; the rest waits for a restart', async () => {
    const opened = await openOn(original)
    const report = await patch(opened, { 'log.level': 'debug', 'journal.segment_mb': 64 })
    expect(configChangeOutput.parse(report)).toEqual(report)
    expect(report.changes).toEqual([
      { key: 'journal.segment_mb', from: 32, to: 64, applies: 'restart' },
      { key: 'log.level', from: 'info', to: 'debug', applies: 'now' },
    ])
    expect(await opened.text()).toBe(original.replace('"info"', '"debug"').replace('segment_mb = 32', 'segment_mb = 64'))
    expect(opened.config.running.log.level).toBe('debug')
    expect(opened.config.running.journal.segmentMb).toBe(32)
    expect(await entryOf(opened, 'journal.segment_mb')).toMatchObject({ value: 32, stored: 64, needsRestart: true })
    expect(await entryOf(opened, 'log.level')).toMatchObject({ value: 'debug', stored: 'debug', needsRestart: false })
    expect(await opened.config.notices()).toMatchObject([{ code: 'restart_pending', text: expect.stringContaining('journal.segment_mb') }])
    expect(opened.announced).toEqual([['journal.segment_mb', 'log.level']])
  })

  test('makes the file when there is none, with a word on what it is', async () => {
    const opened = await openOn()
    await patch(opened, { 'limits.max_value_mb': 4 })
    expect(await opened.text()).toMatch(/^# .+\n\n\[limits\]\nmax_value_mb = 4\n$/)
    expect(await patch(await openOn(), { 'log.level': null })).toMatchObject({ file: null, changes: [] })
  })

  test('to the default takes the key out of the file, and leaves its comment', async () => {
    const opened = await openOn(original)
    await patch(opened, { 'log.level': null })
    expect(await opened.text()).toBe(original.replace('level = "info" # usual', '# usual'))
    expect((await entryOf(opened, 'log.level'))?.changed).toBe(false)
  })

  test('that only checks changes nothing', async () => {
    const opened = await openOn(original)
    expect((await patch(opened, { 'log.files': 7 }, { dryRun: true })).changes).toMatchObject([{ key: 'log.files', from: 5, to: 7 }])
    expect(await opened.text()).toBe(original)
    expect(opened.announced).toEqual([])
  })

  test('of a table that is written as [database.sled] goes there', async () => {
    const opened = await openOn('[database.sled]\ncache_size_mb = 8\n')
    await patch(opened, { 'database.lmdb.flush_every_ms': 5, 'database.lmdb.performance.batch_size': 9 })
    expect(await opened.text()).toBe(
      '[database.sled]\ncache_size_mb = 8\nflush_every_ms = 5\n\n[database.sled.performance]\nbatch_size = 9\n',
    )
  })

  test('puts right by itself what somebody broke by hand meanwhile, and nothing else does', async () => {
    const opened = await openOn(original)
    await writeFile(opened.file, original.replace('"info"', '"loud"'))
    expect((await opened.config.view()).mistakes).toMatchObject([{ line: 3, key: 'log.level' }])
    await expect(patch(opened, { 'log.files': 7 })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining(':3: log.level'),
    })
    await patch(opened, { 'log.level': 'warn' })
    expect(await opened.text()).toBe(original.replace('"info"', '"warn"'))
  })

  test('keeps the permissions of the file, and follows a link', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'etc'))
    const target = join(folder, 'etc', 'real.toml')
    await writeFile(target, original)
    await chmod(target, 0o640)
    await symlink(target, join(folder, 'holdfast.toml'))
    await patch(await reopen(folder), { 'log.files': 9 })
    expect((await stat(target)).mode & 0o777).toBe(0o640)
    expect(await readFile(target, 'utf8')).toContain('files = 9')
  })
})

describe('nothing is changed', () => {
  test('by any input of which a part is wrong', async () => {
    const opened = await openOn(original)
    const wrongKey = fc.string({ maxLength: 20 }).map((name) => `log.${name}.x`)
    const wrong = fc.oneof(
      fc.tuple(wrongKey, fc.jsonValue()),
      fc.tuple(
        fc.constant('log.files'),
        fc.oneof(fc.constant(0), fc.double({ min: 101 }), fc.string(), fc.array(fc.anything({ maxDepth: 1 }))),
      ),
      fc.tuple(fc.constant('log.level'), fc.oneof(fc.integer(), fc.string({ maxLength: 3 }), fc.boolean(), fc.object())),
      fc.tuple(fc.constantFrom('log', 'database.lmdb.path', 'journal.path', '', 'log.'), fc.oneof(fc.constant(null), fc.string())),
    )
    await fc.assert(
      fc.asyncProperty(validChanges, wrong, async (right, [key, value]) => {
        await expect(patch(opened, { ...right, [key]: value })).rejects.toMatchObject({ code: 'config_invalid' })
        expect(await opened.text()).toBe(original)
      }),
    )
    expect(opened.announced).toEqual([])
  })

  test('and every mistake is answered by key, in the words of the check of a file', async () => {
    const opened = await openOn(original)
    const changes = { 'log.files': 0, 'log.levle': 'info', 'database.lmdb.path': '/elsewhere', 'cache.redis.url': 'redis://•••@host:1' }
    await expect(patch(opened, changes)).rejects.toMatchObject({
      details: {
        mistakes: [
          { key: 'log.files', expected: 'expected a whole number of files from 1 to 100, found 0' },
          { key: 'log.levle', expected: 'unknown key; did you mean log.level?' },
          { key: 'database.lmdb.path', expected: expect.stringContaining('stop Holdfast, move the folder') },
          { key: 'cache.redis.url', expected: expect.stringContaining('•••') },
        ],
      },
    })
  })

  test('when settings contradict each other', async () => {
    const opened = await openOn(original)
    await expect(patch(opened, { 'backup.storage.type': 's3' })).rejects.toMatchObject({
      code: 'config_invalid',
      details: { mistakes: [{ key: 'backup.storage.type', expected: expect.stringContaining('remote_url') }] },
    })
    expect(await opened.text()).toBe(original)
  })

  test('when the file was edited since it was looked at: both values are told', async () => {
    const opened = await openOn(original)
    const { version } = await opened.config.view()
    await writeFile(opened.file, original.replace('0x05', '6'))
    await expect(patch(opened, { 'log.files': 7 }, { ifVersion: version })).rejects.toMatchObject({
      code: 'config_changed',
      details: { version: (await opened.config.view()).version, entries: [{ key: 'log.files', stored: 6 }] },
    })
    expect(await opened.text()).toBe(original.replace('0x05', '6'))
  })

  test('in a file that is read-only', async () => {
    const opened = await openOn(original)
    await chmod(opened.file, 0o444)
    await expect(patch(opened, { 'log.files': 7 })).rejects.toMatchObject({ code: 'config_not_writable' })
    expect(opened.config.running.log.files).toBe(5)
  })

  test('in a file that is not text', async () => {
    const opened = await openOn(original)
    await writeFile(opened.file, Buffer.from([0x23, 0xff, 0x0a]))
    await expect(patch(opened, { 'log.files': 7 })).rejects.toMatchObject({ code: 'config_invalid' })
    expect(await readFile(opened.file)).toEqual(Buffer.from([0x23, 0xff, 0x0a]))
  })
})

test('secrets can be set, and are told by nothing', async () => {
  const opened = await openOn(original)
  const report = await patch(opened, { 'backup.storage.remote_secret_key': 'opensesame', 'cache.redis.url': 'redis://:opensesame@host:1' })
  expect(await opened.text()).toContain('remote_secret_key = "opensesame"')
  expect(JSON.stringify(report)).not.toContain('opensesame')
  const refusal: unknown = await patch(opened, { 'cache.redis.url': 'http://:opensesame@host' }).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ code: 'config_invalid' })
  expect(`${refusal} ${JSON.stringify(refusal)}`).not.toContain('opensesame')
})

describe('undo', () => {
  test('brings back every byte, in the host too, and can be undone itself', async () => {
    const opened = await openOn(original)
    await patch(opened, { 'log.level': 'debug', 'log.files': null })
    const changed = await opened.text()
    expect((await opened.config.view()).undo).toMatchObject({ keys: ['log.level'], undoesUndo: false })
    expect((await opened.config.undo()).changes).toMatchObject([{ key: 'log.level', from: 'debug', to: 'info' }])
    expect(await opened.text()).toBe(original)
    expect(opened.config.running.log.level).toBe('info')
    expect((await opened.config.undo()).undo?.undoesUndo).toBe(false)
    expect(await opened.text()).toBe(changed)
  })

  test('outlives a restart, and takes away a file that was not there', async () => {
    const { folder, ...first } = await openOn()
    await patch({ folder, ...first }, { 'log.files': 7 })
    const again = await reopen(folder)
    expect(await again.config.undo()).toMatchObject({ file: null })
    await expect(again.text()).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('refuses when the file was edited since', async () => {
    const opened = await openOn(original)
    await patch(opened, { 'log.files': 7 })
    const edited = `${await opened.text()}# by hand\n`
    await writeFile(opened.file, edited)
    expect((await opened.config.view()).undo).toBe(null)
    await expect(opened.config.undo()).rejects.toMatchObject({ code: 'config_changed', message: expect.stringContaining('log.files') })
    expect(await opened.text()).toBe(edited)
  })

  test('has nothing to do before a change, and after a crash in which none was made', async () => {
    const opened = await openOn(original)
    await expect(opened.config.undo()).rejects.toMatchObject({ code: 'nothing_to_undo' })
    await patch(opened, { 'log.files': 7 })
    // As if the host had been killed between the note and the file.
    await writeFile(opened.file, original)
    await expect(opened.config.undo()).rejects.toMatchObject({ code: 'nothing_to_undo' })
    expect(await opened.text()).toBe(original)
  })
})

test('changes that are asked for at once are made one after the other, and none is lost', async () => {
  const opened = await openOn(original)
  await Promise.all(
    Array.from({ length: 8 }, (_, index) => patch(opened, index % 2 === 0 ? { 'log.files': index + 1 } : { 'log.max_file_mb': index })),
  )
  expect(await opened.text()).toContain('files = 7')
  expect(await opened.text()).toContain('max_file_mb = 7')
})
