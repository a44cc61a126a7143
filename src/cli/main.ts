import packageFacts from '../../package.json' with { type: 'json' }
import type { Call, Run } from './call.ts'
import { type Asked, commandMeant, readCommandLine } from './command-line.ts'
import type { ClientCommand, CommandName } from './command-table.ts'
import { listActivity, undo } from './commands/activity.ts'
import { backup, listBackups, restore, verify } from './commands/backups.ts'
import { checkConfig } from './commands/config.ts'
import { encryption } from './commands/encryption.ts'
import { health, status } from './commands/host.ts'
import { cancelJob, listJobs } from './commands/jobs.ts'
import { get, list, put, remove } from './commands/records.ts'
import { getSettings, setSetting, undoSettings, unsetSetting } from './commands/settings.ts'
import { exportRecords, importRecords } from './commands/transfer.ts'
import { CliFailure, exitCodes, UsageError } from './failure.ts'
import { generalHelp, helpOf } from './help.ts'
import { HostClient } from './host-client.ts'
import { dataFolder, socketPath } from './places.ts'
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
  jobs: listJobs,
  'jobs cancel': cancelJob,
  encryption,
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
  // A reader that went away (`holdfast list | head`) wants no more: that is no failure. A host goes on without its reader.
  if (process.argv[2] !== 'serve') {
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(exitCodes.ok)
      throw error
    })
  }
  process.exitCode = await runCommandLine(process.argv.slice(2), processTerminal())
  // Standard input that was only begun must not keep the process.
  process.stdin.unref?.()
}

/** Runs one command line and gives its exit code; never throws for what a person or the host did. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json')
  try {
    return await run(readCommandLine(argv), terminal, json)
  } catch (error) {
    return sayFailure(error, terminal, { json, command: commandMeant(argv) })
  }
}

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

function sayFailure(error: unknown, terminal: Terminal, { json, command }: { json: boolean; command: CommandName | undefined }): number {
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
