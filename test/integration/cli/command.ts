import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../../out/cli/holdfast.js', import.meta.url))

/** The environment without what would lead a command to another host. */
const environment = (more: Record<string, string> = {}): NodeJS.ProcessEnv => {
  const { HOLDFAST_DATA: _data, HOLDFAST_SOCKET: _socket, ...rest } = process.env
  // With it a command starts in half the time.
  return { NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-compile-cache'), ...rest, ...more }
}

export interface Outcome {
  exit: number | null
  output: Buffer
  errors: string
}

interface CommandOptions {
  input?: Buffer | string
  environment?: Record<string, string>
  /** Is given the process while it runs. */
  meanwhile?: (child: ChildProcess) => void
}

/** Runs the real command in a process of its own. */
export async function holdfast(argv: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [entry, ...argv], { env: environment(options.environment), stdio: 'pipe' })
  // A command may refuse before it has read its input.
  child.stdin.on('error', () => {}).end(options.input ?? '')
  options.meanwhile?.(child)
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [output, errors] = [collect(child.stdout), collect(child.stderr)]
  const exit = await ended
  return { exit, output: Buffer.concat(output), errors: Buffer.concat(errors).toString() }
}

/** What has come until the end, also when the reader itself ended it. */
function collect(stream: Readable): Buffer[] {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return chunks
}

export interface RunningHost {
  dataFolder: string
  socket: string
  pid: number
  /** A command against this host. */
  command(argv: readonly string[], options?: CommandOptions): Promise<Outcome>
  /** SIGTERM; the exit code. */
  stop(): Promise<number | null>
}

/** `holdfast serve` on a new data folder, without HTTP over TCP. */
export async function startHost(more: readonly string[] = []): Promise<RunningHost> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-'))
  const dataFolder = join(folder, 'data')
  const child = spawn(process.execPath, [entry, 'serve', '--data', dataFolder, '--http', 'off', '--json', ...more], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const line = await new Promise<string>((resolve) =>
    createInterface(child.stdout)
      .once('line', resolve)
      .once('close', () => resolve('{}')),
  )
  const ready = JSON.parse(line)
  if (ready.ready !== true) throw new Error(`The host did not start: ${line}`)
  return {
    dataFolder,
    socket: ready.socket,
    pid: ready.pid,
    command: (argv, options) => holdfast(argv, { ...options, environment: { ...options?.environment, HOLDFAST_DATA: dataFolder } }),
    async stop() {
      child.kill('SIGTERM')
      const exit = await ended
      await rm(folder, { recursive: true, force: true })
      return exit
    },
  }
}
