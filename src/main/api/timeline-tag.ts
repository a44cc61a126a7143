import { createHash } from 'node:crypto'
import type { RecordStore } from '../persistence/record-store.ts'

const maxTagLength = 16

/** The present timeline in a form short enough for every ETag. */
export class TimelineTag {
  readonly #store: RecordStore
  readonly #stop: () => void
  #tag: string

  constructor(store: RecordStore) {
    this.#store = store
    this.#tag = this.#read()
    this.#stop = store.onStateChange((change) => {
      if (change === 'timeline') this.#tag = this.#read()
    })
  }

  get current(): string {
    return this.#tag
  }

  close(): void {
    this.#stop()
  }

  #read(): string {
    const { timeline } = this.#store
    const isShort = timeline.length <= maxTagLength && /^[A-Za-z0-9_-]+$/.test(timeline)
    return isShort ? timeline : createHash('sha256').update(timeline).digest('base64url').slice(0, maxTagLength)
  }
}
