import type { Socket } from 'node:net'
import type { HoldfastError } from '../../base/errors.ts'

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

  /** Takes the connection for a request; false when another is being served, behind which it has to `wait`. */
  enter(): boolean {
    if (this.#busy) return false
    this.#busy = true
    return true
  }

  /** Has `begin` called when what came before is done with. */
  wait(begin: () => void): void {
    this.#waiting.push(begin)
  }

  /** What was being served is done with. */
  next(): void {
    const begin = this.#waiting.shift()
    if (begin !== undefined) begin()
    else {
      this.#busy = false
      this.#onIdle?.()
    }
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
