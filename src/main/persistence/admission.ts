import { overlayWaitMs } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'

const overloaded = 'Writes come in faster than the disk takes them. Try again in a moment.'
const replaced = 'The database is being replaced by a restore or its undo, and this takes longer than usual. Try again in a moment.'

interface Waiter {
  /** Does what it came for, or fails. */
  readonly enter: () => void
}

/**
 * Lets writers in while there is room in the overlay and nobody has closed the gate; the others wait in their order, and are told to come again after
 * five seconds. A full overlay slows writers down, it never drops. A writer does its work in the moment in which it is let in, so that those who follow
 * find the room that it has taken, and nobody slips through a gate that closes.
 */
export class Admission {
  readonly #hasRoom: () => boolean
  readonly #waiting: Waiter[] = []
  #isClosed = false

  constructor(deps: { hasRoom: () => boolean }) {
    this.#hasRoom = deps.hasRoom
  }

  /** True when a writer may go on at once: the usual case, without a promise. */
  get isOpen(): boolean {
    return !this.#isClosed && this.#waiting.length === 0 && this.#hasRoom()
  }

  /** Runs `act` when it is this writer's turn. Throws `overloaded` after five seconds, `cancelled` when the signal is aborted; `act` did not run then. */
  async enter<T>(act: () => T, signal?: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const waiter: Waiter = {
      enter: () => {
        try {
          resolve(act())
        } catch (error) {
          reject(error)
        }
      },
    }
    this.#waiting.push(waiter)
    const leave = (error: HoldfastError) => {
      const place = this.#waiting.indexOf(waiter)
      if (place >= 0) this.#waiting.splice(place, 1)
      reject(error)
    }
    const late = () => leave(new HoldfastError('overloaded', this.#isClosed ? replaced : overloaded))
    const cancelled = () => leave(new HoldfastError('cancelled', 'Cancelled; nothing was written.'))
    const timer = setTimeout(late, overlayWaitMs)
    signal?.addEventListener('abort', cancelled, { once: true })
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancelled)
    }
  }

  close(): void {
    this.#isClosed = true
  }

  open(): void {
    this.#isClosed = false
    this.roomMayBeThere()
  }

  /** Lets in those who fit now. */
  roomMayBeThere(): void {
    while (!this.#isClosed && this.#waiting.length > 0 && this.#hasRoom()) this.#waiting.shift()?.enter()
  }

  /** Nothing is written for now, so nobody needs to wait: each finds out why by trying. */
  letAllTry(): void {
    for (const waiter of this.#waiting.splice(0)) waiter.enter()
  }
}
