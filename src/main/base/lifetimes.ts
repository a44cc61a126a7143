type Close = () => void | Promise<void>

/** What was started, to be stopped in the reverse order. */
export class Lifetimes {
  readonly #closers: Close[] = []

  defer(close: Close): void {
    this.#closers.push(close)
  }

  /** Stops everything, also when something cannot be stopped; then throws the first reason for that. */
  async close(): Promise<void> {
    const failures: unknown[] = []
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}
