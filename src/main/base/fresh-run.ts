/**
 * Lets one run of slow work serve all who ask while it has not begun, and none who ask after that: they share the next one. So there is never more
 * than one under way, however many ask, and nobody is given what was true before they asked.
 */
export class FreshRun<Result> {
  readonly #work: () => Promise<Result>
  #running: Promise<Result> | undefined
  #next: Promise<Result> | undefined

  constructor(work: () => Promise<Result>) {
    this.#work = work
  }

  /** What a run that began after this call gives. */
  run(): Promise<Result> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#begin()
    const begin = () => this.#begin()
    this.#next = this.#running.then(begin, begin)
    return this.#next
  }

  #begin(): Promise<Result> {
    this.#next = undefined
    const running = this.#work().finally(() => {
      this.#running = undefined
    })
    this.#running = running
    return running
  }
}
