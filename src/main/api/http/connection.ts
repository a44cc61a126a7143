import type { Socket } from 'node:net'
import type { HoldfastError } from '../../base/errors.ts'
import type { Exchange } from './exchange.ts'

/**
 * One client connection. Requests that a client sends without waiting for answers are served one after the other, because the
 * second may rely on the first: a read behind a write sees it.
 */
export class Connection {
  readonly socket: Socket
  readonly #waiting: (() => void)[] = []
  #busy = false
  #receiving: Exchange | undefined
  #onIdle: (() => void) | undefined
  /** What the parser found, once; nothing further can be read from the connection. */
  broken = false

  constructor(socket: Socket) {
    this.socket = socket
  }

  get isBusy(): boolean {
    return this.#busy
  }

  /** Runs `begin` now or behind what is being served; `begin` tells the end with `next`. */
  enter(begin: () => void): void {
    if (this.#busy) this.#waiting.push(begin)
    else {
      this.#busy = true
      begin()
    }
  }

  next(): void {
    const begin = this.#waiting.shift()
    if (begin !== undefined) begin()
    else {
      this.#busy = false
      this.#onIdle?.()
    }
  }

  /** Whose body is arriving. */
  set receiving(exchange: Exchange | undefined) {
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
