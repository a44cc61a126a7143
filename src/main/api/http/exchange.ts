import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Actor, clientHeader, type Role } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { toHoldfastError, toProblem } from '../problem.ts'
import type { ByteBudget } from './byte-budget.ts'
import type { Connection } from './connection.ts'
import type { RawTarget } from './raw-target.ts'

/** Names and values in turn, as node writes them fastest. */
export type HeaderList = (string | number)[]

/** What all exchanges share. */
export interface ExchangeDeps {
  readonly log: Log
  /** Of request bodies, and of answers, that are in memory. */
  readonly bodies: ByteBudget
  readonly answers: ByteBudget
  /** True once the host stops: every answer is the last on its connection. */
  readonly isStopping: () => boolean
}

export interface ExchangeFacts {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: Connection
  readonly target: RawTarget
  readonly expectsContinue: boolean
}

/** Answers above this count against the budget: a client that asks and does not read keeps them in memory. */
const countedAnswerBytes = 64 * 1024
/** Node writes headers and a string of one byte a character in one call to the system, headers and bytes in a costlier one of two parts. */
const joinedAnswerBytes = 16 * 1024
const ownClients = ['desktop', 'browser', 'command'] as const
const retryAfterSeconds = 1
/** How long a client that has closed its side is taken to wait for its answer. */
const askAfterMs = 100
const lingerMs = 10_000
const lingerIdleMs = 2000

/** One request and its answer. */
export class Exchange implements ExchangeFacts {
  readonly id: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly connection: Connection
  readonly target: RawTarget
  readonly expectsContinue: boolean
  /** Null: not known who asks; only what holds no data answers. */
  role: Role | null = null
  /** Through the socket or over TCP. */
  door: 'socket' | 'http' = 'http'
  #onBodyFailure: ((error: HoldfastError) => void) | undefined
  readonly #deps: ExchangeDeps
  #controller: AbortController | undefined
  #log: Log | undefined

  constructor(deps: ExchangeDeps, facts: ExchangeFacts) {
    this.#deps = deps
    this.id = facts.id
    this.request = facts.request
    this.response = facts.response
    this.connection = facts.connection
    this.target = facts.target
    this.expectsContinue = facts.expectsContinue
  }

  /** Our own clients say that a person sits before them; whoever says nothing is a program. */
  get actor(): Actor {
    const client = this.request.headers[clientHeader]
    const known = ownClients.find((name) => name === client)
    return known === undefined ? { kind: 'program', door: this.door } : { kind: 'person', door: known }
  }

  get method(): string {
    return this.request.method ?? ''
  }

  get isHead(): boolean {
    return this.request.method === 'HEAD'
  }

  get bodies(): ByteBudget {
    return this.#deps.bodies
  }

  get answers(): ByteBudget {
    return this.#deps.answers
  }

  /** Every line carries the id that the client is told. */
  get log(): Log {
    this.#log ??= this.#deps.log.child({ requestId: this.id })
    return this.#log
  }

