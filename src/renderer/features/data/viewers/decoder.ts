import type { DecodeTask, DecodeTasks, FromDecoder, ToDecoder } from './decode-messages.ts'

interface Waiting {
  readonly resolve: (output: never) => void
  readonly reject: (error: unknown) => void
  abandoned: boolean
}

/**
 * The thread that decodes, started when first asked. What nobody waits for any more does not hold up what is asked next: then the thread
 * is begun anew. `close` ends it.
 */
export class Decoder {
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | undefined
  #lastId = 0

  /** Rejects with the reason of `signal` once that is aborted. */
  async run<T extends DecodeTask>(task: T, input: DecodeTasks[T]['input'], signal?: AbortSignal): Promise<DecodeTasks[T]['output']> {
    signal?.throwIfAborted()
    if ([...this.#waiting.values()].some(({ abandoned }) => abandoned)) this.close()
    const id = ++this.#lastId
    return await new Promise((resolve, reject) => {
      const waiting: Waiting = { resolve, reject, abandoned: false }
      this.#waiting.set(id, waiting)
      signal?.addEventListener('abort', () => {
        waiting.abandoned = this.#waiting.has(id)
        reject(signal.reason)
      })
      this.#started().postMessage({ id, task, input } as ToDecoder)
    })
  }

  close(): void {
    this.#worker?.terminate()
    this.#worker = undefined
    const ended = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { reject } of ended) reject(new DOMException('The decoder was closed.', 'AbortError'))
  }

  #started(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./decode-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<FromDecoder>) => {
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if ('output' in data) waiting?.resolve(data.output as never)
      else waiting?.reject(new Error(data.failure))
    })
    worker.addEventListener('error', ({ message }) => {
      const failed = [...this.#waiting.values()]
      this.#waiting.clear()
      this.close()
      for (const { reject } of failed) reject(new Error(message))
    })
    this.#worker = worker
    return worker
  }
}
