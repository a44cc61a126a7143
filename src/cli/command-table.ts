/** One option of a command. With a `placeholder` it takes a value. */
export interface OptionSpec {
  readonly placeholder?: string
  readonly description: string
}

export interface ArgumentSpec {
  readonly name: string
  readonly optional?: true
  readonly description: string
}

/** Everything that is said of a command. Parsing, help and `docs/cli.md` are made from it. */
export interface CommandSpec {
  readonly summary: string
  readonly arguments?: readonly ArgumentSpec[]
  readonly options?: Readonly<Record<string, OptionSpec>>
  /** What a person must know beyond the lists. */
  readonly notes?: readonly string[]
  readonly examples: readonly string[]
  /** It does its work without a host. */
  readonly local?: true
}

const keyArgument: ArgumentSpec = { name: 'KEY', description: 'The key of the record. A key that begins with - goes behind --.' }
const collectionArgument: ArgumentSpec = { name: 'NAME', description: 'The name of the collection.' }
const noWait: OptionSpec = { description: 'Print the job and return at once.' }
const outputOption: OptionSpec = {
  placeholder: 'F',
  description: 'Write to the file F instead of standard output; it appears only when it is whole.',
}

export const commands = {
  serve: {
    summary: 'Run a host on a data folder, without a window.',
    options: {
      data: {
        placeholder: 'DIR',
        description: 'The data folder, made if it is not there; else HOLDFAST_DATA, else ~/.local/share/holdfast.',
      },
      config: { placeholder: 'FILE', description: 'The configuration; else holdfast.toml of the data folder, if it is there.' },
      socket: {
        placeholder: 'PATH',
        description: 'The socket; else server.socket of the configuration, else run/holdfast.sock in the data folder.',
      },
      http: { placeholder: 'HOST:PORT|off', description: 'Where HTTP is answered, on loopback only; port 0 takes any free one.' },
      json: { description: 'Say in one line of JSON when it takes requests, or why it does not start.' },
    },
    notes: [
      'SIGTERM ends it: running requests finish first. Wrong configuration or usage exits 2; a taken port or socket, an address that is not loopback, a second host on the folder and a newer format exit 4.',
    ],
    examples: ['holdfast serve --data ./data --http 127.0.0.1:0'],
    local: true,
  },
  put: {
    summary: 'Write one record.',
    arguments: [
      keyArgument,
      {
        name: 'VALUE|-',
        optional: true,
        description: 'The value; - reads standard input, and so does no value when that is not a terminal.',
      },
    ],
    options: {
      file: { placeholder: 'F', description: 'Read the value from the file F.' },
      type: {
        placeholder: 'T',
        description:
          'The content type. Else: text/plain for a VALUE, by its extension for a file that is well known (json, txt, csv …), and application/octet-stream.',
      },
      ttl: { placeholder: 'S', description: 'The record expires after S seconds.' },
      'if-version': { placeholder: 'V', description: 'Only if the record has this version; else it exits 4 and nothing is changed.' },
    },
    examples: ['holdfast put sensor:1 \'{"celsius":21.5}\' --type application/json', 'gzip -c log.txt | holdfast put log:today'],
  },
  get: {
    summary: 'Read one record: its bytes, as they are.',
    arguments: [keyArgument],
    options: { output: outputOption },
    notes: ['With --json it prints the record as a list does: version, type, times, the value and its encoding.'],
    examples: ['holdfast get sensor:1', 'holdfast get photo:7 --output photo.jpg'],
  },
  delete: {
    summary: 'Delete one record, or all whose key begins with a prefix.',
    arguments: [{ ...keyArgument, optional: true }],
    options: {
      prefix: { placeholder: 'P', description: 'Delete all records whose key begins with P, as a job; an empty prefix means all records.' },
      'dry-run': { description: 'Only count what --prefix would delete.' },
      yes: { description: 'With an empty prefix: yes, delete every record.' },
      'no-undo': { description: 'Keep nothing to undo it with: for when there is no room.' },
    },
    examples: ['holdfast delete sensor:1', 'holdfast delete --prefix sensor: --dry-run'],
  },
  list: {
    summary: 'List records in the order of their keys: one page.',
    arguments: [{ name: 'PREFIX', optional: true, description: 'Only keys that begin with it.' }],
    options: {
      after: { placeholder: 'K', description: 'Begin behind the key K: the way to the next page.' },
      limit: { placeholder: 'N', description: 'At most N records, 1 to 1000; else 100.' },
      values: { description: 'Show the values too.' },
    },
    notes: ['Not on a terminal: one record a line, parts between tabs: key, size in bytes, time of the last change, content type, value.'],
    examples: ['holdfast list sensor: --limit 20', 'holdfast list --values --json'],
  },
  import: {
    summary: 'Import records from NDJSON, as export writes it, from a table (CSV, TSV), from JSON, from Redis or from an LMDB folder.',
    arguments: [{ name: 'FILE|-', optional: true, description: 'The file; - reads standard input.' }],
    options: {
      format: {
        placeholder: 'F',
        description: 'ndjson, json or csv (TSV too); else by the name of the file, and ndjson for standard input.',
      },
      key: {
        placeholder: 'T',
        description:
          'What each key is made of: text with columns in braces, such as city:{country}:{id}; {#} is the line. Else a column that fits.',
      },
      prefix: { placeholder: 'P', description: 'Put P before every key.' },
      existing: { placeholder: 'E', description: 'If a key has a record already: overwrite it (the default), skip the line, or stop.' },
      'dry-run': { description: 'Only say what would be imported.' },
      from: { placeholder: 'URL', description: 'The host reads a Redis: redis://[user@]host[:port][/database], or rediss:// over TLS.' },
      match: { placeholder: 'PATTERN', description: 'With --from: only keys that fit this pattern of Redis, such as sensor:*.' },
      'from-lmdb': { placeholder: 'DIR', description: 'The host reads an LMDB folder of another program.' },
      table: { placeholder: 'T', description: 'With --from-lmdb: this table instead of the main one.' },
      job: {
        description: 'Send the file as it is; the host imports it as a job, which goes on when this command is gone, and can be resumed.',
      },
      failed: { placeholder: 'F', description: 'With a job: write what failed to the file F, to be mended and imported again.' },
      resume: { placeholder: 'JOB', description: 'Go on with an import of the host that was cut off, failed or was cancelled.' },
      'no-wait': noWait,
    },
    notes: [
      'The password of a Redis is taken from REDISCLI_AUTH; one in the URL is seen by everybody who can list processes. It is kept nowhere.',
      'Good lines stay when others fail. It exits 1 if a line failed, and names the first hundred.',
      'Of a table the separator, the header and the types of the columns are found out from its beginning; the app (Data, Import) shows them first and lets you change them.',
    ],
    examples: [
      'holdfast import cities.ndjson',
      "holdfast import cities.csv --key 'city:{country}:{id}' --dry-run",
      'zstd -dc all.ndjson.zst | holdfast import -',
      'holdfast import big.csv --job --failed mend-these.csv',
      "holdfast import --from redis://10.0.0.5:6379/0 --match 'sensor:*' --prefix old:",
      'holdfast import --from-lmdb /var/lib/other/db --table readings',
    ],
  },
  export: {
    summary:
      'Export records in key order: as NDJSON, one {"key","value","encoding"} a line, as JSON, as a table, or as a plain LMDB folder.',
    options: {
      prefix: { placeholder: 'P', description: 'Only keys that begin with P.' },
      format: {
        placeholder: 'F',
        description: 'ndjson (the default) and json can be imported again as they are; csv is for spreadsheets.',
      },
      output: outputOption,
      lmdb: {
        placeholder: 'DIR',
        description: 'The host copies plain keys and values into the folder DIR, which is not there yet or is empty.',
      },
      'lmdb-format': {
        placeholder: 'V',
        description: 'With --lmdb: 0.9 (the default) for nearly every program, node for the package lmdb of Node.',
      },
      'no-wait': noWait,
    },
    examples: [
      'holdfast export --prefix sensor: --output sensors.ndjson',
      'holdfast export --format csv --output sensors.csv',
      'holdfast export --lmdb /srv/copy && mdb_dump /srv/copy',
    ],
  },
  backup: {
    summary: 'Back up the whole store, and wait until it is written and read back.',
    options: { 'no-wait': noWait },
    notes: ['Ctrl+C cancels it; no half backup stays.'],
    examples: ['holdfast backup'],
  },
  backups: { summary: 'List backups, newest first.', examples: ['holdfast backups', 'holdfast backups --json'] },
  verify: {
    summary: 'Read a backup whole and check every checksum.',
    arguments: [{ name: 'ID|latest', description: 'The backup; latest is the newest that is not damaged.' }],
    options: { 'no-wait': noWait },
    examples: ['holdfast verify latest'],
  },
  restore: {
    summary: 'Replace the whole store by a backup, or undo that.',
    arguments: [{ name: 'ID|latest', optional: true, description: 'The backup; latest is the newest that is not damaged.' }],
    options: {
      yes: { description: 'Do it without a question.' },
      undo: { description: 'Bring back what was there before the last restore. A second time undoes the undo.' },
      'no-wait': noWait,
    },
    notes: ['Without --yes it says what would be replaced, and asks when standard input is a terminal; else it exits 2.'],
    examples: ['holdfast restore latest --yes', 'holdfast restore --undo'],
  },
  activity: {
    summary: 'List what people, programs and the host itself did, newest first.',
    options: {
      actor: { placeholder: 'WHO', description: 'Only what a person, a program or the host did: person, program or host.' },
      action: { placeholder: 'A', description: 'Only this action, or all of its kind: record.deleted, backup …' },
      undoable: { description: 'Only what can be undone.' },
      limit: { placeholder: 'N', description: 'At most N entries, 1 to 1000; else 50.' },
    },
    examples: ['holdfast activity --undoable', 'holdfast activity --actor person --json'],
  },
  undo: {
    summary: 'Undo one act of the activity list; that can be undone too.',
    arguments: [{ name: 'ID', description: 'The entry, as holdfast activity shows it.' }],
    options: { 'no-wait': noWait },
    notes: ['Records that somebody has written since are left as they are, and counted.'],
    examples: ['holdfast undo mguz81k4-9f2c11d0'],
  },
  locks: { summary: 'List the locks that are held: who, since when, until when, and how many wait.', examples: ['holdfast locks'] },
  'locks release': {
    summary: 'Take a lock from its holder, whose writes with it are refused from then on.',
    arguments: [{ name: 'ID', description: 'The id of the lock.' }],
    examples: ['holdfast locks release 5f0c7a52-6c1f-4a57-9f0e-0c5a3a1f6b11'],
  },
  transactions: { summary: 'List open transactions, the oldest first.', examples: ['holdfast transactions'] },
  collections: { summary: 'List collections with their indexes.', examples: ['holdfast collections'] },
  'collections show': {
    summary: 'Show one collection.',
    arguments: [collectionArgument],
    notes: ['What --json prints can be edited and set again.'],
    examples: ['holdfast collections show readings', 'holdfast collections show readings --json > readings.json'],
  },
  'collections set': {
    summary: 'Make a collection, or change its definition; new indexes are built while reads and writes go on.',
    arguments: [{ name: 'FILE|-', optional: true, description: 'The definition, a JSON object; - reads standard input.' }],
    options: {
      'accept-plaintext-index': { description: 'The data is encrypted, and it is meant that indexed fields stay readable on disk.' },
    },
    notes: ['It needs "name" and "prefix"; "schema", "indexes" and the rest are explained in docs/collections.md.'],
    examples: ['holdfast collections set readings.json'],
  },
  'collections remove': {
    summary: 'Remove the definition of a collection and its indexes; its records stay.',
    arguments: [collectionArgument],
    examples: ['holdfast collections remove readings'],
  },
  'collections rebuild': {
    summary: 'Build an index once more, after it failed.',
    arguments: [collectionArgument, { name: 'INDEX', description: 'The name of the index.' }],
    options: { 'no-wait': noWait },
    examples: ['holdfast collections rebuild readings by-serial'],
  },
  'collections migrate': {
    summary: 'Write every record that has an older schema version anew in the newest one.',
    arguments: [collectionArgument],
    options: { 'no-wait': noWait },
    examples: ['holdfast collections migrate readings'],
  },
  query: {
    summary: 'Find records of a collection by their fields.',
    arguments: [collectionArgument],
    options: {
      where: { placeholder: 'JSON', description: 'What has to hold, such as {"city":"Shanghai","celsius":{"$gt":30}}; else all records.' },
      sort: { placeholder: 'FIELDS', description: 'Fields between commas; one with - before it is descending.' },
      select: { placeholder: 'FIELDS', description: 'Only these fields, between commas.' },
      limit: { placeholder: 'N', description: 'At most N records, 1 to 1000; else 100.' },
      after: { placeholder: 'CURSOR', description: 'Where the page before ended.' },
      count: { description: 'Say how many records fit.' },
      explain: { description: 'Say how it was answered: by which index, and how many records were looked at.' },
    },
    examples: [`holdfast query readings --where '{"sensor":"s-7"}' --sort=-at --limit 10`, 'holdfast query readings --count --explain'],
  },
  jobs: { summary: 'List jobs, newest first.', examples: ['holdfast jobs'] },
  'jobs cancel': {
    summary: 'Cancel a job: a backup, a check or a restore leaves nothing behind; records that were deleted or loaded before stay so.',
    arguments: [{ name: 'ID', description: 'The job.' }],
    examples: ['holdfast jobs cancel 01HZX4'],
  },
  encryption: {
    summary: 'Say whether the values on disk are encrypted, or change that while the host runs.',
    arguments: [{ name: 'ACTION', optional: true, description: 'status (the default), enable, disable, or rotate for another key.' }],
    options: { 'no-wait': noWait },
    notes: [
      'Keys of records stay readable. Afterwards no file of the data folder holds a value in plain text, and nothing from before can be undone. Backups and exports that were made before stay as they are.',
      'The keys lie in keys/master.json of the data folder, or where encryption.key_file says: keep a copy elsewhere.',
    ],
    examples: ['holdfast encryption', 'holdfast encryption enable'],
  },
  space: {
    summary: 'Say what takes how much room and what can be freed; with a prefix, or --prefixes, which prefixes take how much.',
    arguments: [
      { name: 'PREFIX', optional: true, description: 'Only records whose key begins with it, by the next segment of their keys.' },
    ],
    options: {
      prefixes: { description: 'All records by the first segment of their keys: an estimate where they are many.' },
      exact: { description: 'Look at every record, as a job.' },
      'no-wait': noWait,
    },
    examples: ['holdfast space', 'holdfast space sensor: --exact'],
  },
  compact: {
    summary: 'Write the database anew without its free pages and put it in place, while reads and writes go on.',
    options: { 'no-wait': noWait },
    notes: ['It needs room for a second database meanwhile. Cancelled, killed or out of room, it leaves the database as it was.'],
    examples: ['holdfast compact'],
  },
  status: { summary: 'Say what the host is and how it does.', examples: ['holdfast status'] },
  health: {
    summary: 'Check the host. It exits 0 when all is normal or a warning, 1 when something is critical.',
    examples: ['holdfast health', 'holdfast health --json'],
  },
  'config check': {
    summary: 'Check a configuration file, without a host. It exits 1 if there are mistakes, and prints all of them.',
    arguments: [{ name: 'FILE', optional: true, description: 'The file; else holdfast.toml of the data folder.' }],
    examples: ['holdfast config check holdfast.toml'],
    local: true,
  },
  'config get': {
    summary: 'Say what a setting is, or all of them.',
    arguments: [{ name: 'KEY', optional: true, description: 'The setting, such as log.level.' }],
    examples: ['holdfast config get', 'holdfast config get log.level'],
  },
  'config set': {
    summary: 'Change a setting in the configuration file, and in the running host where it can take it.',
    arguments: [
      { name: 'KEY', description: 'The setting, such as log.level.' },
      { name: 'VALUE', description: 'Its new value; the items of a list between commas. One that begins with - goes behind --.' },
    ],
    options: { 'dry-run': { description: 'Only check it.' } },
    notes: ['Comments and everything else in the file stay as they are. A mistake changes nothing and exits 2.'],
    examples: ['holdfast config set log.level debug', 'holdfast config set journal.segment_mb 64 --dry-run'],
  },
  'config unset': {
    summary: 'Bring a setting back to its default: the key is removed from the file.',
    arguments: [{ name: 'KEY', description: 'The setting.' }],
    examples: ['holdfast config unset log.level'],
  },
  'config undo': {
    summary: 'Bring back the configuration file as it was before the last change made through Holdfast; a second time undoes the undo.',
    notes: ['It exits 4 when the file was edited by hand since.'],
    examples: ['holdfast config undo'],
  },
} as const satisfies Record<string, CommandSpec>

export type CommandName = keyof typeof commands
/** All but the one that is a host itself. */
export type ClientCommand = Exclude<CommandName, 'serve'>

/** Options that every command takes. */
export const commonOptions = {
  socket: { placeholder: 'PATH', description: 'The socket of the host; else HOLDFAST_SOCKET, else the one in the data folder.' },
  data: {
    placeholder: 'DIR',
    description: 'The data folder; else HOLDFAST_DATA, else ~/.local/share/holdfast (the usual place of the system).',
  },
  json: { description: 'One JSON document for programs on standard output; failures as {"code","detail"} on standard error.' },
  help: { description: 'Explain the command.' },
} as const satisfies Record<string, OptionSpec>

export const exitCodeTexts: readonly (readonly [number, string])[] = [
  [0, 'done'],
  [1, 'failed'],
  [2, 'wrong usage'],
  [3, 'not found'],
  [4, 'refused: a condition, a limit, the present state'],
  [5, 'no host can be reached'],
]
