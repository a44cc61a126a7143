import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { HoldfastError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { Connection } from './connection.ts'
import { answerRaw } from './raw-answer.ts'

// Imported as a module it would bring all of `fetch` with it, and hosts would start a tenth slower.
const http = process.getBuiltinModule('node:http')

const maxHeaderBytes = 16 * 1024
const headersMs = 10_000
const keepAliveMs = 15_000
const checkMs = 1000
/** Of an answer that the client does not read, or of nothing at all in both directions. Event streams beat more often. */
const silentMs = 120_000
/** Refused connections that may still be read from, so that they see why. */
const maxRefused = 64

/** Counts the connections of all doors together. */
export class ConnectionCount {
  readonly #limits: { readonly connections: number }
  open = 0
  refused = 0

  constructor(limits: { readonly connections: number }) {
    this.#limits = limits
  }

  /** May change while the host runs. */
  get limit(): number {
    return this.#limits.connections
  }
}

export interface HttpServerDeps {
  readonly count: ConnectionCount
  readonly log: Log
  readonly nextId: () => string
  /** An answer is through, or its connection is gone. */
  readonly onAnswered: (connection: Connection) => void
  readonly onRequest: (request: IncomingMessage, response: ServerResponse, connection: Connection, expectsContinue: boolean) => void
}

/** A node server with every limit set and every way in which node would answer by itself replaced by ours. */
export class HttpServer {
  readonly server: Server
  readonly #deps: HttpServerDeps
  readonly #connections = new Map<Socket, Connection>()

  constructor(deps: HttpServerDeps) {
    this.#deps = deps
    this.server = http.createServer({
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersMs,
      // A long upload may take its time as long as it moves: the receiver watches that.
      requestTimeout: 0,
      keepAliveTimeout: keepAliveMs,
      connectionsCheckingInterval: checkMs,
      // We answer a missing Host ourselves, as a problem.
      requireHostHeader: false,
      noDelay: true,
    })
    // 0 is no limit here: node would drop the headers beyond one silently, and with them perhaps a condition. We count them ourselves.
    this.server.maxHeadersCount = 0
    this.server.timeout = silentMs
    // A client may close its side when it has asked, and read the answer then (`nc -N`). Not in node's types.
    Object.assign(this.server, { httpAllowHalfOpen: true })
    this.#limitConnections()
    this.#listen()
  }

  get connections(): Iterable<Connection> {
    return this.#connections.values()
  }

  // Node's own limit closes without a word; so the listener that takes a connection is called by us, or not.
  #limitConnections(): void {
    const accept = this.server.listeners('connection')
    this.server.removeAllListeners('connection')
    this.server.on('connection', (socket: Socket) => {
      if (this.#deps.count.open >= this.#deps.count.limit) return this.#refuse(socket)
      this.#deps.count.open++
      const connection = new Connection(socket, this.#deps.onAnswered)
      this.#connections.set(socket, connection)
      socket.once('close', () => {
        this.#deps.count.open--
        this.#connections.delete(socket)
      })
      for (const listener of accept) listener.call(this.server, socket)
    })
  }

  #refuse(socket: Socket): void {
    const { count } = this.#deps
    if (count.refused >= maxRefused) {
      socket.destroy()
      return
    }
    count.refused++
    socket.once('close', () => {
      count.refused--
    })
    const sentence = `There are ${count.limit} connections already; close some, or try again in a moment.`
    answerRaw(socket, 'too_many_connections', sentence, { id: this.#deps.nextId() })
  }

  #listen(): void {
    const { server } = this
    const take = (expectsContinue: boolean) => (request: IncomingMessage, response: ServerResponse) => {
      const connection = this.#connections.get(request.socket)
      if (connection === undefined) response.destroy()
      else this.#deps.onRequest(request, response, connection, expectsContinue)
    }
    server.on('request', take(false))
    server.on('checkContinue', take(true))
    // Any other expectation is answered like a request without one: RFC 9110 lets a server ignore what it does not know.
    server.on('checkExpectation', take(false))
    server.on('connect', (_request: IncomingMessage, socket: Socket) => {
      answerRaw(socket, 'method_not_allowed', 'CONNECT does not exist here.', { id: this.#deps.nextId(), headers: ['Allow: GET, HEAD'] })
    })
    // A connection that could not be accepted, for want of memory for instance, is that one's misfortune.
    server.on('error', (error) => this.#deps.log.warn({ err: error }, 'A connection could not be taken'))
    server.on('clientError', (error: Error, socket: Socket) => this.#clientError(error, socket))
  }

  #clientError(error: NodeJS.ErrnoException, socket: Socket): void {
    const connection = this.#connections.get(socket)
    if (connection === undefined || connection.broken || socket.destroyed) return
    if (error.code === 'ECONNRESET' || error.code === 'EPIPE' || !socket.writable) {
      socket.destroy()
      return
    }
    connection.broken = true
    const { code, sentence, status } = complaintOf(error.code ?? '')
    this.#deps.log.debug({ code: error.code, status }, 'A connection sent what is no HTTP')
    // The request whose body was arriving answers for itself; answers that are under way come first.
    if (connection.failReceiving(new HoldfastError(code, sentence))) return
    connection.whenIdle(() => answerRaw(socket, code, sentence, { id: this.#deps.nextId(), status }))
  }
}

function complaintOf(parserCode: string): { code: 'invalid_request' | 'request_timeout' | 'too_large'; sentence: string; status: number } {
  switch (parserCode) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'too_large', sentence: `The request line and headers have at most ${maxHeaderBytes} bytes together.`, status: 431 }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request_timeout', sentence: `The headers of a request arrive within ${headersMs / 1000} seconds.`, status: 408 }
    case 'HPE_INVALID_EOF_STATE':
      return { code: 'invalid_request', sentence: 'The request ended before it was complete; send it again.', status: 400 }
    case 'HPE_INVALID_URL':
    case 'HPE_INVALID_CONSTANT':
      return {
        code: 'invalid_request',
        sentence:
          'The request line has characters that HTTP does not allow there: in a key, write blanks and what is not ASCII as %20 and the like.',
        status: 400,
      }
    case 'HPE_INVALID_METHOD':
      return {
        code: 'invalid_request',
        sentence: 'The request begins with no method of HTTP, such as GET or PUT in capitals.',
        status: 400,
      }
    default:
      return { code: 'invalid_request', sentence: 'This is no valid HTTP request.', status: 400 }
  }
}
