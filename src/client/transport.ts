import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { buffer, json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { maxSocketPathBytes } from '../contract/index.ts'
import { ConnectionError, errorOfProblem, HoldfastError } from './errors.ts'
import { connectAddress } from './places.ts'

// Imported as a module it would bring all of `fetch` with it, which takes longer to load than the rest of a command.
const http = process.getBuiltinModule('node:http')

/** Where a host is: at a socket, or at a loopback address, with a token. */
export type Place = { readonly socket: string } | { readonly host: string; readonly port: number; readonly token: string | undefined }

export const placeText = (place: Place): string => ('socket' in place ? place.socket : `${place.host}:${place.port}`)

export interface Ask {
  readonly method: string
  /** The raw target, already encoded: it is sent as it is. */
  readonly path: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: Readable | string | Uint8Array
  /** On a connection of its own: what lasts must not hold one of those that others share. */
  readonly alone?: boolean
  /** How long the host may stay silent; else that of the transport. */
  readonly silenceMs?: number
}

export interface TransportOptions {
  /** Asked before each request: a host that was started anew may listen elsewhere. */
  readonly place: () => Promise<Place>
  readonly headers?: OutgoingHttpHeaders
  readonly silenceMs: number
  /** Connections that are kept; 0: one for each request. */
  readonly maxConnections: number
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300

/** HTTP to one host. A failure says whether the request may have arrived; it never tries again by itself. */
export class Transport {
  readonly #options: TransportOptions
  readonly #agent: Agent | false
  readonly #running = new Set<ClientRequest>()
  #closed = false

  constructor(options: TransportOptions) {
    this.#options = options
    this.#agent = options.maxConnections > 0 && new http.Agent({ keepAlive: true, maxSockets: options.maxConnections, scheduling: 'lifo' })
  }

  /** Resolves once a successful answer has begun. The caller reads its body. Throws `HoldfastError`, and the signal's reason. */
  async open(ask: Ask, signal?: AbortSignal, accepted: (status: number) => boolean = isSuccess): Promise<IncomingMessage> {
    const response = await this.#send(ask, signal)
    if (accepted(response.statusCode ?? 0)) return response
    const problem = await json(response).catch(() => undefined)
    // A host may refuse before it has read everything; then the rest need not be sent.
    if (ask.body !== undefined && typeof ask.body !== 'string' && !(ask.body instanceof Uint8Array)) response.destroy()
    throw errorOfProblem(response.statusCode ?? 0, problem)
  }

  /** What runs fails as `cancelled`. */
  close(): void {
    this.#closed = true
    for (const running of this.#running) running.destroy(closedError())
    if (this.#agent) this.#agent.destroy()
  }

  async #send(ask: Ask, signal: AbortSignal | undefined): Promise<IncomingMessage> {
    signal?.throwIfAborted()
    if (this.#closed) throw closedError()
    const place = await this.#options.place()
    refuseLongPath(place)
    const silenceMs = ask.silenceMs ?? this.#options.silenceMs
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const outgoing = http.request({
      ...addressOf(place),
      method: ask.method,
      path: ask.path,
      headers: { ...this.#options.headers, ...tokenHeader(place), ...ask.headers },
      agent: ask.alone ? false : this.#agent,
      ...(signal && { signal }),
    })
    this.#running.add(outgoing)
    outgoing.once('close', () => this.#running.delete(outgoing))
    outgoing.once('response', resolve)
    outgoing.on('error', (error) => reject(failureOf(error, { place, silenceMs, signal })))
    if (isStream(ask.body)) sendStream(ask.body, outgoing, reject)
    else {
      outgoing.setTimeout(silenceMs, () => outgoing.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })))
      outgoing.end(ask.body)
    }
    return promise
  }
}

const isStream = (body: Ask['body']): body is Readable => typeof body === 'object' && !(body instanceof Uint8Array)

const closedError = (): HoldfastError => new HoldfastError('cancelled', 'This client was closed. Connect anew.', { retryable: false })

const addressOf = (place: Place): { socketPath: string } | { host: string; port: number } =>
  'socket' in place ? { socketPath: connectAddress(place.socket) } : { host: place.host, port: place.port }

const tokenHeader = (place: Place): OutgoingHttpHeaders =>
  'socket' in place || place.token === undefined ? {} : { authorization: `Bearer ${place.token}` }

/** The system would cut it silently and look elsewhere. */
function refuseLongPath(place: Place): void {
  if (!('socket' in place) || Buffer.byteLength(place.socket) <= maxSocketPathBytes) return
  const sentence = `No host can be at ${place.socket}: a socket path has at most ${maxSocketPathBytes} bytes.`
  throw new ConnectionError('failed', sentence, { mayHaveArrived: false, cause: undefined })
}

/** A failure to read the body is that of the request; a failure to write it is told by the request itself. */
function sendStream(body: Readable, outgoing: ClientRequest, reject: (error: unknown) => void): void {
  body.once('error', reject)
  // Its outcome is that of the response, of the request's own error event, or of the body's: all three are heard already.
  pipeline(body, outgoing).catch(() => {})
}

interface Circumstances {
  readonly place: Place
  readonly silenceMs: number
  readonly signal: AbortSignal | undefined
}

/** The body of an answer. Throws `interrupted` when it ends early, and the signal's reason. */
export async function wholeOf(response: IncomingMessage, signal?: AbortSignal): Promise<Buffer> {
  try {
    return await buffer(response)
  } catch (error) {
    signal?.throwIfAborted()
    throw error instanceof HoldfastError ? error : cut(error)
  }
}

function cut(cause: unknown): ConnectionError {
  const sentence = 'The host ended the connection before it answered; whether the request was done is not known.'
  return new ConnectionError('cut', sentence, { mayHaveArrived: true, cause })
}

/** What an error of node's means to the caller. */
function failureOf(error: NodeJS.ErrnoException, { place, silenceMs, signal }: Circumstances): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof HoldfastError) return error
  const where = placeText(place)
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new ConnectionError('absent', `No host answers at ${where}. Start one with: holdfast serve`, {
        mayHaveArrived: false,
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
      return new ConnectionError('not_allowed', `This user may not use the socket ${where}; run as the user of the host.`, {
        mayHaveArrived: false,
        cause: error,
      })
    case 'ETIMEDOUT':
      return new ConnectionError('silent', `The host at ${where} has not answered for ${silenceMs / 1000} seconds.`, {
        mayHaveArrived: true,
        cause: error,
      })
    case 'ECONNRESET':
    case 'EPIPE':
      return cut(error)
    default:
      return new ConnectionError('failed', `No Holdfast host answers at ${where}: ${error.message}.`, {
        mayHaveArrived: true,
        cause: error,
      })
  }
}
