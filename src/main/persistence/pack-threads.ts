import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { findProject } from '../base/project.ts'
import type { PackMeans } from './pack-means.ts'
import { bundle, type PackAnswer, type PackCommand, split } from './pack-messages.ts'

export interface KeyedRecord {
  readonly key: string
  readonly record: Buffer
}

interface Pending {
  readonly records: readonly KeyedRecord[]
  readonly resolve: (packed: Buffer[]) => void
  readonly reject: (error: Error) => void
}

interface Thread {
  readonly worker: Worker
  readonly pending: Map<number, Pending>
  /** Of the means that it was told. */
  revision: number
}

const endWaitMs = 2000

/** Threads that pack records, begun as they are needed and kept. The caller bounds what is under way: it waits for one bundle after another. */
export class PackThreads {
  readonly #means: PackMeans
  #most: number
  readonly #threads: Thread[] = []
  #ids = 0
  #isClosed = false

  constructor(deps: { means: PackMeans; threads: number }) {
    this.#means = deps.means
    this.#most = deps.threads
  }

  /** How many bundles are packed at once. */
  get threads(): number {
    return this.#most
  }

  /** The records as the means of this moment say. Rejects when a record cannot be opened, or the thread breaks. */
  pack(records: readonly KeyedRecord[]): Promise<Buffer[]> {
    if (this.#isClosed) return Promise.reject(new Error('The threads that pack records have ended.'))
    const thread = this.#leastBusy()
    const id = ++this.#ids
    const { promise, resolve, reject } = Promise.withResolvers<Buffer[]>()
    thread.pending.set(id, { records, resolve, reject })
    thread.worker.ref()
    if (thread.revision !== this.#means.revision) {
      thread.revision = this.#means.revision
      send(thread, { kind: 'means', means: this.#means.toMessage() })
    }
    const sent = bundle(records)
    send(thread, { kind: 'pack', id, bundle: sent }, [sent.bytes.buffer as ArrayBuffer])
    return promise
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#threads.map(end))
  }

  #leastBusy(): Thread {
    const idle = this.#threads.find(({ pending }) => pending.size === 0)
    if (idle !== undefined) return idle
    if (this.#threads.length < this.#most) return this.#begin()
    return this.#threads.reduce((least, thread) => (thread.pending.size < least.pending.size ? thread : least))
  }

  #begin(): Thread {
    const worker = new Worker(workerFile(), { execArgv: [], name: 'holdfast packing', resourceLimits: { maxYoungGenerationSizeMb: 16 } })
    const thread: Thread = { worker, pending: new Map(), revision: 0 }
    worker.unref()
    worker.on('message', (answer: PackAnswer) => this.#received(thread, answer))
    worker.on('error', (error) => this.#broke(thread, error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', (code) => this.#broke(thread, new Error(`A thread that packs records ended with code ${code}.`)))
    this.#threads.push(thread)
    return thread
  }

  #received({ worker, pending }: Thread, answer: PackAnswer): void {
    const asked = pending.get(answer.id)
    if (asked === undefined) return
    pending.delete(answer.id)
    if (pending.size === 0) worker.unref()
    if (answer.kind === 'failed') asked.reject(new Error(answer.message))
    else {
      const packed = split(answer.bytes, answer.lengths)
      asked.resolve(asked.records.map(({ record }, index) => (answer.lengths[index] === 0 ? record : (packed[index] as Buffer))))
    }
  }

  #broke(thread: Thread, error: Error): void {
    const place = this.#threads.indexOf(thread)
    if (place >= 0) this.#threads.splice(place, 1)
    for (const { reject } of thread.pending.values()) reject(error)
    thread.pending.clear()
  }
}

async function end({ worker }: Thread): Promise<void> {
  const ended = once(worker, 'exit')
  worker.ref()
  worker.postMessage({ kind: 'end' } satisfies PackCommand)
  const timer = setTimeout(() => void worker.terminate(), endWaitMs)
  await ended
  clearTimeout(timer)
}

const send = ({ worker }: Thread, command: PackCommand, transfer: readonly ArrayBuffer[] = []): void =>
  worker.postMessage(command, transfer)

/** Built or unbuilt, whichever this code itself is. */
function workerFile(): string {
  const place = import.meta.url.endsWith('.ts') ? ['src', 'main', 'persistence', 'pack-worker.ts'] : ['out', 'main', 'pack-worker.js']
  return join(findProject().root, ...place)
}
