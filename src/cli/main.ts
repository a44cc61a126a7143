import packageFacts from '../../package.json' with { type: 'json' }
import { dataFolder, socketPath } from '../client/places.ts'
import type { Call, Run } from './call.ts'
import { type Asked, commandMeant, readCommandLine } from './command-line.ts'
import type { ClientCommand, CommandName } from './command-table.ts'
import { listActivity, undo } from './commands/activity.ts'
import { backup, listBackups, restore, verify } from './commands/backups.ts'
import {
  listCollections,
  migrateCollection,
  query,
  rebuildIndex,
  removeCollection,
  setCollection,
  showCollection,
} from './commands/collections.ts'
import { checkConfig } from './commands/config.ts'
import { encryption } from './commands/encryption.ts'
import { health, status } from './commands/host.ts'
import { cancelJob, listJobs } from './commands/jobs.ts'
import { listLocks, listTransactions, releaseLock } from './commands/locks.ts'
import { get, list, put, remove } from './commands/records.ts'
import { getSettings, setSetting, undoSettings, unsetSetting } from './commands/settings.ts'
import { compact, space } from './commands/space.ts'
import { exportRecords, importRecords } from './commands/transfer.ts'
import { CliFailure, exitCodes, fileFailure, UsageError } from './failure.ts'
import { generalHelp, helpOf } from './help.ts'
import { HostClient } from './host-client.ts'
import { haveLostBytes } from './lost-bytes.ts'
import { note, print, processTerminal, type Terminal } from './terminal.ts'
import { shellWord } from './text.ts'

const runs: Record<ClientCommand, Run> = {
  put,
  get,
  delete: remove,
  list,
  import: importRecords,
  export: exportRecords,
  backup,
  backups: listBackups,
  verify,
  restore,
  activity: listActivity,
  undo,
  locks: listLocks,
  'locks release': releaseLock,
  transactions: listTransactions,
  collections: listCollections,
  'collections show': showCollection,
  'collections set': setCollection,
  'collections remove': removeCollection,
  'collections rebuild': rebuildIndex,
  'collections migrate': migrateCollection,
  query,
  jobs: listJobs,
  'jobs cancel': cancelJob,
  encryption,
  space,
  compact,
  status,
  health,
  'config check': checkConfig,
  'config get': getSettings,
  'config set': setSetting,
  'config unset': unsetSetting,
  'config undo': undoSettings,
}

/** The process's own command line. */
export async function startCommandLine(): Promise<void> {
  const argv = process.argv.slice(2)
  const terminal = processTerminal()
  // A reader that went away (`holdfast list | head`) wants no more: that is no failure. A host goes on without its reader.
  if (argv[0] !== 'serve') {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exitCodes.ok)
      process.exit(sayFailure(fileFailure(error, 'The output cannot be written'), terminal, howToSay(argv)))
    })
  }
  // What never comes to an end must not look like success: node ends such a process with the code that stands here.
  process.exitCode = exitCodes.failed
  process.exitCode = haveLostBytes(argv) ? sayFailure(lostBytes(), terminal, howToSay(argv)) : await runCommandLine(argv, terminal)
  // Standard input that was only begun must not keep the process.
  process.stdin.unref?.()
}

/** Runs one command line and gives its exit code; never throws for what a person or the host did. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  const how = howToSay(argv)
  try {
    return await run(readCommandLine(argv), terminal, how.json)
  } catch (error) {
    return sayFailure(error, terminal, how)
  }
}

/** How a failure is said: as JSON for programs, and with the command whose help helps. */
interface Saying {
  readonly json: boolean
  readonly command: CommandName | undefined
}

function howToSay(argv: readonly string[]): Saying {
  const options = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined)
  return { json: options.includes('--json'), command: commandMeant(argv) }
}

const lostBytes = (): UsageError =>
  new UsageError('An argument has bytes that are no UTF-8. Keys are UTF-8; give other values with --file or on standard input.')

async function run(asked: Asked, terminal: Terminal, json: boolean): Promise<number> {
  switch (asked.kind) {
    case 'version':
      print(terminal, packageFacts.version)
      return exitCodes.ok
    case 'help':
      print(terminal, asked.name === undefined ? generalHelp() : helpOf(asked.name))
      return exitCodes.ok
    case 'serve':
      return (await import('../main/serve.ts')).serve([...asked.rest])
    case 'command':
      return runs[asked.name](await callFor(asked, terminal, json))
    default:
      return asked satisfies never
  }
}

async function callFor({ parsed }: Extract<Asked, { kind: 'command' }>, terminal: Terminal, json: boolean): Promise<Call> {
  const { environment } = terminal
  const { socket, data } = parsed.values
  const named = Object.entries({ socket, data }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, shellWord(value)]))
  const host = new HostClient({
    socket: await socketPath({ socket, data }, environment),
    startCommand: ['holdfast serve', ...named].join(' '),
  })
  return { parsed, terminal, json, host, dataFolder: dataFolder(data, environment) }
}

function sayFailure(error: unknown, terminal: Terminal, { json, command }: Saying): number {
  if (error instanceof UsageError) {
    if (json) terminal.errors.write(`${JSON.stringify({ code: 'usage', detail: error.message })}\n`)
    else note(terminal, `${error.message}\nSee: ${['holdfast help', command ?? []].flat().join(' ')}`)
    return exitCodes.usage
  }
  if (error instanceof CliFailure) {
    if (json) terminal.errors.write(`${JSON.stringify(error.toJson())}\n`)
    else note(terminal, `holdfast: ${error.message}`)
    return error.exit
  }
  throw error
}
