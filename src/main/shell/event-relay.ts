import type { HoldfastEvent } from '../../contract/events.ts'

/** Events of one moment go together; a person's eye needs no more than this many moments a second. */
const momentMs = 50
const maxEventsPerMoment = 64

/**
 * Passes events on in small bounded portions. A store that takes 40,000 writes a second must not fill the renderer's queue:
 * when more comes in one moment than is bearable, one `reset` says that anything may have changed.
 */
export class EventRelay {
  readonly #send: (event: HoldfastEvent) => void
  #pending: HoldfastEvent[] = []
  #overflow = false
  #lastId = ''
  #timer: NodeJS.Timeout | undefined

  constructor(send: (event: HoldfastEvent) => void) {
    this.#send = send
  }

  push(event: HoldfastEvent): void {
    this.#lastId = event.id
    if (this.#pending.length < maxEventsPerMoment) this.#pending.push(event)
    else this.#overflow = true
    this.#timer ??= setTimeout(() => this.#flush(), momentMs)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#pending = []
  }

  #flush(): void {
    this.#timer = undefined
    const events = this.#overflow ? [{ id: this.#lastId, event: 'reset' as const, data: {} }] : this.#pending
    this.#pending = []
    this.#overflow = false
    for (const event of events) this.#send(event)
  }
}
