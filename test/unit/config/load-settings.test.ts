import { execFileSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadSettings } from '../../../src/main/config/index.ts'
import { load, mistakesOf, temporaryFolder } from './support.ts'

const specification = await readFile(new URL('../../fixtures/config/specification.toml', import.meta.url), 'utf8')

describe('the example file of the specification', () => {
  test('is accepted unchanged', async () => {
    const { settings, dataFolder } = await load(specification)
    expect(settings.database.lmdb).toEqual({
      path: join(dataFolder, 'data/db'),
      cacheSizeMb: 512,
      compression: true,
      flushEveryMs: 1000,
      snapshotIntervalSec: 3600,
      performance: { maxReadThreads: 4, maxWriteThreads: 2, batchSize: 1000, prefetchSize: 1024 },
    })
    expect(settings.backup).toMatchObject({ schedule: '0 2 * * *', compressionLevel: 6, encryptionEnabled: true })
    expect(settings.cache.redis.cluster.nodes).toEqual(['redis://node1:6379', 'redis://node2:6379'])
    expect(settings.storage.filesystem).toMatchObject({
      basePath: join(dataFolder, 'storage'),
      allowedExtensions: ['txt', 'json', 'bin', 'log'],
    })
  })

  test('is told which of its keys are not in effect yet, and with what they arrive', async () => {
    const { notices } = await load(specification)
    const later = notices.filter(({ code }) => code === 'setting_not_in_effect').map(({ text }) => text)
    expect(later).toContain('Not in effect yet, arrives with scheduled backups: backup.enabled, backup.schedule.')
    expect(later.join('\n')).toContain('database.sled.snapshot_interval_sec')
    expect(later.join('\n')).not.toMatch(
      /flush_every_ms|cache_size_mb|sled\.compression|max_write_threads|compression_level|backup\.storage\.path/,
    )
    expect(notices.map(({ code }) => code)).toEqual(expect.arrayContaining(['sled_read_as_lmdb', 'backup_encryption_unavailable']))
  })
})

describe('without mistakes', () => {
  test('no file at all means defaults, and no notices', async () => {
    const dataFolder = await temporaryFolder()
    const { settings, notices, file } = await loadSettings({ file: null, dataFolder })
    expect(file).toBeNull()
    expect(notices).toEqual([])
    expect(settings.database.lmdb).toMatchObject({ path: join(dataFolder, 'db'), flushEveryMs: 0 })
    expect(settings.server).toEqual({ http: null, socket: join(dataFolder, 'run/holdfast.sock') })
    expect(settings.backup.encryptionEnabled).toBe(false)
  })

  test('the data folder’s holdfast.toml is read when no other is named', async () => {
    const dataFolder = await temporaryFolder()
    await writeFile(join(dataFolder, 'holdfast.toml'), 'limits.max_value_mb = 3\n')
    const { settings, file } = await loadSettings({ file: null, dataFolder })
    expect(settings.limits.maxValueMb).toBe(3)
    expect(file).toBe(join(dataFolder, 'holdfast.toml'))
  })

  test('headers, dotted keys and inline tables all set the same key', async () => {
    for (const content of [
      '[backup.storage]\npath = "elsewhere"',
      'backup.storage.path = "elsewhere"',
      '[backup]\nstorage = { path = "elsewhere" }',
      'backup = { storage.path = "elsewhere" }',
      '["backup"."storage"]\n"path" = \'elsewhere\'',
    ]) {
      const { settings, dataFolder } = await load(content)
      expect(settings.backup.storage.path).toBe(join(dataFolder, 'elsewhere'))
    }
  })

  test('an absolute path stays as it is', async () => {
    expect((await load('journal.path = "/mnt/fast/journal"')).settings.journal.path).toBe('/mnt/fast/journal')
  })

  test('a byte-order mark and Windows line ends are read over', async () => {
    expect((await load('\ufeff[limits]\r\nmax_value_mb = 2\r\n')).settings.limits.maxValueMb).toBe(2)
  })

  test('numbers may be written as TOML allows', async () => {
    expect((await load('limits.max_connections = 0x1_0')).settings.limits.maxConnections).toBe(16)
  })

  test('settings cannot be changed by those who read them', async () => {
    const { settings } = await load('')
    expect(() => Object.assign(settings.backup.storage, { path: '/' })).toThrow(TypeError)
  })

  test('a key that only says its default is spoken of too when it is not in effect', async () => {
    const { notices } = await load('[backup]\nretention_days = 30')
    expect(notices).toEqual([
      { code: 'setting_not_in_effect', text: 'Not in effect yet, arrives with retention of backups: backup.retention_days.' },
    ])
  })

  test('a bucket as destination starts with a notice that backups are refused', async () => {
    const { notices } = await load('[backup.storage]\ntype = "s3"\nremote_url = "https://s3.example/bucket"')
    expect(notices[0]).toMatchObject({ code: 'backup_destination_unavailable' })
  })
})

describe('a file that cannot be read', () => {
  test('a named file that is not there is a mistake', async () => {
    const dataFolder = await temporaryFolder()
    await expect(loadSettings({ file: join(dataFolder, 'other.toml'), dataFolder })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('there is no such file'),
    })
  })

  test('a folder in its place is a mistake', async () => {
    const dataFolder = await temporaryFolder()
    await mkdir(join(dataFolder, 'holdfast.toml'))
    await expect(loadSettings({ file: null, dataFolder })).rejects.toMatchObject({ code: 'config_invalid' })
  })

  test.skipIf(process.platform === 'win32')('a named pipe in its place is a mistake, and not waited for', async () => {
    const dataFolder = await temporaryFolder()
    execFileSync('mkfifo', [join(dataFolder, 'holdfast.toml')])
    await expect(loadSettings({ file: null, dataFolder })).rejects.toMatchObject({ code: 'config_invalid' })
  })

  test.skipIf(process.getuid?.() === 0)('a file that this user may not read is a mistake', async () => {
    const dataFolder = await temporaryFolder()
    await writeFile(join(dataFolder, 'holdfast.toml'), '')
    await chmod(join(dataFolder, 'holdfast.toml'), 0o000)
    await expect(loadSettings({ file: null, dataFolder })).rejects.toMatchObject({ code: 'config_invalid' })
  })

  test('more than a mebibyte is not read', async () => {
    expect((await mistakesOf(`#${' '.repeat(1024 * 1024)}`))[0]).toContain('at most 1048576 are expected')
  })

  test('bytes that are not UTF-8 are named with their lines', async () => {
    const content = Buffer.concat([Buffer.from('[log]\nlevel = "info" # caf'), Buffer.from([0xe9]), Buffer.from('\nfiles = 3\n')])
    expect(await mistakesOf(content)).toEqual(['2: TOML: expected UTF-8 text'])
  })
})
