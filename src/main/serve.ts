import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { errorCodes } from '../contract/index.ts'
import { describeStartRefusal } from './api/start-refusal.ts'
import { systemClock } from './base/clock.ts'
import { defaultDataFolder } from './base/data-folder.ts'
import { HoldfastError } from './base/errors.ts'
import { restartWithSettings } from './base/process-settings.ts'
import { findProject } from './base/project.ts'
import { type HttpAddress, isLoopbackHost, parseHttpAddress } from './config/index.ts'
import { type Host, startHost } from './host.ts'

const usualHttp = { host: '127.0.0.1', port: 7450 }
/** Requests that run when the signal comes may finish for this long; the rest of the ten seconds is for the store. */
const graceMs = 6000
const lastMomentMs = 9500

const usage = `Usage: holdfast serve [--data DIR] [--config FILE] [--socket PATH] [--http HOST:PORT|off] [--json]

  --data DIR         the data folder (HOLDFAST_DATA, else the usual place of the system)
  --config FILE      the configuration (else holdfast.toml of the data folder)
  --socket PATH      the unix socket (else run/holdfast.sock of the data folder)
  --http HOST:PORT   where HTTP is answered, loopback only (else 127.0.0.1:7450; port 0: any free one), or off
  --json             one line of JSON when it takes requests, or why it does not`

interface ServeOptions {
  readonly data: string
  readonly config: string | null
  readonly socket: string | undefined
  readonly http: HttpAddress | 'off' | undefined
}

/**
 * Runs the headless host until a signal ends it; resolves to the exit code: 0 after a clean stop, 2 for a mistake in the usage or the
 * configuration, 4 when it is refused (docs/operations.md has the list).
 */
export async function serve(argv: readonly string[]): Promise<number> {
  survivePipes()
  const say = argv.includes('--json') ? jsonSpeaker : humanSpeaker
  if (argv.includes('--help') || argv.includes('-h')) {
    write(usage)
    return 0
  }
  restartWithSettings()
  const stop = listenForSignals()
  try {
    const host = await start(argv, say)
    return typeof host === 'number' ? host : await runUntil(stop, host)
  } finally {
    stop.forget()
  }
}

/** The running host, or the exit code of the refusal. */
async function start(argv: readonly string[], say: Speaker): Promise<Host | number> {
  try {
    const { data, config, socket, http } = readOptions(argv)
    const host = await startHost({ dataFolder: data, configFile: config, socket, http, usualHttp, clock: systemClock })
    say.ready(host)
    return host
  } catch (error) {
    return say.refused(error)
  }
}

function readOptions(argv: readonly string[]): ServeOptions {
  const text = { type: 'string' } as const
  const options = { data: text, config: text, socket: text, http: text, json: { type: 'boolean' } } as const
  let given: Partial<Record<'data' | 'config' | 'socket' | 'http', string>>
  try {
    given = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values
  } catch (error) {
    throw wrongUsage((error as Error).message, error)
  }
  for (const name of ['data', 'config', 'socket', 'http'] as const) {
    if (given[name] === '') throw wrongUsage(`--${name} needs a value.`)
  }
  const { data, config, socket, http } = given
  return { data: data ?? defaultDataFolder(), config: config ?? null, socket, http: http === undefined ? undefined : readHttp(http) }
}

function readHttp(text: string): HttpAddress | 'off' {
  const address = parseHttpAddress(text)
  if (address === undefined) throw wrongUsage(`--http ${text}: expected HOST:PORT, for example 127.0.0.1:7450, or off.`)
  if (address === 'off' || isLoopbackHost(address.host)) return address
  const sentence = `${address.host} is not a loopback address. Use 127.0.0.1, [::1] or localhost: HTTP is served to this machine only.`
  throw new HoldfastError('not_loopback', sentence, { details: { host: address.host } })
}

const wrongUsage = (sentence: string, cause?: unknown): HoldfastError => new HoldfastError('invalid_request', sentence, { cause })

interface Stop {
  /** Resolves at the first signal. */
  readonly asked: Promise<NodeJS.Signals>
  forget(): void
}

function listenForSignals(): Stop {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
  const signals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP']
  let count = 0
  const onSignal = (signal: NodeJS.Signals) => {
    // What was acknowledged is in the journal, so nothing is lost by leaving at once.
    if (++count > 1) process.exit(0)
    resolve(signal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return {
    asked: promise,
    forget: () => {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

/** The exit code. */
async function runUntil(stop: Stop, host: Host): Promise<number> {
  const tellCrash = (error: Error) => host.log.error({ err: error }, 'The host ends because of a mistake in the program')
  process.on('uncaughtExceptionMonitor', tellCrash)
  const signal = await stop.asked
  host.log.info({ signal }, 'The host stops')
  const watchdog = setTimeout(() => {
    host.log.error(
      { waitedMs: lastMomentMs },
      'The host did not stop in time; what was acknowledged is in the journal and will be replayed',
    )
    process.exit(0)
  }, lastMomentMs)
  try {
    await host.close(graceMs)
    return 0
  } catch (error) {
    // The log is closed by now.
    process.stderr.write(`Holdfast did not stop cleanly; what was acknowledged is in the journal. ${(error as Error).stack}\n`)
    return errorCodes.internal.exit
  } finally {
    clearTimeout(watchdog)
    process.off('uncaughtExceptionMonitor', tellCrash)
  }
}

interface Speaker {
  ready(host: Host): void
  /** The exit code. */
  refused(error: unknown): number
}

const jsonSpeaker: Speaker = {
  ready({ socket, url, token }) {
    write(JSON.stringify({ ready: true, pid: process.pid, socket, url, token }))
  },
  refused(error) {
    const { code, detail, exit, pid } = describeStartRefusal(error)
    write(JSON.stringify({ ready: false, code, detail, ...(pid !== undefined && { pid }) }))
    return exit
  },
}

const humanSpeaker: Speaker = {
  ready(host) {
    write(`Holdfast ${findProject().version} runs on ${host.dataFolder} (pid ${process.pid}).`)
    write(`Programs reach it at ${host.socket}`)
    if (host.url !== null) write(`Open ${host.url}/#token=${host.token}`)
    for (const notice of host.notices) write(`Note: ${notice.text}`)
  },
  refused(error) {
    const { code, detail, exit } = describeStartRefusal(error)
    process.stderr.write(`${detail}\n(${code})\n${code === 'invalid_request' ? `\n${usage}\n` : ''}`)
    return exit
  },
}

const write = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

// Whoever started us may go away and close the other end; a host does not stop for that.
function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') === 0) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error
      })
    }
  }
}

function isStartedDirectly(): boolean {
  const [, script] = process.argv
  if (script === undefined) return false
  try {
    return realpathSync(script) === fileURLToPath(import.meta.url)
  } catch {
    return false
  }
}

if (isStartedDirectly()) process.exitCode = await serve(process.argv.slice(2))
