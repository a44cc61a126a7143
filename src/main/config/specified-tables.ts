import { Cron } from 'croner'
import { movedByHand, oneOf, path, table, text, textList, trueOrFalse, wholeNumber } from './setting.ts'

const largeSizeMb = 1024 * 1024

function isUrl(value: string, protocols: readonly string[]): boolean {
  // A URL is read without the spaces around it; other programs would take them as a part of it.
  const url = URL.canParse(value) && !/\s/.test(value) ? new URL(value) : undefined
  return url !== undefined && protocols.includes(url.protocol) && url.hostname !== ''
}

const isRedisUrl = (value: string): boolean => isUrl(value, ['redis:', 'rediss:'])

function isCron(value: string): boolean {
  // croner also takes a date, for one run, which is no schedule.
  if (value.length > 200 || /[\r\n]|^\s*\d{4}-/.test(value)) return false
  try {
    // Paused: only read, never run. The 31st of February has no next run.
    return new Cron(value, { paused: true, mode: '5-or-6-parts' }).nextRun() !== null
  } catch {
    return false
  }
}

const redisTier = 'the Redis tier of the cache'
const fileStore = 'the file store'
const schedule = 'scheduled backups'
const bucket = 'backups to an S3 bucket'
const verification = 'rotating verification of backups'

export const lmdbTable = table('The main database. `[database.sled]` is read as this table, so that an existing file works unchanged.', {
  path: path({
    default: 'db',
    description: 'The folder of the main database.',
    byHand: movedByHand('the database'),
  }),
  cache_size_mb: wholeNumber({
    default: 64,
    min: 0,
    max: largeSizeMb,
    unit: 'MB',
    appliesNow: true,
    description: 'The most memory that the memory tier of the cache uses; 0 switches it off.',
  }),
  compression: trueOrFalse({
    default: true,
    appliesNow: true,
    description:
      'Compress values in the database (zstd), each where that saves at least an eighth of it. Those that are there stay as they are.',
  }),
  flush_every_ms: wholeNumber({
    default: 0,
    min: 0,
    max: 60_000,
    unit: 'milliseconds',
    appliesNow: true,
    description:
      'How long an acknowledged write may wait for its sync to disk: 0 acknowledges only what survives power loss, more acknowledges once it survives a kill and syncs this often.',
  }),
  snapshot_interval_sec: wholeNumber({
    default: 3600,
    min: 1,
    max: 31_536_000,
    unit: 'seconds',
    description: 'How often the journal is archived, so that a restore can go to a point in time between backups.',
    arrivesWith: 'restores to a point in time',
  }),
  performance: table('How the main database works.', {
    max_read_threads: wholeNumber({
      default: 4,
      min: 1,
      max: 1024,
      description:
        'The most threads that open, search and write down records for exports and searches in values; a single read needs none.',
    }),
    max_write_threads: wholeNumber({
      default: 2,
      min: 1,
      max: 1024,
      description: 'The most threads that compress and encrypt values on their way into the database; LMDB itself has one writer.',
    }),
    batch_size: wholeNumber({
      default: 1000,
      min: 1,
      max: 1_000_000,
      unit: 'records',
      appliesNow: true,
      description: 'The most records that imports and bulk changes write in one transaction.',
    }),
    prefetch_size: wholeNumber({
      default: 1024,
      min: 0,
      max: 1_000_000,
      unit: 'records',
      appliesNow: true,
      description: 'How many records an export reads ahead at once; 0 reads one by one.',
    }),
  }),
})

export const redisTable = table(
  'A Redis server as a second tier of the cache. It is optional: when it cannot be reached, the start goes on.',
  {
    url: text({
      default: '',
      expected: 'a redis:// or rediss:// URL, or an empty text for no Redis',
      secret: 'credentials',
      isValid: (value) => value === '' || isRedisUrl(value),
      description: 'The address of the Redis server; empty: no Redis.',
      arrivesWith: redisTier,
    }),
    connection_pool_size: wholeNumber({
      default: 10,
      min: 1,
      max: 1000,
      description: 'How many connections are kept open.',
      arrivesWith: redisTier,
    }),
    key_prefix: text({
      default: 'holdfast:',
      expected: 'a text of at most 200 characters',
      isValid: (value) => value.length <= 200,
      description: 'What every key in Redis begins with.',
      arrivesWith: redisTier,
    }),
    default_ttl_seconds: wholeNumber({
      default: 3600,
      min: 1,
      max: 315_360_000,
      unit: 'seconds',
      description: 'How long a value stays in Redis when nothing else is said.',
      arrivesWith: redisTier,
    }),
    cluster: table('A Redis Cluster instead of one server.', {
      enabled: trueOrFalse({ default: false, description: 'Use the nodes below as one cluster.', arrivesWith: redisTier }),
      nodes: textList({
        default: [],
        maxItems: 1000,
        expected: 'a redis:// or rediss:// URL',
        secret: 'credentials',
        isValid: isRedisUrl,
        description: 'Some nodes of the cluster; the others are found through them.',
        arrivesWith: redisTier,
      }),
    }),
    performance: table('How Redis is talked to.', {
      pipeline_batch_size: wholeNumber({
        default: 50,
        min: 1,
        max: 100_000,
        unit: 'commands',
        description: 'The most commands that are sent together.',
        arrivesWith: redisTier,
      }),
      read_timeout_ms: wholeNumber({
        default: 5000,
        min: 1,
        max: 600_000,
        unit: 'milliseconds',
        description: 'How long a read waits for Redis.',
        arrivesWith: redisTier,
      }),
      write_timeout_ms: wholeNumber({
        default: 5000,
        min: 1,
        max: 600_000,
        unit: 'milliseconds',
        description: 'How long a write waits for Redis.',
        arrivesWith: redisTier,
      }),
    }),
  },
)

