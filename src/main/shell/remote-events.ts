import type { ClientRequest, IncomingMessage } from 'node:http'
import type { ConnectionState } from '../../contract/bridge.ts'
import { eventTopicSchema, type HoldfastEvent } from '../../contract/events.ts'
import { documents } from '../../contract/operations.ts'
import type { Log } from '../base/log.ts'
import { openRequest, type RemoteEndpoint } from './remote-endpoint.ts'

const firstWaitMs = 250
const longestWaitMs = 5000
/** The host sends a heartbeat more often than this; a stream that is silent for longer is dead. */
const silenceMs = 60_000
const maxBlockCharacters = 4 * 1024 * 1024

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
    let rest = ''
    response.setEncoding('utf8')
    response.on('data', (piece: string) => {
      const blocks = (rest + piece).split(/\r?\n\r?\n/)
      rest = blocks.pop() ?? ''
      if (rest.length > maxBlockCharacters) response.destroy()
      for (const block of blocks) this.#take(block)
    })
    response.on('error', (error) => this.#deps.log.debug({ err: error }, 'The event stream of the host broke'))
  }

  #take(block: string): void {
    const event = parseEvent(block)
    if (!event) return
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

/** One block of a `text/event-stream`. Undefined for comments (heartbeats) and for what this version does not know. */
export function parseEvent(block: string): HoldfastEvent | undefined {
  const fields = new Map<string, string>()
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === undefined) continue
    const before = fields.get(field)
    fields.set(field, field === 'data' && before !== undefined ? `${before}\n${value}` : value)
  }
  const topic = fields.get('event')
  const known = topic === 'reset' ? topic : eventTopicSchema.safeParse(topic).data
  if (known === undefined) return undefined
  try {
    return { id: fields.get('id') ?? '', event: known, data: JSON.parse(fields.get('data') || '{}') }
  } catch {
    // A cut or foreign block says nothing that could be relied on: everything may have changed.
    return { id: fields.get('id') ?? '', event: 'reset', data: {} }
  }
}
