import { describe, expect, test } from 'vitest'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { load, mistakesOf } from './support.ts'

test('all mistakes of a file are reported at once, each with its line', async () => {
  const content = `[databse.lmdb]
path = 1
[database.lmdb]
cache_size = 3
cache_size_mb = "512"
flush_every_ms = -1
performance.batch_size = 1.5
[cache]
redis = { url = "http://host", conection_pool_size = 3 }
[backup]
schedule = "99 2 * * *"
foo bar
[server]
http = "0.0.0.0:80"
[log]
level = "loud"
level = "info"
`
  expect((await mistakesOf(content)).map((line) => line.split(': ').slice(0, 2).join(': '))).toEqual([
    '1: databse',
    '4: database.lmdb.cache_size',
    '5: database.lmdb.cache_size_mb',
    '6: database.lmdb.flush_every_ms',
    '7: database.lmdb.performance.batch_size',
    '9: cache.redis.url',
    '9: cache.redis.conection_pool_size',
    '11: backup.schedule',
    '12: backup.foo',
    '14: server.http',
    '16: log.level',
    '17: log.level',
  ])
})

test('the failure carries the mistakes for programs too', async () => {
  const error = await load('[log]\nfiles = true').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HoldfastError)
  expect((error as HoldfastError).details?.mistakes).toEqual([
    { line: 2, key: 'log.files', expected: 'expected a whole number of files from 1 to 100, found true' },
  ])
})

test('there is an end to how many are reported', async () => {
  const lines = await mistakesOf(Array.from({ length: 300 }, (_, index) => `k${index} = 1`).join('\n'))
  expect(lines).toHaveLength(201)
  expect(lines.at(-1)).toContain('and 100 more')
})

