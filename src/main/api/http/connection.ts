import type { Socket } from 'node:net'
import type { HoldfastError } from '../../base/errors.ts'

/** Of the requests that a client sends ahead no more count as in flight: one connection must not take the room of all others. */
const mostCounted = 64

/** A request whose body is arriving. */
interface Receiving {
  readonly request: { readonly complete: boolean }
  failBody(error: HoldfastError): void
}

/**
 * One client connection. Requests that a client sends without waiting for answers are served one after the other, because the
 * second may rely on the first: a read behind a write sees it.
 */
export class Connection {
  readonly socket: Socket
  /** Listens to the end of every answer; one function for all of them. */
  readonly onAnswered: () => void
  readonly #waiting: (() => void)[] = []
  #busy = false
  #receiving: Receiving | undefined
  #onIdle: (() => void) | undefined
  /** What the parser found, once; nothing further can be read from the connection. */
  broken = false

  constructor(socket: Socket, onAnswered: (connection: Connection) => void) {
    this.socket = socket
    this.onAnswered = () => onAnswered(this)
  }

  get isBusy(): boolean {
    return this.#busy
  }

  /** Takes the connection for a request; false when another is being served: then `begin` comes out of `next` in its turn. */
  enter(begin: () => void): boolean {
    if (this.#busy) this.#waiting.push(begin)
    const isFree = !this.#busy
    this.#busy = true
    return isFree
  }

  /** How many requests it counts for: the one that is served, and those behind it, as far as they count. */
  get weight(): number {
    return Math.min(mostCounted, (this.#busy ? 1 : 0) + this.#waiting.length)
  }

  /** Requests that wait behind the one that is served. */
  get ahead(): number {
    return this.#waiting.length
  }

  /** What was being served is done with. Gives the beginning of the next, if there is one; of a closed connection nothing is served any more. */
  next(): (() => void) | undefined {
    if (this.socket.destroyed) this.#waiting.length = 0
    const begin = this.#waiting.shift()
    this.#busy = begin !== undefined
    if (begin === undefined) this.#onIdle?.()
    return begin
  }

  /** Whose body is arriving. */
  set receiving(exchange: Receiving | undefined) {
    this.#receiving = exchange
  }

  /** Hands what the parser found to the request whose body is arriving. Whether there is one, which then answers. */
  failReceiving(error: HoldfastError): boolean {
    // What is complete was understood before the rest went wrong.
    if (this.#receiving === undefined || this.#receiving.request.complete) return false
    this.#receiving.failBody(error)
    return true
  }

  whenIdle(run: () => void): void {
    if (this.#busy) this.#onIdle = run
    else run()
  }
}
