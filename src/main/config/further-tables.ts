import { isLoopbackHost, parseHttpAddress } from './http-address.ts'
import { movedByHand, oneOf, path, table, text, trueOrFalse, wholeNumber } from './setting.ts'

function isServedAddress(value: string): boolean {
  const address = parseHttpAddress(value)
  return address === 'off' || (address !== undefined && isLoopbackHost(address.host))
}

export const serverTable = table('How programs reach the host.', {
  http: text<string | null>({
    default: null,
    expected: 'a loopback address like "127.0.0.1:7450" (port 0: any free one), or "off"',
    isValid: isServedAddress,
    description: 'Where HTTP is answered. Not set: 127.0.0.1:7450 in the headless host, off in the desktop app.',
  }),
  socket: path({ default: 'run/holdfast.sock', description: 'The unix socket; the folder that holds it is private.' }),
})

export const journalTable = table('The write-ahead log.', {
  path: path({
    default: 'journal',
    description: 'The folder of the journal; it may be on another disk than the database.',
    byHand: movedByHand('the journal'),
  }),
  segment_mb: wholeNumber({
    default: 32,
    min: 1,
    max: 1024,
    unit: 'MB',
    description: 'The size of one journal file, written in advance; a transaction that is larger gets a file of its own size.',
  }),
  overlay_mb: wholeNumber({
    default: 64,
    min: 1,
    max: 16_384,
    unit: 'MB',
    description: 'The most memory for writes that the database does not hold yet; when it is full, writers wait.',
  }),
})

export const encryptionTable = table(
  'Encryption of values on the disk: database, journal and what is kept for undo. Keys of records stay readable.',
  {
    data: trueOrFalse({
      default: false,
      description:
        'Demand that values are encrypted on the disk: at the next start they are, by a job. Keys of records stay readable. false demands nothing: `holdfast encryption` switches it on and off.',
    }),
    key_file: path({
      default: 'keys/master.json',
      description: 'The file with the keys, readable for its owner only. Without it nobody can read the data: keep a copy elsewhere.',
      byHand: movedByHand('the key file'),
    }),
  },
)

export const limitsTable = table('What the host takes on at most.', {
  max_value_mb: wholeNumber({ default: 16, min: 1, max: 16, unit: 'MB', appliesNow: true, description: 'The largest value of a record.' }),
  max_connections: wholeNumber({
    default: 256,
    min: 1,
    max: 4096,
    appliesNow: true,
    description: 'The most connections at once; further ones are told 503 and closed.',
  }),
  max_requests_in_flight: wholeNumber({
    default: 1024,
    min: 1,
    max: 65_536,
    appliesNow: true,
    description: 'The most requests at once; further ones are told 429.',
  }),
})

export const undoTable = table('What is kept so that changes of people and bulk changes can be undone.', {
  keep_days: wholeNumber({ default: 7, min: 1, max: 365, unit: 'days', description: 'How long a change can be undone.' }),
  max_mb: wholeNumber({
    default: 2048,
    min: 1,
    max: 1_048_576,
    unit: 'MB',
    description:
      'The most room for what is kept; a deletion for which there is no more room is refused, unless it is asked for without undo.',
  }),
})

export const logTable = table('The log in `logs/` of the data folder.', {
  level: oneOf({
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error'],
    appliesNow: true,
    description: 'The least important lines that are written.',
  }),
  max_file_mb: wholeNumber({
    default: 10,
    min: 1,
    max: 1024,
    unit: 'MB',
    description: 'A log file of this size is closed and a new one begun.',
  }),
  files: wholeNumber({
    default: 5,
    min: 1,
    max: 100,
    unit: 'files',
    description: 'How many log files are kept, the current one included.',
  }),
})
