import { type ClientRequest, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import type { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import {
  clientHeader,
  type InputOf,
  maxSocketPathBytes,
  type Operation,
  type OperationName,
  type OutputOf,
  operations,
} from '../contract/index.ts'
import { CliFailure, exitCodes, fileFailure, UsageError } from './failure.ts'
import { connectAddress } from './places.ts'

export interface RawRequest {
  method: string
  /** The raw target, already encoded: it is sent as it is. */
  path: string
  headers?: OutgoingHttpHeaders
  body?: Readable | string
}

/** How long the host may stay silent on a request that it answers at once. */
const silenceMs = 60_000

/** A client of the contract over the host's socket. One connection a request; nothing stays open. */
export class HostClient {
  readonly #socket: string
  readonly #startCommand: string

  /** `startCommand` is what a person can type to have a host there. */
  constructor(options: { socket: string; startCommand: string }) {
    this.#socket = options.socket
    this.#startCommand = options.startCommand
  }

  /** Calls an operation of the contract. @throws CliFailure with the host's code, or `unreachable`. */
  async call<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const { http }: Operation = operations[name]
    const { path, rest } = fillPath(http.path, input as Record<string, unknown>)
    const asBody = http.body === 'json'
    const response = await this.open({
      method: http.method,
      path: asBody ? path : path + queryOf(rest),
      ...(asBody && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(rest) }),
    })
    return (await readJson(response)) as OutputOf<N>
  }

  /** Sends a request and answers with the response once it has begun, if it is a success. The caller reads its body. */
  async open(asked: RawRequest, accepted: (status: number) => boolean = isSuccess): Promise<IncomingMessage> {
    const response = await this.#send(asked)
    if (accepted(response.statusCode ?? 0)) return response
    const failure = await failureOf(response)
    // A host may refuse before it has read everything; then the rest need not be sent.
    response.destroy()
    throw failure
  }

  #send({ method, path, headers = {}, body }: RawRequest): Promise<IncomingMessage> {
    if (Buffer.byteLength(this.#socket) > maxSocketPathBytes) {
      const detail = `No host can be at ${this.#socket}: a socket path has at most ${maxSocketPathBytes} bytes.`
      throw new CliFailure('unreachable', detail, { exit: exitCodes.unreachable })
    }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = request({
      socketPath: connectAddress(this.#socket),
      method,
      path,
      headers: { [clientHeader]: 'command', ...headers },
      agent: false,
    })
    outgoing.once('response', resolve)
    outgoing.on('error', (error) => reject(this.#connectionFailure(error)))
    if (body === undefined || typeof body === 'string') {
      outgoing.setTimeout(silenceMs, () => outgoing.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })))
      outgoing.end(body)
    } else sendStream(body, outgoing, reject)
    return promise
  }

  #connectionFailure(error: NodeJS.ErrnoException): CliFailure {
    const options = { exit: exitCodes.unreachable, facts: { socket: this.#socket }, cause: error }
    switch (error.code) {
      case 'ENOENT':
      case 'ECONNREFUSED':
        return new CliFailure('unreachable', `No host answers at ${this.#socket}. Start one with: ${this.#startCommand}`, options)
      case 'EACCES':
      case 'EPERM':
        return new CliFailure(
          'unreachable',
          `This user may not use the socket ${this.#socket}; run the command as the user of the host.`,
          options,
        )
      case 'ETIMEDOUT':
        return new CliFailure('unreachable', `The host at ${this.#socket} has not answered for ${silenceMs / 1000} seconds.`, options)
      case 'ECONNRESET':
      case 'EPIPE': {
        const detail = 'The host ended the connection before it answered; whether the request was done is not known.'
        return new CliFailure('interrupted', detail, { exit: exitCodes.failed, cause: error })
      }
      default:
        return new CliFailure('unreachable', `No Holdfast host answers at ${this.#socket}: ${error.message}.`, options)
    }
  }
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** A failure to read ends the request and the command; a failure to write is told by the request itself. */
function sendStream(body: Readable, outgoing: ClientRequest, reject: (error: unknown) => void): void {
  body.once('error', (error) => reject(isSaid(error) ? error : fileFailure(error, 'The input cannot be read')))
  // Its outcome is that of the response, of the request's own error event, or of the body's: all three are heard already.
  pipeline(body, outgoing).catch(() => {})
}

const isSaid = (error: unknown): boolean => error instanceof CliFailure || error instanceof UsageError

function fillPath(template: string, input: Record<string, unknown>): { path: string; rest: Record<string, unknown> } {
  const rest = { ...input }
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = encodeURIComponent(String(rest[name]))
    delete rest[name]
    return value
  })
  return { path, rest }
}

export function queryOf(input: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) if (value !== undefined) query.set(name, String(value))
  return query.size === 0 ? '' : `?${query}`
}

/** A key in a raw request target: encoded so that every key comes back as it is, `..` and `/` too. */
export const keyPath = (key: string): string => `/api/data/${encodeURIComponent(key)}`

export async function readJson(response: IncomingMessage): Promise<unknown> {
  try {
    return await json(response)
  } catch (error) {
    throw new CliFailure('bad_answer', 'The answer is not that of a Holdfast host.', { exit: exitCodes.failed, cause: error })
  }
}

async function failureOf(response: IncomingMessage): Promise<CliFailure> {
  const status = response.statusCode ?? 0
  const problem = await readJson(response).catch(() => undefined)
  if (typeof problem !== 'object' || problem === null || !('code' in problem) || typeof problem.code !== 'string') {
    return new CliFailure('bad_answer', `The host answered ${status} without saying why.`, { exit: exitCodes.failed, facts: { status } })
  }
  const { code, detail, title, ...facts } = problem as Record<string, unknown>
  return new CliFailure(String(code), String(detail ?? title ?? code), { facts })
}
