import type { KeySource } from './key-source.ts'
import type { Total } from './key-window.ts'

/** While the host is still counting it is asked again after this. */
const againMs = 500
/** Busy writers change the number all the time: it is asked for at most this often. */
const refreshMs = 1000

/** How many keys a prefix has: asked of the host, again while it counts, and again when something changed. */
export class KeyTotal {
  readonly #source: KeySource
  readonly #onChange: () => void
  #prefix = ''
  #total: Total | undefined
  #isComplete = false
  #run = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(source: KeySource, onChange: () => void) {
    this.#source = source
    this.#onChange = onChange
  }

  get total(): Total | undefined {
    return this.#total
  }

  /** Whether the host has counted, so that asking again changes nothing. */
  get isComplete(): boolean {
    return this.#isComplete
  }

  open(prefix: string): void {
    this.close()
    this.#run = new AbortController()
    this.#prefix = prefix
    this.#total = undefined
    this.#isComplete = false
    void this.#ask(this.#run.signal)
  }

  /** Something changed: asks again, soon. */
  changed(): void {
    if (this.#run.signal.aborted) return
    this.#timer ??= this.#later(refreshMs)
  }

  close(): void {
    this.#run.abort()
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #later(ms: number): ReturnType<typeof setTimeout> {
    const { signal } = this.#run
    return setTimeout(() => {
      this.#timer = undefined
      void this.#ask(signal)
    }, ms)
  }

  async #ask(signal: AbortSignal): Promise<void> {
    try {
      const { total, exact, complete } = await this.#source.locate({ prefix: this.#prefix }, signal)
      this.#total = { count: total, exact }
      this.#isComplete = complete
      if (!complete || !exact) this.#timer ??= this.#later(complete ? 4 * refreshMs : againMs)
      this.#onChange()
    } catch {
      // The list says what is wrong with the host; the number only stays what it was.
      if (!signal.aborted) this.#timer ??= this.#later(4 * refreshMs)
    }
  }
}
