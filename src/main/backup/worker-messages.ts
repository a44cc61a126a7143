import type { ErrorBody } from '../../contract/index.ts'
import type { JobProgress } from '../base/job-context.ts'
import type { BuildInput, BuildResult } from '../recovery/build-generation.ts'
import type { CreateInput } from './create-backup.ts'
import type { ArchiveSummary } from './task-context.ts'

/** What the worker can be asked to do. Paths are absolute. */
export interface WorkerTasks {
  create: { input: CreateInput; result: ArchiveSummary }
  verify: { input: { readonly file: string }; result: ArchiveSummary }
  build: { input: BuildInput; result: BuildResult }
}

export type WorkerTaskName = keyof WorkerTasks
export type WorkerRequest = { [N in WorkerTaskName]: { readonly task: N; readonly input: WorkerTasks[N]['input'] } }[WorkerTaskName]

/** To the worker. `cancel`: stop within one unit of work. `end`: the thread ends once nothing runs any more. */
export type WorkerCommand =
  | { readonly kind: 'run'; readonly id: number; readonly request: WorkerRequest }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'end' }

/** From the worker, for each task: any number of `progress`, then one of the others. */
export type WorkerMessage = { readonly id: number } & (
  | { readonly kind: 'progress'; readonly progress: JobProgress }
  | { readonly kind: 'done'; readonly result: WorkerTasks[WorkerTaskName]['result'] }
  /** `retire`: the thread is to be ended before anybody hears of it. */
  | { readonly kind: 'failed'; readonly error: ErrorBody; readonly retire: boolean }
  /** What nobody foresaw; the stack is for the log. */
  | { readonly kind: 'crashed'; readonly stack: string }
)
