import type { Clock } from '../../base/clock.ts'
import { HoldfastError } from '../../base/errors.ts'
import type { Exchange } from './exchange.ts'

/** A body that moves may take as long as it likes; one of which nothing comes for this long is given up. */
const stalledMs = 30_000
const sweepMs = 1000

interface Waiting {
  sinceMs: number
  fail(error: HoldfastError): void
}

/** Reads the bodies of requests: bounded in bytes, each and all together, and in the time that nothing arrives. */
export class Receiver {
  readonly #clock: Clock
  readonly #waiting = new Set<Waiting>()
  readonly #timer: NodeJS.Timeout

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock
    this.#timer = setInterval(() => this.sweep(), sweepMs)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Gives up on what has stalled; called by the timer. */
  sweep(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const waiting of this.#waiting) {
      if (nowMs - waiting.sinceMs < stalledMs) continue
      waiting.fail(new HoldfastError('request_timeout', `Nothing of the request arrived for ${stalledMs / 1000} seconds; send it again.`))
    }
  }

  /**
   * The whole body. The bytes count against the budget until the answer is through. Throws `tooLarge` as soon as the announced or the
   * received length exceeds the limit, `overloaded`, `request_timeout`, `cancelled` when the client goes away,
   * `invalid_request` when it is cut off or malformed.
   */
  async whole(exchange: Exchange, limitBytes: number, tooLarge: () => HoldfastError): Promise<Buffer> {
    if (!exchange.hasBody) return Buffer.alloc(0)
    if (Number(exchange.request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge()
    if (exchange.request.socket.destroyed) throw clientGone()
    if (exchange.expectsContinue) exchange.response.writeContinue()
    let held = 0
    exchange.response.once('close', () => exchange.bodies.release(held))
    const hold = (bytes: number) => {
      if (held + bytes > limitBytes) throw tooLarge()
      exchange.bodies.take(bytes)
      held += bytes
    }
    return this.#collect(exchange, hold)
  }

  #collect(exchange: Exchange, hold: (bytes: number) => void): Promise<Buffer> {
    const { request } = exchange
    const chunks: Buffer[] = []
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { sinceMs: this.#clock.monotonicMs(), fail: (error) => settle(() => reject(error)) }
      const settle = (how: () => void) => {
        this.#waiting.delete(waiting)
        request.off('data', take).off('end', ended).off('close', gone)
        request.pause()
        exchange.onBodyFailure(undefined)
        how()
      }
      const take = (chunk: Buffer) => {
        waiting.sinceMs = this.#clock.monotonicMs()
        try {
          hold(chunk.length)
          chunks.push(chunk)
        } catch (error) {
          settle(() => reject(error))
        }
      }
      const ended = () => settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
      const gone = () => settle(() => reject(clientGone()))
      request.on('error', ignoreSinceCloseFollows)
      request.on('data', take).on('end', ended).on('close', gone)
      exchange.onBodyFailure((error) => settle(() => reject(error)))
      this.#waiting.add(waiting)
    })
  }

  /** The body as it comes, of any length: the next piece is read when the one before is done with. Throws what `whole` throws. */
  async *stream(exchange: Exchange): AsyncGenerator<Uint8Array> {
    if (!exchange.hasBody) return
    if (exchange.expectsContinue) exchange.response.writeContinue()
    const { request } = exchange
    let failure: HoldfastError | undefined
    let wake = () => {}
    const fail = (error: HoldfastError) => {
      failure ??= error
      wake()
    }
    const awake = () => wake()
    const gone = () => (request.complete ? wake() : fail(clientGone()))
    request.on('error', ignoreSinceCloseFollows)
    request.on('readable', awake).on('end', awake).on('close', gone)
    exchange.onBodyFailure(fail)
    const waiting: Waiting = { sinceMs: 0, fail }
    try {
      for (;;) {
        if (failure !== undefined) throw failure
        const chunk: Buffer | null = request.read()
        if (chunk !== null) {
          yield chunk
          continue
        }
        if (request.readableEnded) return
        if (request.destroyed) throw clientGone()
        waiting.sinceMs = this.#clock.monotonicMs()
        this.#waiting.add(waiting)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        this.#waiting.delete(waiting)
      }
    } finally {
      this.#waiting.delete(waiting)
      request.off('readable', awake).off('end', awake).off('close', gone)
      exchange.onBodyFailure(undefined)
    }
  }
}

// Without a listener node would end the process; the reason is told by `close`, which always follows.
const ignoreSinceCloseFollows = (): void => {}

const clientGone = (): HoldfastError => new HoldfastError('cancelled', 'The client went away before its request was complete.')
