import { parentPort } from 'node:worker_threads'
import { systemClock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobProgress } from '../base/job-context.ts'
import { buildGeneration } from '../recovery/build-generation.ts'
import { createBackup } from './create-backup.ts'
import type { TaskContext } from './task-context.ts'
import { verifyBackup } from './verify-backup.ts'
import type { WorkerCommand, WorkerMessage, WorkerRequest } from './worker-messages.ts'

// The entry of the thread in which backups are made and read.

// After a failed commit lmdb-js rejects a second promise that it gave to nobody; the first one tells the builder of the generation.
process.on('unhandledRejection', (reason) => {
  if (!(reason instanceof Error && 'commitError' in reason)) throw reason
})

const reportEveryMs = 100
const running = new Map<number, AbortController>()

parentPort?.on('message', (command: WorkerCommand) => {
  switch (command.kind) {
    case 'run':
      void run(command.id, command.request)
      break
    case 'cancel':
      running.get(command.id)?.abort()
      break
    case 'end':
      parentPort?.close()
      break
    default:
      command satisfies never
  }
})

async function run(id: number, request: WorkerRequest): Promise<void> {
  const controller = new AbortController()
  running.set(id, controller)
  let retires = false
  const context: TaskContext = {
    clock: systemClock,
    signal: controller.signal,
    report: throttled((progress) => send({ id, kind: 'progress', progress })),
    retire: () => {
      retires = true
    },
  }
  try {
    send({ id, kind: 'done', result: await perform(request, context) })
  } catch (error) {
    if (error instanceof HoldfastError) send({ id, kind: 'failed', error: error.toBody(), retire: retires })
    else send({ id, kind: 'crashed', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  } finally {
    running.delete(id)
  }
}

function perform(request: WorkerRequest, context: TaskContext) {
  switch (request.task) {
    case 'create':
      return createBackup(request.input, context)
    case 'verify':
      return verifyBackup(request.input, context)
    case 'build':
      return buildGeneration(request.input, context)
    default:
      return request satisfies never
  }
}

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

/** A new phase is always told. */
function throttled(tell: (progress: JobProgress) => void): (progress: JobProgress) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY
  return (progress) => {
    const nowMs = systemClock.monotonicMs()
    if (progress.phase === undefined && nowMs - toldAtMs < reportEveryMs) return
    toldAtMs = nowMs
    tell(progress)
  }
}
