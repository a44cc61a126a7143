import { type EventData, eventTopicSchema, type HoldfastEvent } from '../../contract/index.ts'

/**
 * Turns pieces of a `text/event-stream` into events, as they come. Comments (heartbeats) and events of other kinds are passed over.
 */
export class EventStreamParser {
  #rest = ''

  /** The events that `piece` completes. */
  push(piece: string): HoldfastEvent[] {
    this.#rest += piece
    const events: HoldfastEvent[] = []
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.#rest)
      if (!end) return events
      const event = parseBlock(this.#rest.slice(0, end.index))
      this.#rest = this.#rest.slice(end.index + end[0].length)
      if (event) events.push(event)
    }
  }
}

function parseBlock(block: string): HoldfastEvent | undefined {
  let id = ''
  let name = ''
  const data: string[] = []
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (field === 'id') id = value ?? ''
    if (field === 'event') name = value ?? ''
    if (field === 'data') data.push(value ?? '')
  }
  if (!isTopic(name)) return undefined
  return { id, event: name, data: parseData(data.join('\n')) }
}

const topics: readonly string[] = [...eventTopicSchema.options, 'reset']
const isTopic = (name: string): name is HoldfastEvent['event'] => topics.includes(name)

function parseData(text: string): EventData {
  if (text === '') return {}
  try {
    return JSON.parse(text) as EventData
  } catch {
    return {}
  }
}
