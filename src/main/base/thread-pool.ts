import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ErrorBody, ErrorCode } from '../../contract/index.ts'
import { HoldfastError } from './errors.ts'
import { findProject } from './project.ts'
import type { ThreadAnswer, ThreadCommand } from './thread-messages.ts'

interface Pending<Result> {
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
}

interface Thread<Result> {
  readonly worker: Worker
  readonly pending: Map<number, Pending<Result>>
  /** Of the means that it was told. */
  revision: number
}

export interface ThreadPoolDeps<Means> {
  /** For people who look at the process. */
  readonly name: string
  /** The entry, from the project's folder: its source, and what the build makes of it. */
  readonly source: readonly string[]
  readonly built: readonly string[]
  readonly most: number
  /** What a thread is told before its first work, and again when `revision` has changed. */
  readonly means: { readonly revision: number; toMessage(): Means }
}

const endWaitMs = 2000

/** Threads that do one kind of work, begun as they are needed and kept. The caller bounds what is under way. */
export class ThreadPool<Means, Work, Result> {
  readonly #deps: ThreadPoolDeps<Means>
  readonly #threads: Thread<Result>[] = []
  #ids = 0
  #isClosed = false

  constructor(deps: ThreadPoolDeps<Means>) {
    this.#deps = deps
  }

  /** How many work at once. */
  get most(): number {
    return this.#deps.most
  }

  /** How many were begun. */
  get begun(): number {
    return this.#threads.length
  }

  /** Rejects with what the work throws, or when its thread breaks. `moved`: memory that is handed over and not copied. */
  do(work: Work, moved: readonly Uint8Array[] = []): Promise<Result> {
    if (this.#isClosed) return Promise.reject(new Error(`The threads of ${this.#deps.name} have ended.`))
    const thread = this.#leastBusy()
    const id = ++this.#ids
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    thread.pending.set(id, { resolve, reject })
    thread.worker.ref()
    const { means } = this.#deps
    if (thread.revision !== means.revision) {
      thread.revision = means.revision
      this.#send(thread, { kind: 'means', means: means.toMessage() })
    }
    this.#send(
      thread,
      { kind: 'work', id, work },
      moved.map(({ buffer }) => buffer as ArrayBuffer),
    )
    return promise
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#threads.map((thread) => this.#end(thread)))
  }

  #leastBusy(): Thread<Result> {
    const idle = this.#threads.find(({ pending }) => pending.size === 0)
    if (idle !== undefined) return idle
    if (this.#threads.length < this.#deps.most) return this.#begin()
    return this.#threads.reduce((least, thread) => (thread.pending.size < least.pending.size ? thread : least))
  }

  #begin(): Thread<Result> {
    const { name } = this.#deps
    const worker = new Worker(this.#entry(), { execArgv: [], name, resourceLimits: { maxYoungGenerationSizeMb: 16 } })
    const thread: Thread<Result> = { worker, pending: new Map(), revision: 0 }
    worker.unref()
    worker.on('message', (answer: ThreadAnswer<Result>) => received(thread, answer))
    worker.on('error', (error) => this.#broke(thread, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', (code) => this.#broke(thread, new Error(`A thread of ${name} ended with code ${code}.`)))
    this.#threads.push(thread)
    return thread
  }

  /** Built or unbuilt, whichever this code itself is. */
  #entry(): string {
    const { source, built } = this.#deps
    return join(findProject().root, ...(import.meta.url.endsWith('.ts') ? source : built))
  }

  #broke(thread: Thread<Result>, error: Error): void {
    const place = this.#threads.indexOf(thread)
    if (place >= 0) this.#threads.splice(place, 1)
    for (const { reject } of thread.pending.values()) reject(error)
    thread.pending.clear()
  }

  async #end(thread: Thread<Result>): Promise<void> {
    const { worker } = thread
    const ended = once(worker, 'exit')
    worker.ref()
    this.#send(thread, { kind: 'end' })
    const timer = setTimeout(() => void worker.terminate(), endWaitMs)
    await ended
    clearTimeout(timer)
  }

  #send({ worker }: Thread<Result>, command: ThreadCommand<Means, Work>, transfer: readonly ArrayBuffer[] = []): void {
    worker.postMessage(command, transfer)
  }
}

function received<Result>({ worker, pending }: Thread<Result>, answer: ThreadAnswer<Result>): void {
  const asked = pending.get(answer.id)
  if (asked === undefined) return
  pending.delete(answer.id)
  // An idle thread does not keep the process from ending.
  if (pending.size === 0) worker.unref()
  if (answer.kind === 'done') asked.resolve(answer.result)
  else asked.reject(revive(answer.error))
}

function revive(error: ErrorBody | string): Error {
  if (typeof error === 'string') return new Error(error)
  const { code, message, details } = error
  return new HoldfastError(code as ErrorCode, message, details === undefined ? {} : { details })
}