export const filesystemTable = table('Files in a local folder.', {
  base_path: path({ default: 'storage', description: 'The folder of the file store.', arrivesWith: fileStore }),
  max_file_size_mb: wholeNumber({
    default: 100,
    min: 1,
    max: largeSizeMb,
    unit: 'MB',
    description: 'The largest file that is taken.',
    arrivesWith: fileStore,
  }),
  allowed_extensions: textList({
    default: [],
    maxItems: 1000,
    expected: 'an extension without its dot, like "txt"',
    isValid: (value) => /^[\p{L}\p{N}_-]+(\.[\p{L}\p{N}_-]+)*$/u.test(value) && value.length <= 32,
    description: 'The only extensions that are taken; an empty list takes all.',
    arrivesWith: fileStore,
  }),
  compression_enabled: trueOrFalse({ default: true, description: 'Compress files.', arrivesWith: fileStore }),
  cleanup: table('Cleaning of old files.', {
    max_age_days: wholeNumber({
      default: 30,
      min: 1,
      max: 36_500,
      unit: 'days',
      description: 'Files older than this are cleaned away.',
      arrivesWith: fileStore,
    }),
    cleanup_interval_hours: wholeNumber({
      default: 24,
      min: 1,
      max: 8760,
      unit: 'hours',
      description: 'How often cleaning runs.',
      arrivesWith: fileStore,
    }),
    delete_empty_dirs: trueOrFalse({ default: true, description: 'Cleaning also removes folders that are empty.', arrivesWith: fileStore }),
  }),
})

export const backupTable = table('Backups.', {
  enabled: trueOrFalse({ default: true, description: 'Back up by schedule.', arrivesWith: schedule }),
  schedule: text({
    default: '0 2 * * *',
    expected: 'a cron schedule like "0 2 * * *": minute, hour, day, month, weekday',
    isValid: isCron,
    description: 'When backups run, as a cron schedule in local time.',
    arrivesWith: schedule,
  }),
  retention_days: wholeNumber({
    default: 30,
    min: 1,
    max: 36_500,
    unit: 'days',
    description: 'How long backups are kept.',
    arrivesWith: 'retention of backups',
  }),
  compression_level: wholeNumber({
    default: 6,
    min: 1,
    max: 19,
    appliesNow: true,
    description: 'The zstd level of backups: higher is smaller and slower.',
  }),
  encryption_enabled: trueOrFalse({
    default: false,
    appliesNow: true,
    description: 'Encrypt backups. Until that arrives, a backup is refused while this is true, and never written in plain text.',
  }),
  storage: table('Where backups go.', {
    type: oneOf({
      default: 'local',
      choices: ['local', 's3'],
      appliesNow: true,
      description: 'A local folder or an S3 bucket. Until buckets arrive, a backup is refused while this is "s3".',
    }),
    path: path({ default: 'backups', description: 'The folder of backups when `type` is "local".' }),
    remote_url: text({
      default: '',
      expected: 'an https://, http:// or s3:// URL, or an empty text',
      secret: 'credentials',
      isValid: (value) => value === '' || isUrl(value, ['https:', 'http:', 's3:']),
      description: 'The address of the bucket when `type` is "s3".',
      arrivesWith: bucket,
    }),
    remote_access_key: text({
      default: '',
      expected: 'a text of at most 1000 characters',
      secret: 'all',
      isValid: (value) => value.length <= 1000,
      description: 'The access key of the bucket.',
      arrivesWith: bucket,
    }),
    remote_secret_key: text({
      default: '',
      expected: 'a text of at most 1000 characters',
      secret: 'all',
      isValid: (value) => value.length <= 1000,
      description: 'The secret key of the bucket.',
      arrivesWith: bucket,
    }),
  }),
  verification: table('Reading backups again. Each one is read back whole when it is made, whatever stands here.', {
    enabled: trueOrFalse({ default: true, description: 'Read parts of older backups again and again.', arrivesWith: verification }),
    sample_size_percent: wholeNumber({
      default: 10,
      min: 1,
      max: 100,
      unit: 'percent',
      description: 'How much of a backup each such run reads.',
      arrivesWith: verification,
    }),
    checksum_algorithm: oneOf({ default: 'SHA256', choices: ['SHA256'], description: 'The checksum of each chunk of a backup.' }),
  }),
})
