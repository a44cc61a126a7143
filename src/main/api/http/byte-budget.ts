import { HoldfastError } from '../../base/errors.ts'

/** A bound on the bytes that all requests together hold in memory. */
export class ByteBudget {
  readonly #limitBytes: number
  #heldBytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get isFull(): boolean {
    return this.#heldBytes >= this.#limitBytes
  }

  /** Throws `overloaded`, and takes nothing, when there is no room. */
  take(bytes: number): void {
    if (this.#heldBytes + bytes > this.#limitBytes) throw noRoom()
    this.#heldBytes += bytes
  }

  /** For what exists already and cannot be refused any more. */
  add(bytes: number): void {
    this.#heldBytes += bytes
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes
  }
}

export const noRoom = (): HoldfastError =>
  new HoldfastError('overloaded', 'Too many bytes are on their way at once; try again in a moment, or with fewer requests at a time.')
