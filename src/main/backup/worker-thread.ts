import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ErrorBody, ErrorCode } from '../../contract/index.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import { findProject } from '../base/project.ts'
import type { WorkerCommand, WorkerMessage, WorkerRequest, WorkerTaskName, WorkerTasks } from './worker-messages.ts'

/** The longest unit of work is one chunk at the highest compression level; a thread that has not stopped by then is ended. */
const cancelWaitMs = 15_000
const endWaitMs = 2000
/** Of short-lived objects; V8's usual 96 costs 130 MB of memory in a backup of a million records and makes nothing faster. */
const maxYoungGenerationSizeMb = 24

interface Pending {
  readonly job: Pick<JobContext, 'signal' | 'report'>
  readonly resolve: (result: WorkerTasks[WorkerTaskName]['result']) => void
  readonly reject: (error: unknown) => void
}

/**
 * The thread in which backups are made and read. Begun with the first task and kept: V8 ends the whole process when threads that hold WebAssembly
 * (Node's own module loader does) come and go too often (nodejs/node 64500). When it breaks, its tasks fail and the next one gets a new thread.
 */
export class WorkerThread {
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #tasks = 0

  /**
   * Runs one task and relays its progress to the job. Throws what the task throws, `cancelled` once it has stopped after the job's signal, and
   * `internal` when the thread itself breaks; what was left on disk is the caller's to remove.
   */
  async run<N extends WorkerTaskName>(
    task: N,
    input: WorkerTasks[N]['input'],
    job: Pick<JobContext, 'signal' | 'report'>,
  ): Promise<WorkerTasks[N]['result']> {
    throwIfCancelled(job.signal)
    const worker = this.#begun()
    const id = ++this.#tasks
    const { promise, resolve, reject } = Promise.withResolvers<WorkerTasks[WorkerTaskName]['result']>()
    this.#pending.set(id, { job, resolve, reject })
    worker.ref()
    send(worker, { kind: 'run', id, request: { task, input } as WorkerRequest })
    const unwatch = cancelOnAbort(worker, id, job.signal)
    try {
      return await promise
    } finally {
      unwatch()
      this.#pending.delete(id)
      // An idle thread does not keep the process from ending.
      if (this.#pending.size === 0) worker.unref()
    }
  }

  /** Ends the thread; tasks that still run are broken off. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (worker === undefined) return
    const ended = once(worker, 'exit')
    worker.ref()
    if (this.#pending.size === 0) send(worker, { kind: 'end' })
    else void worker.terminate()
    const timer = setTimeout(() => void worker.terminate(), endWaitMs)
    await ended
    clearTimeout(timer)
  }

  #begun(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(workerFile(), { execArgv: [], name: 'holdfast backups', resourceLimits: { maxYoungGenerationSizeMb } })
    worker.on('message', (message: WorkerMessage) => this.#received(message))
    worker.on('error', (error) => this.#broke(worker, error))
    worker.on('exit', (code) => this.#broke(worker, `it ended with code ${code} and without a word`))
    this.#worker = worker
    return worker
  }

  #received(message: WorkerMessage): void {
    const pending = this.#pending.get(message.id)
    if (pending === undefined) return
    switch (message.kind) {
      case 'progress':
        pending.job.report(message.progress)
        break
      case 'done':
        pending.resolve(message.result)
        break
      case 'failed':
        if (message.retire) void this.#retire().then(() => pending.reject(revive(message.error)))
        else pending.reject(revive(message.error))
        break
      case 'crashed':
        pending.reject(broken(pending.job, message.stack))
        break
      default:
        message satisfies never
    }
  }

  async #retire(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #broke(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    for (const { job, reject } of this.#pending.values()) reject(broken(job, cause))
  }
}

/** Built or unbuilt, whichever this code itself is. */
function workerFile(): string {
  const place = import.meta.url.endsWith('.ts') ? ['src', 'main', 'backup', 'backup-worker.ts'] : ['out', 'main', 'backup-worker.js']
  return join(findProject().root, ...place)
}

const send = (worker: Worker, command: WorkerCommand): void => worker.postMessage(command)

function cancelOnAbort(worker: Worker, id: number, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  const cancel = () => {
    send(worker, { kind: 'cancel', id })
    timer = setTimeout(() => void worker.terminate(), cancelWaitMs)
  }
  signal.addEventListener('abort', cancel, { once: true })
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

function revive({ code, message, details }: ErrorBody): HoldfastError {
  return new HoldfastError(code as ErrorCode, message, details === undefined ? {} : { details })
}

function broken({ signal }: Pick<JobContext, 'signal'>, cause: unknown): HoldfastError {
  if (signal.aborted) return new HoldfastError('cancelled', 'Cancelled; everything is as it was before.', { cause })
  const sentence = 'The work stopped unexpectedly; everything is as it was before. Try again, and see the log of the host.'
  return new HoldfastError('internal', sentence, { cause })
}
