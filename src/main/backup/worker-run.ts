import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ErrorCode } from '../../contract/index.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import { findProject } from '../base/project.ts'
import { cancelCommand, type WorkerMessage, type WorkerRequest, type WorkerTaskName, type WorkerTasks } from './worker-messages.ts'

/** The longest unit of work is one chunk at the highest compression level; a worker that has not ended by then is ended. */
const cancelWaitMs = 15_000

/** Built or unbuilt, whichever this code itself is. */
function workerFile(): string {
  const place = import.meta.url.endsWith('.ts') ? ['src', 'main', 'backup', 'backup-worker.ts'] : ['out', 'main', 'backup-worker.js']
  return join(findProject().root, ...place)
}

/**
 * Runs one task in a thread of its own and relays its progress to the job. Throws what the task throws, `cancelled` once the worker has stopped
 * after the job's signal, and `internal` when the worker itself breaks; what it left on disk is the caller's to remove.
 */
export async function runInWorker<N extends WorkerTaskName>(
  task: N,
  input: WorkerTasks[N]['input'],
  job: Pick<JobContext, 'signal' | 'log' | 'report'>,
): Promise<WorkerTasks[N]['result']> {
  throwIfCancelled(job.signal)
  const request = { task, input } as WorkerRequest
  const worker = new Worker(workerFile(), { workerData: request, execArgv: [], name: `holdfast ${task}` })
  const stop = stopOnAbort(worker, job.signal)
  try {
    return await outcomeOf<WorkerTasks[N]['result']>(worker, job)
  } finally {
    stop()
    await worker.terminate()
  }
}

function outcomeOf<R>(worker: Worker, job: Pick<JobContext, 'signal' | 'log' | 'report'>): Promise<R> {
  const { promise, resolve, reject } = Promise.withResolvers<R>()
  worker.on('message', (message: WorkerMessage) => {
    switch (message.kind) {
      case 'progress':
        return job.report(message.progress)
      case 'done':
        return resolve(message.result as R)
      case 'failed':
        return reject(revive(message.error))
      case 'crashed':
        return reject(broken(job, message.stack))
      default:
        message satisfies never
    }
  })
  // Of these only what comes before an outcome counts: the worker is ended after it.
  worker.on('error', (error) => reject(broken(job, error)))
  worker.on('exit', (code) => reject(broken(job, `it ended with code ${code} and without a word`)))
  return promise
}

function stopOnAbort(worker: Worker, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  const cancel = () => {
    worker.postMessage(cancelCommand)
    timer = setTimeout(() => void worker.terminate(), cancelWaitMs)
  }
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

function revive({
  code,
  message,
  details,
}: {
  code: string
  message: string
  details?: Record<string, unknown> | undefined
}): HoldfastError {
  return new HoldfastError(code as ErrorCode, message, details === undefined ? {} : { details })
}

function broken({ signal }: Pick<JobContext, 'signal'>, cause: unknown): HoldfastError {
  if (signal.aborted) return new HoldfastError('cancelled', 'Cancelled; everything is as it was before.', { cause })
  const sentence = 'The work stopped unexpectedly; everything is as it was before. Try again, and see the log of the host.'
  return new HoldfastError('internal', sentence, { cause })
}
