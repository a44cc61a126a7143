import type { Log } from '../base/log.ts'
import type { CommittedChange } from './record-store.ts'

type StateChange = 'mode' | 'timeline'

/** Who is told of changes. One that fails is a mistake in itself: it is logged, and harms neither the write nor the others. */
export class StoreListeners {
  readonly #committed = new Set<(change: CommittedChange) => void>()
  readonly #state = new Set<(change: StateChange) => void>()
  readonly #log: Log

  constructor(deps: { log: Log }) {
    this.#log = deps.log
  }

  onCommitted(listener: (change: CommittedChange) => void): () => void {
    this.#committed.add(listener)
    return () => this.#committed.delete(listener)
  }

  onStateChange(listener: (change: StateChange) => void): () => void {
    this.#state.add(listener)
    return () => this.#state.delete(listener)
  }

  committed(change: CommittedChange): void {
    for (const listener of this.#committed) this.#call(() => listener(change))
  }

  stateChanged(change: StateChange): void {
    for (const listener of this.#state) this.#call(() => listener(change))
  }

  #call(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.#log.error({ err: error }, 'A listener of the store failed.')
    }
  }
}
