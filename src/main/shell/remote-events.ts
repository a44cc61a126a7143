import type { ClientRequest, IncomingMessage } from 'node:http'
import type { ConnectionState } from '../../contract/bridge.ts'
import { EventStreamParser } from '../../contract/event-stream.ts'
import type { HoldfastEvent } from '../../contract/events.ts'
import { documents } from '../../contract/operations.ts'
import type { Log } from '../base/log.ts'
import { openRequest, type RemoteEndpoint } from './remote-endpoint.ts'

const firstWaitMs = 250
const longestWaitMs = 5000
/** The host sends a heartbeat more often than this; a stream that is silent for longer is dead. */
const silenceMs = 60_000

export interface RemoteEventsDeps {
  endpoint: RemoteEndpoint
  onEvent(event: HoldfastEvent): void
  onConnection(state: ConnectionState): void
  log: Log
}

/** Follows the event stream of another process's host: reconnects by itself, and resumes behind the last event that it has seen. */
export class RemoteEvents {
  readonly #deps: RemoteEventsDeps
  #request: ClientRequest | undefined
  #timer: NodeJS.Timeout | undefined
  #waitMs = firstWaitMs
  #lastId: string | undefined
  #closed = false

  constructor(deps: RemoteEventsDeps) {
    this.#deps = deps
    this.#connect()
  }

  /** Does not wait any longer before the next attempt. */
  retryNow(): void {
    if (this.#closed || this.#timer === undefined) return
    clearTimeout(this.#timer)
    this.#waitMs = firstWaitMs
    this.#connect()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#request?.destroy()
  }

  #connect(): void {
    this.#timer = undefined
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    if (this.#lastId !== undefined) headers['last-event-id'] = this.#lastId
    // A connection of its own: a stream in the pool of the calls would hold one of its places for ever.
    const stream = openRequest(this.#deps.endpoint, { path: documents.events.path, headers, agent: false, silenceMs })
    this.#request = stream
    stream.on('timeout', () => stream.destroy(new Error('the event stream fell silent')))
    stream.on('response', (response) => this.#follow(response))
    stream.on('error', (error) => this.#deps.log.debug({ err: error }, 'The event stream of the host ended'))
    stream.on('close', () => this.#reconnectLater())
    stream.end()
  }

  #follow(response: IncomingMessage): void {
    if (response.statusCode !== 200) {
      response.destroy()
      return
    }
    this.#waitMs = firstWaitMs
    this.#deps.onConnection('connected')
    const parser = new EventStreamParser()
    response.setEncoding('utf8')
    response.on('data', (piece: string) => {
      for (const event of parser.push(piece)) this.#take(event)
      if (parser.overflown) response.destroy()
    })
    response.on('error', (error) => this.#deps.log.debug({ err: error }, 'The event stream of the host broke'))
  }

  #take(event: HoldfastEvent): void {
    if (event.id !== '') this.#lastId = event.id
    this.#deps.onEvent(event)
  }

  #reconnectLater(): void {
    if (this.#closed) return
    this.#deps.onConnection('lost')
    this.#timer = setTimeout(() => this.#connect(), this.#waitMs)
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs)
  }
}
