import type { EventData, EventTopic, HoldfastEvent } from '../../contract/index.ts'
import type { Log } from '../base/log.ts'

const maxEvents = 4096
const maxCharacters = 8 * 1024 * 1024

export type EventListener = (event: HoldfastEvent) => void

/**
 * What changed, told to whoever listens, and kept for a while so that a client that was away can go on where it stopped.
 * Ids are `<boot>-<n>`: after a restart of the host no old id is taken for a new one. The memory is bounded in events and in characters.
 */
export class EventHub {
  readonly #boot: string
  readonly #log: Log
  readonly #listeners = new Set<EventListener>()
  readonly #kept: { readonly event: HoldfastEvent; readonly characters: number }[] = []
  #keptCharacters = 0
  #last = 0

  /** `boot` names this run of the host and contains no `-`. */
  constructor(deps: { boot: string; log: Log }) {
    this.#boot = deps.boot
    this.#log = deps.log
  }

  /** The id of the newest event; a client that has seen everything up to now resumes from here. */
  get lastId(): string {
    return `${this.#boot}-${this.#last}`
  }

  publish(event: EventTopic, data: EventData): void {
    this.#last++
    const published: HoldfastEvent = { id: this.lastId, event, data }
    this.#keep(published)
    for (const listener of this.#listeners) {
      try {
        listener(published)
      } catch (error) {
        // One client's broken connection must not keep the news from the others.
        this.#log.warn({ err: error, event: published.id }, 'A listener for events failed.')
      }
    }
  }

  /** What came after `id`; `reset` when part of that is gone, or the id is of another run: everything may have changed. */
  since(id: string | undefined): { events: HoldfastEvent[]; reset: boolean } {
    if (id === undefined) return { events: [], reset: false }
    const [, boot, digits] = /^([^-]+)-(\d{1,15})$/.exec(id) ?? []
    const position = Number(digits)
    const gone = this.#last - this.#kept.length
    if (boot !== this.#boot || position < gone || position > this.#last) return { events: [], reset: true }
    return { events: this.#kept.slice(position - gone).map(({ event }) => event), reset: false }
  }

  /** Calls `listener` for every event from now on; returns how to stop. */
  subscribe(listener: EventListener): () => void {
    // A function may be given twice; each subscription ends on its own.
    const own: EventListener = (event) => listener(event)
    this.#listeners.add(own)
    return () => {
      this.#listeners.delete(own)
    }
  }

  #keep(event: HoldfastEvent): void {
    const characters = (event.data.keys ?? []).reduce((sum, key) => sum + key.length, 64)
    this.#kept.push({ event, characters })
    this.#keptCharacters += characters
    while (this.#kept.length > maxEvents || this.#keptCharacters > maxCharacters) {
      this.#keptCharacters -= this.#kept.shift()?.characters ?? 0
    }
  }
}
