import { join } from 'node:path'
import { expect, test } from 'vitest'
import { configOutput } from '../../../src/contract/index.ts'
import { describeEntries } from '../../../src/main/config/describe-settings.ts'
import { eachSetting } from '../../../src/main/config/settings-table.ts'
import { load } from './support.ts'

const secrets = `[cache.redis]
url = "rediss://edge:opensesame@cache.example:6380/2?password=opensesame"
[cache.redis.cluster]
nodes = ["redis://:opensesame@one:1", "redis://two:2"]
[backup.storage]
remote_url = "https://key:opensesame@s3.example/bucket"
remote_access_key = "opensesame"
remote_secret_key = "opensesame"
`

test('no secret is shown, and what surrounds it is', async () => {
  const { settings } = await load(secrets)
  const view = { entries: describeEntries(settings, settings) }
  expect(JSON.stringify(view)).not.toContain('opensesame')
  const shown = Object.fromEntries(view.entries.map(({ key, value }) => [key, value]))
  expect(shown['cache.redis.url']).toBe('rediss://•••@cache.example:6380/2?•••')
  expect(shown['cache.redis.cluster.nodes']).toEqual(['redis://•••@one:1', 'redis://two:2'])
  expect(shown['backup.storage.remote_url']).toBe('https://•••@s3.example/bucket')
  expect(shown['backup.storage.remote_secret_key']).toBe('•••')
})

test('every key is described, in the shape of the contract', async () => {
  const { settings } = await load('')
  const view = { entries: describeEntries(settings, settings) }
  expect(configOutput.pick({ entries: true }).parse(view)).toEqual(view)
  expect(view.entries).toHaveLength([...eachSetting()].length)
  expect(view.entries.every(({ description }) => /\.$/.test(description))).toBe(true)
})

test('only what differs from its default counts as changed', async () => {
  const { settings, dataFolder } = await load('backup.storage.path = "backups"\nlog.files = 9\njournal.path = "elsewhere"')
  const changed = describeEntries(settings, settings).filter((entry) => entry.changed)
  expect(changed.map(({ key, value }) => [key, value])).toEqual([
    ['journal.path', join(dataFolder, 'elsewhere')],
    ['log.files', 9],
  ])
})

test('every key of the specification is there', async () => {
  const keys = new Set([...eachSetting()].map(({ path }) => path.join('.')))
  const { settings } = await load('')
  expect(settings.database.lmdb.performance.prefetchSize).toBe(1024)
  for (const key of [
    'database.lmdb.snapshot_interval_sec',
    'cache.redis.performance.pipeline_batch_size',
    'storage.filesystem.cleanup.delete_empty_dirs',
    'backup.storage.remote_access_key',
    'backup.verification.sample_size_percent',
  ]) {
    expect(keys).toContain(key)
  }
})