  /** Aborted when the client goes away before it has its answer. Made when first asked for: most requests never need it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController()
      this.#controller = controller
      const gone = () => controller.abort(new HoldfastError('cancelled', 'The client went away.'))
      if (this.request.socket.destroyed) gone()
      else {
        this.response.once('close', () => this.response.writableFinished || gone())
        this.#askWhenEnded()
      }
    }
    return this.#controller.signal
  }

  /**
   * A client that has closed its side may have gone away, or wait for its answer: only writing to it tells. An interim answer is what every client passes
   * over; it is sent only to one that waits for something long.
   */
  #askWhenEnded(): void {
    const { socket, httpVersion } = this.request
    if (httpVersion === '1.0') return
    let timer: NodeJS.Timeout | undefined
    const ask = () => {
      timer = setTimeout(() => this.response.headersSent || this.response.writeProcessing(), askAfterMs)
    }
    if (socket.readableEnded) ask()
    else socket.once('end', ask)
    this.response.once('close', () => {
      socket.off('end', ask)
      clearTimeout(timer)
    })
  }

  get hasBody(): boolean {
    const { headers } = this.request
    return headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0')
  }

  /** Called with what ends the body early: the parser's complaint, or the watch's. */
  onBodyFailure(listener: ((error: HoldfastError) => void) | undefined): void {
    this.#onBodyFailure = listener
    this.connection.receiving = listener === undefined ? undefined : this
  }

  failBody(error: HoldfastError): void {
    this.#onBodyFailure?.(error)
  }

  /** Sends the whole answer. Nothing is sent when the client is gone or an answer was begun. */
  send(status: number, headers: HeaderList, body?: Uint8Array | string): void {
    const { response, request } = this
    if (response.headersSent || response.destroyed) return
    headers.push('X-Content-Type-Options', 'nosniff', 'Holdfast-Request-Id', this.id)
    const unread = this.hasBody && !request.complete
    if (unread || this.#deps.isStopping()) headers.push('Connection', 'close')
    response.writeHead(status, headers)
    const shown = this.isHead || status === 204 || status === 304 ? undefined : body
    if (shown !== undefined && shown.length > countedAnswerBytes) this.#count(shown.length)
    if (unread) this.#sendAndLinger(shown)
    else if (shown === undefined) response.end()
    else if (typeof shown !== 'string' && shown.length <= joinedAnswerBytes) response.end(latin1Of(shown), 'latin1')
    else response.end(shown)
  }

  sendJson(status: number, value: unknown, more: HeaderList = []): void {
    const body = Buffer.from(JSON.stringify(value), 'utf8')
    this.send(status, ['Content-Type', 'application/json', 'Content-Length', body.length, 'Cache-Control', 'no-store', ...more], body)
  }

  sendBytes(type: string, body: Buffer): void {
    this.send(200, ['Content-Type', type, 'Content-Length', body.length, 'Cache-Control', 'no-store'], body)
  }

  /** Answers with what was thrown; when an answer had begun, the connection is cut so that nobody takes a part for the whole. */
  sendError(thrown: unknown, more: HeaderList = [], status?: number): void {
    // A refusal is told and not logged, so it needs no log of its own.
    const error = isRefusal(thrown) ? thrown : toHoldfastError(thrown, this.log)
    if (this.response.headersSent) {
      this.response.destroy()
      return
    }
    const body = Buffer.from(JSON.stringify(toProblem(error, status)), 'utf8')
    const headers: HeaderList = [
      'Content-Type',
      'application/problem+json',
      'Content-Length',
      body.length,
      'Cache-Control',
      'no-store',
      ...more,
    ]
    if (error.status === 429 || error.status === 503) headers.push('Retry-After', retryAfterSeconds)
    if (error.code === 'unauthenticated') headers.push('WWW-Authenticate', 'Bearer realm="holdfast"')
    this.send(status ?? error.status, headers, body)
  }

  #count(bytes: number): void {
    this.#deps.answers.add(bytes)
    this.response.once('close', () => this.#deps.answers.release(bytes))
  }

  /**
   * The answer comes before the client has sent everything. Closing now would make the system discard what the client has not read yet (it
   * answers unread bytes with a reset), so what still comes is read and thrown away for a while, then the connection ends.
   */
  #sendAndLinger(body: Uint8Array | string | undefined): void {
    const { response, request } = this
    if (body === undefined) response.flushHeaders()
    else response.write(body)
    const end = () => {
      clearTimeout(longest)
      clearTimeout(idle)
      request.removeListener('data', moved)
      response.end()
    }
    const longest = setTimeout(end, lingerMs)
    const idle = setTimeout(end, lingerIdleMs)
    const moved = () => idle.refresh()
    longest.unref()
    idle.unref()
    request.on('data', moved)
    request.once('end', end)
    request.once('close', end)
    request.resume()
  }
}

const latin1Of = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

const isRefusal = (thrown: unknown): thrown is HoldfastError => thrown instanceof HoldfastError && thrown.status < 500
