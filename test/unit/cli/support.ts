import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import { runCommandLine } from '../../../src/cli/main.ts'
import type { Terminal } from '../../../src/cli/terminal.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export interface Asked {
  method: string
  /** As it came over the wire. */
  target: string
  headers: IncomingMessage['headers']
  body: Buffer
}

export type Answer = (asked: Asked, response: ServerResponse) => void

/** A real HTTP server on a real socket that answers what a test says, and remembers what it was asked. */
export async function fakeHost(answer: Answer): Promise<{ socket: string; asked: Asked[] }> {
  const socket = join(await temporaryFolder(), 'host.sock')
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const one = { method: request.method ?? '', target: request.url ?? '', headers: request.headers, body: await buffer(request) }
    asked.push(one)
    answer(one, response)
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections()))
  return { socket, asked }
}

export const answerJson = (response: ServerResponse, document: unknown, status = 200): void => {
  response
    .writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' })
    .end(JSON.stringify(document))
}

export interface Outcome {
  exit: number
  output: Buffer
  errors: string
}

interface Surroundings {
  input?: string | Buffer | Readable
  tty?: boolean
  environment?: Record<string, string>
  /** Is given the function that presses Ctrl+C. */
  interrupt?: (press: () => void) => void
}

/** Runs a command line in this process, on streams of its own. */
export async function holdfast(
  argv: readonly string[],
  { input = '', tty = false, environment = {}, interrupt }: Surroundings = {},
): Promise<Outcome> {
  const output = new PassThrough()
  const errors = new PassThrough()
  const listeners = new Set<() => void>()
  interrupt?.(() => {
    for (const listener of listeners) listener()
  })
  const terminal: Terminal = {
    input: input instanceof Readable ? input : Readable.from([Buffer.from(input)], { objectMode: false }),
    inputIsTty: tty,
    output,
    outputIsTty: tty,
    errors,
    errorsAreTty: tty,
    columns: 100,
    environment,
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const written = Promise.all([buffer(output), buffer(errors)])
  const exit = await runCommandLine(argv, terminal)
  output.end()
  errors.end()
  const [bytes, said] = await written
  return { exit, output: bytes, errors: said.toString() }
}