describe('values', () => {
  const cases: [string, string][] = [
    ['limits.max_value_mb = 0', '1: limits.max_value_mb: expected a whole number of MB from 1 to 16, found 0'],
    ['limits.max_value_mb = 17', '1: limits.max_value_mb: expected a whole number of MB from 1 to 16, found 17'],
    ['limits.max_value_mb = 1.0', '1: limits.max_value_mb: expected a whole number of MB from 1 to 16, found the fraction 1.0'],
    [
      'limits.max_value_mb = 99999999999999999999',
      '1: limits.max_value_mb: expected a whole number of MB from 1 to 16, found 99999999999999999999',
    ],
    ['backup.enabled = "yes"', '1: backup.enabled: expected true or false, found the text "yes"'],
    ['backup.enabled = 1979-05-27', '1: backup.enabled: expected true or false, found a date or time'],
    ['log.level = "INFO"', '1: log.level: expected one of "debug", "info", "warn", "error", found the text "INFO"'],
    [
      'backup.verification.checksum_algorithm = "MD5"',
      '1: backup.verification.checksum_algorithm: expected "SHA256", found the text "MD5"',
    ],
    ['journal.path = ""', '1: journal.path: expected a path; a relative one is below the data folder, found the text ""'],
    ['journal.path = "~/journal"', '1: journal.path: expected the path in full: "~" is not replaced by the home folder here'],
    [
      'server.http = "127.0.0.1:70000"',
      '1: server.http: expected a loopback address like "127.0.0.1:7450" (port 0: any free one), or "off", found the text "127.0.0.1:70000"',
    ],
    [
      'server.http = 7450',
      '1: server.http: expected a loopback address like "127.0.0.1:7450" (port 0: any free one), or "off", found 7450',
    ],
    [
      'storage.filesystem.allowed_extensions = "txt"',
      '1: storage.filesystem.allowed_extensions: expected a list of at most 1000, each an extension without its dot, like "txt", found the text "txt"',
    ],
  ]
  test.each(cases)('%s is refused with what was expected', async (content, expected) => {
    expect(await mistakesOf(content)).toEqual([expected])
  })

  test('a wrong item of a list is named with its own line', async () => {
    const content = 'storage.filesystem.allowed_extensions = [\n  "txt",\n  ".json",\n]'
    expect(await mistakesOf(content)).toEqual([
      '3: storage.filesystem.allowed_extensions: expected an extension without its dot, like "txt", found the text ".json"',
    ])
  })

  test('every wrong item of a list is named', async () => {
    const content = 'cache.redis.cluster.nodes = [\n  "http://a",\n  "redis://b",\n  3,\n]\nlog.files = 0'
    expect(await mistakesOf(content)).toEqual([
      '2: cache.redis.cluster.nodes: expected a redis:// or rediss:// URL',
      '4: cache.redis.cluster.nodes: expected a redis:// or rediss:// URL',
      '6: log.files: expected a whole number of files from 1 to 100, found 0',
    ])
  })

  test.each(['redis://host ', ' redis://host', 'redis://ho\tst'])('%j is no address', async (url) => {
    expect(await mistakesOf(`cache.redis.url = ${JSON.stringify(url)}`)).toHaveLength(1)
  })

  test.each(['0 2 31 2 *', '2030-01-01T02:00:00', '2030-01-01', '0\n2 * * *'])(
    '%j never comes again, or is no schedule',
    async (schedule) => {
      expect(await mistakesOf(`backup.schedule = ${JSON.stringify(schedule)}`)).toHaveLength(1)
    },
  )

  test.each(['* * * *', '60 * * * *', '0 25 * * *', 'tomorrow', '', '0 2 * * MOON'])('%j is no schedule', async (schedule) => {
    expect(await mistakesOf(`backup.schedule = ${JSON.stringify(schedule)}`)).toEqual([
      expect.stringContaining('expected a cron schedule like "0 2 * * *"'),
    ])
  })

  test.each(['0 2 * * *', '0 2 29 2 *', '*/15 * * * *', '0 0 1 JAN MON-FRI', '30 0 2 * * *'])('%j is a schedule', async (schedule) => {
    expect(await mistakesOf(`backup.schedule = ${JSON.stringify(schedule)}`)).toEqual([])
  })

  test.each(['off', '127.0.0.1:0', '127.0.0.2:7450', '[::1]:7450', 'localhost:80'])('%j is an address', async (address) => {
    expect((await load(`server.http = "${address}"`)).settings.server.http).toBe(address)
  })

  test('a secret is not repeated in the message about it', async () => {
    const lines = await mistakesOf(
      'cache.redis.url = "http://user:opensesame@host"\ncache.redis.cluster.nodes = ["amqp://:opensesame@host"]',
    )
    expect(lines).toHaveLength(2)
    expect(lines.join()).not.toContain('opensesame')
  })
})

describe('names', () => {
  test.each([
    ['[database.lmdb]\nflush_evry_ms = 1', '2: database.lmdb.flush_evry_ms: unknown key; did you mean database.lmdb.flush_every_ms?'],
    ['[database.sled]\ncompresion = true', '2: database.sled.compresion: unknown key; did you mean database.sled.compression?'],
    ['[backups]\nenabled = true', '1: backups: unknown table; did you mean backup?'],
    ['[backup]\nretention = 3', '2: backup.retention: unknown key; did you mean backup.retention_days?'],
    ['[backup]\nremote_url = ""', '2: backup.remote_url: unknown key here; did you mean backup.storage.remote_url?'],
    ['[redis]\nurl = ""', '1: redis: unknown table here; did you mean cache.redis?'],
    ['[log]\nzzz = 1', '2: log.zzz: unknown key; expected one of level, max_file_mb, files'],
    ['[backup.schedule]\nat = 2', expect.stringMatching(/^1: backup\.schedule: expected a cron schedule.* found a table$/)],
    ['backup.schedule.at = 2', expect.stringMatching(/^1: backup\.schedule: expected a cron schedule.* found a table$/)],
    ['backup = 3', '1: backup: expected a table, found a value'],
    [
      '[[backup.storage]]\npath = 3',
      '1: backup.storage: expected a table, found a list of tables: write [backup.storage] with single brackets',
    ],
    ['"\\u001b[31m" = 1', expect.stringContaining('1: "\\u001b[31m": unknown key')],
  ])('%j', async (content, expected) => {
    expect(await mistakesOf(content)).toEqual([expected])
  })

  test.each(['__proto__', 'constructor', 'toString'])('%s is only an unknown name', async (name) => {
    expect(await mistakesOf(`[${name}]\nx = 1`)).toEqual([expect.stringContaining(`1: ${name}: unknown table`)])
    expect(await mistakesOf(`[backup]\n${name} = 1`)).toEqual([expect.stringContaining(`2: backup.${name}: unknown key`)])
  })

  test('sled and lmdb together are a mistake, named at the later of the two', async () => {
    const expected = 'expected only one of [database.lmdb] and [database.sled]: they are the same table; the other is in line 1'
    expect(await mistakesOf('[database.sled]\npath = "a"\n[database.lmdb]\npath = "b"')).toEqual([`3: database.lmdb: ${expected}`])
    expect(await mistakesOf('[database.lmdb]\npath = "b"\n[database.sled.performance]\nbatch_size = 1')).toEqual(
      [`3: database.sled.performance: ${expected}`].map((line) => line.replace('.performance', '')),
    )
  })
})

