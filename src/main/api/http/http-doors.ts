import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { HoldfastError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { ContextIds } from '../../base/request-context.ts'
import { ByteBudget } from './byte-budget.ts'
import type { Connection } from './connection.ts'
import { EventStreams } from './event-stream.ts'
import { Exchange, type ExchangeDeps } from './exchange.ts'
import { ConnectionCount, HttpServer } from './http-server.ts'
import { listenOnSocket, listenOnTcp } from './listen.ts'
import { parseTarget } from './raw-target.ts'
import { Receiver } from './receiver.ts'
import { RequestServer } from './request-server.ts'
import type { HttpServices } from './services.ts'
import { TcpGuard } from './tcp-guard.ts'

export interface HttpDoorsDeps {
  readonly services: HttpServices
  readonly clock: Clock
  readonly log: Log
  readonly ids: ContextIds
  /** Read for every request: they may change while the host runs. */
  readonly limits: { readonly connections: number; readonly requestsInFlight: number }
}

/** Bytes of all request bodies, and of all answers above 64 KiB, that are in memory at once. */
const bodiesBytes = 256 * 1024 * 1024
const answersBytes = 256 * 1024 * 1024
/** Requests that one client, and all of them, may send without waiting for answers; who sends more is cut off. */
const mostAhead = 4096
const mostAheadOfAll = 16_384

/** HTTP through a unix socket (or named pipe), whose folder is its lock, and on loopback, with a token. */
export class HttpDoors {
  readonly #deps: HttpDoorsDeps
  readonly #servers: HttpServer[] = []
  readonly #count: ConnectionCount
  readonly #receiver: Receiver
  readonly #streams: EventStreams
  readonly #requests: RequestServer
  readonly #exchangeDeps: ExchangeDeps
  readonly #boot = randomBytes(3).toString('hex')
  readonly #working = new Set<Promise<void>>()
  #inFlight = 0
  /** Requests that wait behind others of their connections. */
  #ahead = 0
  #ids = 0
  #stopping = false
  #closing: Promise<void> | undefined
  #whenQuiet: (() => void) | undefined

  constructor(deps: HttpDoorsDeps) {
    this.#deps = deps
    this.#count = new ConnectionCount(deps.limits)
    this.#receiver = new Receiver({ clock: deps.clock })
    this.#streams = new EventStreams({ events: deps.services.events })
    this.#requests = new RequestServer({ services: deps.services, receiver: this.#receiver, streams: this.#streams, clock: deps.clock })
    const isStopping = () => this.#stopping
    this.#exchangeDeps = { log: deps.log, bodies: new ByteBudget(bodiesBytes), answers: new ByteBudget(answersBytes), isStopping }
  }

  /** Opens the socket. Throws `socket_path_taken`, `socket_path_too_long`. */
  async openSocket(path: string): Promise<void> {
    await listenOnSocket(this.#newServer(undefined).server, path, this.#deps.log)
  }

  /** Opens the loopback door and gives its address. Throws `port_taken`, `not_loopback`. */
  async openTcp(address: { host: string; port: number }, token: string): Promise<string> {
    let guard: TcpGuard | undefined
    const http = this.#newServer(() => guard)
    const bound: AddressInfo = await listenOnTcp(http.server, address)
    guard = new TcpGuard({ port: bound.port, token })
    return `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`
  }

  /**
   * Takes nothing new; what runs may finish within `graceMs`, then it is cut. Event streams and idle connections end at once.
   */
  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#close(graceMs)
    return this.#closing
  }

  async #close(graceMs: number): Promise<void> {
    this.#stopping = true
    const closed = this.#servers.map(({ server }) => new Promise<void>((resolve) => server.close(() => resolve())))
    this.#streams.close()
    for (const { server } of this.#servers) server.closeIdleConnections()
    this.#endUnused()
    await this.#quiet(graceMs)
    for (const { server } of this.#servers) server.closeAllConnections()
    await Promise.all([...this.#working, ...closed])
    this.#receiver.close()
  }

  /** A connection on which nothing was asked yet is not idle in node's eyes. */
  #endUnused(): void {
    for (const { connections } of this.#servers) {
      for (const connection of connections) if (!connection.isBusy) connection.socket.destroy()
    }
  }

  #quiet(graceMs: number): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, graceMs)
      this.#whenQuiet = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  #newServer(guard: (() => TcpGuard | undefined) | undefined): HttpServer {
    const http = new HttpServer({
      count: this.#count,
      log: this.#deps.log,
      nextId: () => this.#nextId(),
      onAnswered: (connection) => this.#left(connection),
      onRequest: (request, response, connection, expectsContinue) =>
        this.#take(request, response, connection, { expectsContinue, guard: guard?.(), isOpenDoor: guard === undefined }),
    })
    this.#servers.push(http)
    return http
  }

  #nextId(): string {
    return `${this.#boot}-${(++this.#ids).toString(36)}`
  }

  #take(
    request: IncomingMessage,
    response: ServerResponse,
    connection: Connection,
    door: { expectsContinue: boolean; guard: TcpGuard | undefined; isOpenDoor: boolean },
  ): void {
    const facts = {
      id: this.#nextId(),
      request,
      response,
      connection,
      target: parseTarget(request.url ?? ''),
      expectsContinue: door.expectsContinue,
    }
    const exchange = new Exchange(this.#exchangeDeps, facts)
    // The socket's folder is its permission; over TCP the token decides. One token is the administrator until roles exist.
    exchange.role = door.isOpenDoor ? 'admin' : null
    const { requestsInFlight } = this.#deps.limits
    let isTooMany = false
    const begin = () => this.#begin(exchange, isTooMany, door.guard)
    const isFirst = this.#counting(connection, () => connection.enter(begin))
    isTooMany = this.#inFlight > requestsInFlight || connection.ahead >= requestsInFlight
    if (isFirst) begin()
    // Node reads on whatever is sent ahead; nobody else shall pay for it with memory.
    else if (connection.ahead >= mostAhead || this.#ahead >= mostAheadOfAll) connection.socket.destroy()
  }

  #begin(exchange: Exchange, isTooMany: boolean, guard: TcpGuard | undefined): void {
    const { connection, response } = exchange
    // Without a connection node never closes the answer.
    if (connection.socket.destroyed) {
      this.#left(connection)
      return
    }
    response.on('close', connection.onAnswered)
    if (isTooMany) exchange.sendError(tooManyRequests(this.#deps.limits.requestsInFlight))
    else if (this.#stopping) exchange.sendError(new HoldfastError('stopping', 'The host is stopping; ask again when it runs.'))
    else this.#serve(exchange, guard)
  }

  #serve(exchange: Exchange, guard: TcpGuard | undefined): void {
    const work = this.#requests.serve(exchange, guard, this.#deps.ids)
    if (work === undefined) return
    this.#working.add(work)
    void work.finally(() => this.#working.delete(work))
  }

  #left(connection: Connection): void {
    const begin = this.#counting(connection, () => connection.next())
    begin?.()
    if (this.#inFlight === 0) this.#whenQuiet?.()
  }

  /** Keeps the sums over all connections while one of them changes. */
  #counting<Result>(connection: Connection, change: () => Result): Result {
    const { weight, ahead } = connection
    const result = change()
    this.#inFlight += connection.weight - weight
    this.#ahead += connection.ahead - ahead
    return result
  }
}

function tooManyRequests(limit: number): HoldfastError {
  return new HoldfastError('overloaded', `There are ${limit} requests under way already; try again in a moment.`, { details: { limit } })
}
