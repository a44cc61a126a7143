import { type EventData, eventTopicSchema, type HoldfastEvent } from './events.ts'

/** A block longer than this is no event of ours. */
const maxBlockCharacters = 4 * 1024 * 1024

/** Turns pieces of a `text/event-stream` into events, as they come. Comments (heartbeats) and events of other kinds are passed over. */
export class EventStreamParser {
  #rest = ''

  /** What is left over is more than an event can be: the stream is not one of ours. */
  get overflown(): boolean {
    return this.#rest.length > maxBlockCharacters
  }

  /** The events that `piece` completes. */
  push(piece: string): HoldfastEvent[] {
    const blocks = (this.#rest + piece).split(/\r?\n\r?\n/)
    this.#rest = blocks.pop() ?? ''
    return blocks.map(parseEvent).filter((event) => event !== undefined)
  }
}

/** One block of the stream. Undefined for a comment and for what this version does not know. */
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
  const id = fields.get('id') ?? ''
  try {
    return { id, event: known, data: JSON.parse(fields.get('data') || '{}') as EventData }
  } catch {
    // A cut or foreign block says nothing that could be relied on: everything may have changed.
    return { id, event: 'reset', data: {} }
  }
}