describe('syntax', () => {
  test('a line that is no TOML is named, and the rest is judged all the same', async () => {
    expect(await mistakesOf('[log]\nlevel info\nfiles = 0\n[limits]\nmax_value_mb = = 3\n')).toEqual([
      expect.stringContaining('2: log.level: expected valid TOML: '),
      '3: log.files: expected a whole number of files from 1 to 100, found 0',
      expect.stringContaining('5: limits.max_value_mb: expected valid TOML: '),
    ])
  })

  test('a key without a value is named at its own line', async () => {
    expect(await mistakesOf('[log]\nlevel\n\n# a remark\nfiles = 3')).toEqual([expect.stringContaining('2: log.level: ')])
  })

  test('a key that is set twice is named at the second place', async () => {
    expect(await mistakesOf('[log]\nfiles = 3\nfiles = 4')).toEqual(['3: log.files: expected once, but it is set more than once'])
  })

  test('a table that begins twice is named at the second place', async () => {
    expect(await mistakesOf('[log]\nfiles = 3\n[log]\nlevel = "info"')).toEqual(['3: log: expected once, but it is set more than once'])
  })

  test('what stands in a table or under a key that comes twice is judged all the same', async () => {
    const content =
      'log = { files = 3, files = 0 }\nbackup.enabled = 1\n[backup]\nretention_days = 0\n[limits]\nmax_value_mb = 99\n[backup]\nx = 1'
    expect(await mistakesOf(content)).toEqual([
      '1: log: expected once, but it is set more than once',
      '1: log.files: expected a whole number of files from 1 to 100, found 0',
      '2: backup.enabled: expected true or false, found 1',
      '3: backup: expected once, but it is set more than once',
      '4: backup.retention_days: expected a whole number of days from 1 to 36500, found 0',
      '6: limits.max_value_mb: expected a whole number of MB from 1 to 16, found 99',
      '7: backup: expected once, but it is set more than once',
      expect.stringContaining('8: backup.x: unknown key'),
    ])
  })

  test('a header that is not whole takes only its own table with it', async () => {
    expect(await mistakesOf('[journal]\nsegment_mb = 0\n[lo g]\nfiles = 0\n[limits]\nmax_value_mb = 99')).toEqual([
      '2: journal.segment_mb: expected a whole number of MB from 1 to 1024, found 0',
      expect.stringContaining('3: lo: expected valid TOML: '),
      '6: limits.max_value_mb: expected a whole number of MB from 1 to 16, found 99',
    ])
  })

  test('where reading ends, what stands above is judged, and that the rest was not is said', async () => {
    expect(await mistakesOf('[log]\nfiles = 0\n[cache.redis.cluster]\nnodes = [\n  "redis://a",\n[limits]\nmax_value_mb = 99')).toEqual([
      '2: log.files: expected a whole number of files from 1 to 100, found 0',
      expect.stringMatching(/^6: limits: expected valid TOML: .*; what comes after it was not read$/),
    ])
    const many = await mistakesOf(`[log]\n${'x = = 1\n'.repeat(30)}`)
    expect(many).toHaveLength(20)
    expect(many.at(-1)).toMatch(/^21: log\.x: .*; what comes after it was not read$/)
  })

  test.each([
    ['level = info', 'a text stands in quotes'],
    ['level: "info"', '"=" stands between a key and its value'],
    ['level = False', 'true and false are written in small letters'],
    ['level = "C:\\data"', 'a text with backslashes stands in single quotes'],
    ['files = [3, four]', 'unexpected character'],
    ['; a remark', 'a remark begins with #'],
    ['// a remark', 'a remark begins with #'],
  ])('%j is answered with what TOML wants, and the rest is judged', async (line, wanted) => {
    expect(await mistakesOf(`[log]\n${line}\nfiles = 0`)).toEqual([
      expect.stringMatching(new RegExp(`^2: .*[;:] ${wanted}$`)),
      '3: log.files: expected a whole number of files from 1 to 100, found 0',
    ])
  })

  test('an unfinished list is one mistake, and nothing is guessed behind it', async () => {
    expect(await mistakesOf('[cache.redis.cluster]\nnodes = [\n  "redis://a",\n[log]\nlevel = "loud"')).toHaveLength(1)
  })

  test('an unfinished header is named at its own line', async () => {
    expect(await mistakesOf('[log\nfiles = 3')).toEqual([expect.stringContaining('1: log: ')])
  })

  test('absurd nesting is a mistake and not a crash', async () => {
    expect(await mistakesOf(`x = ${'['.repeat(20_000)}`)).toHaveLength(1)
  })
})

