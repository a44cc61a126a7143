import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import { buildGeneration } from '../recovery/build-generation.ts'
import { createBackup } from './create-backup.ts'
import type { TaskContext } from './task-context.ts'
import { verifyBackup } from './verify-backup.ts'
import type { WorkerMessage, WorkerRequest } from './worker-messages.ts'

// The entry of the thread in which backups are made and read. One thread does one task and ends.

const reportEveryMs = 100

function send(message: WorkerMessage): void {
  parentPort?.postMessage(message)
}

function makeContext(): TaskContext {
  const controller = new AbortController()
  parentPort?.on('message', () => controller.abort())
  let toldAtMs = Number.NEGATIVE_INFINITY
  return {
    clock: systemClock,
    signal: controller.signal,
    report(progress) {
      const nowMs = systemClock.monotonicMs()
      if (progress.phase === undefined && nowMs - toldAtMs < reportEveryMs) return
      toldAtMs = nowMs
      send({ kind: 'progress', progress })
    },
  }
}

function run(request: WorkerRequest, context: TaskContext) {
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

try {
  send({ kind: 'done', result: await run(workerData as WorkerRequest, makeContext()) })
} catch (error) {
  if (error instanceof HoldfastError) send({ kind: 'failed', error: error.toBody() })
  else send({ kind: 'crashed', stack: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}
