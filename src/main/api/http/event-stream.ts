import type { HoldfastEvent } from '../../../contract/index.ts'
import type { EventHub } from '../../storage/event-hub.ts'
import type { Exchange } from './exchange.ts'

const heartbeatMs = 15_000
/** What may wait for one slow reader. Beyond it nothing more is kept for it, and it is told that it missed something. */
const maxWaitingBytes = 1024 * 1024
/** A reader that takes nothing at all for this many heartbeats is gone. */
const maxStuckHeartbeats = 4

/** Server-sent events: what has changed, to whoever listens. */
export class EventStreams {
  readonly #events: EventHub
  readonly #streams = new Set<EventStream>()
  readonly #timer: NodeJS.Timeout

  constructor(deps: { events: EventHub }) {
    this.#events = deps.events
    this.#timer = setInterval(() => {
      for (const stream of this.#streams) stream.beat()
    }, heartbeatMs)
    this.#timer.unref()
  }

  /** Answers with a stream that lasts until one side ends it. `Last-Event-ID` resumes. */
  open(exchange: Exchange): void {
    const { response, request } = exchange
    response.writeHead(200, [
      'Content-Type',
      'text/event-stream',
      'Cache-Control',
      'no-store',
      'X-Content-Type-Options',
      'nosniff',
      'Holdfast-Request-Id',
      exchange.id,
      'Holdfast-Event-Id',
      this.#events.lastId,
    ])
    if (exchange.isHead) {
      response.end()
      return
    }
    const stream = new EventStream(exchange, () => this.#events.lastId)
    this.#streams.add(stream)
    // Both in one turn: nothing that happens can fall between what is caught up and what is heard.
    const lastSeen = request.headers['last-event-id']
    const missed = this.#events.since(typeof lastSeen === 'string' && lastSeen !== '' ? lastSeen : undefined)
    const stop = this.#events.subscribe((event) => stream.tell(event))
    stream.open(missed)
    response.once('close', () => {
      stop()
      this.#streams.delete(stream)
    })
    // A client that has closed its side waits for no answer here, unlike with a request.
    request.socket.once('end', () => response.destroy())
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#timer)
    for (const stream of this.#streams) stream.end()
  }
}

class EventStream {
  readonly #exchange: Exchange
  readonly #lastId: () => string
  #hasGap = false
  #stuckHeartbeats = 0

  constructor(exchange: Exchange, lastId: () => string) {
    this.#exchange = exchange
    this.#lastId = lastId
    exchange.response.on('drain', () => this.#drained())
  }

  open(missed: { events: HoldfastEvent[]; reset: boolean }): void {
    // Headers alone may wait in a buffer somewhere; a first byte shows a client that the stream is open.
    this.#write(': open\n\n')
    if (missed.reset) this.#write(block({ id: this.#lastId(), event: 'reset', data: {} }))
    for (const event of missed.events) this.tell(event)
  }

  tell(event: HoldfastEvent): void {
    if (this.#hasGap) return
    if (this.#exchange.response.writableLength > maxWaitingBytes) this.#hasGap = true
    else this.#write(block(event))
  }

  beat(): void {
    const { response } = this.#exchange
    if (!response.writableNeedDrain) {
      this.#stuckHeartbeats = 0
      this.#write(': heartbeat\n\n')
    } else if (++this.#stuckHeartbeats >= maxStuckHeartbeats) response.destroy()
  }

  end(): void {
    this.#exchange.response.end()
  }

  #drained(): void {
    this.#stuckHeartbeats = 0
    if (!this.#hasGap) return
    this.#hasGap = false
    this.#write(block({ id: this.#lastId(), event: 'reset', data: {} }))
  }

  #write(text: string): void {
    if (this.#exchange.response.writable) this.#exchange.response.write(text)
  }
}

const block = ({ id, event, data }: HoldfastEvent): string => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`
