const kept = 64
/** Inline below this: a hop to another thread costs about a tenth of it, and the event loop does not feel it. */
const inlineBelowMs = 0.6
/** Back to inline only when clearly below, so that the mode does not flap. */
const inlineAgainBelowMs = 0.35

/** How long syncs take, and from that whether they may run on the main thread: slow flash takes 10–30 ms, and must not stop the event loop. */
export class SyncPace {
  readonly #recent: number[] = []
  #next = 0
  #averageMs = 0
  #inline: boolean

  constructor(startInline: boolean) {
    this.#inline = startInline
  }

  get inline(): boolean {
    return this.#inline
  }

  took(ms: number): void {
    this.#recent[this.#next] = ms
    this.#next = (this.#next + 1) % kept
    this.#averageMs += (ms - this.#averageMs) / 8
    this.#inline = this.#averageMs < (this.#inline ? inlineBelowMs : inlineAgainBelowMs)
  }

  get medianMs(): number {
    return [...this.#recent].sort((a, b) => a - b)[this.#recent.length >> 1] ?? 0
  }
}