describe('settings together', () => {
  test.each([
    [
      'database.lmdb.path = "x"\njournal.path = "x"',
      '2: journal.path: expected a folder of its own: database.lmdb.path and journal.path lie in one another',
    ],
    [
      'backup.storage.path = "db/backups"',
      '1: backup.storage.path: expected a folder of its own: database.lmdb.path and backup.storage.path lie in one another',
    ],
    [
      'database.sled.path = "backups/.."',
      '1: database.sled.path: expected a folder of its own, not the data folder or one that contains it',
    ],
    ['journal.path = "undo"', '1: journal.path: expected a folder of its own: "undo" of the data folder is taken by Holdfast itself'],
    ['backup.storage.path = "./token"', expect.stringContaining('"token" of the data folder is taken by Holdfast itself')],
    [
      'database.lmdb.path = "logs/db"',
      '1: database.lmdb.path: expected a folder of its own: "logs" of the data folder is taken by Holdfast itself',
    ],
    [
      'cache.redis.cluster.enabled = true',
      '1: cache.redis.cluster.enabled: expected at least one node in cache.redis.cluster.nodes while the cluster is enabled',
    ],
    [
      'backup.storage.type = "s3"',
      '1: backup.storage.type: expected the address of the bucket in backup.storage.remote_url while the type is "s3"',
    ],
  ])('%j', async (content, expected) => {
    expect(await mistakesOf(content)).toContainEqual(expected)
  })

  test('a folder whose name begins with two dots lies where it lies', async () => {
    expect(await mistakesOf('database.lmdb.path = "data"\nbackup.storage.path = "data/..old"')).toHaveLength(1)
  })

  test('a setting with a mistake of its own is not blamed a second time', async () => {
    expect(await mistakesOf('[cache.redis.cluster]\nenabled = true\nnodes = ["http://one"]')).toHaveLength(1)
    expect(await mistakesOf('[cache.redis.cluster]\nenabled = true\nnodes = redis')).toHaveLength(1)
    expect(await mistakesOf('[backup.storage]\ntype = "s3"\n[log]\nfiles = [\n[backup]\nstorage.remote_url = "https://one"')).toHaveLength(
      1,
    )
  })
})
