import { parentPort } from 'node:worker_threads'
import type { ErrorBody } from '../../contract/index.ts'
import { HoldfastError } from './errors.ts'

/** What a thread of a pool is told. `means`: what it needs for all that comes after. */
export type ThreadCommand<Means, Work> =
  | { readonly kind: 'means'; readonly means: Means }
  | { readonly kind: 'work'; readonly id: number; readonly work: Work }
  | { readonly kind: 'end' }

export type ThreadAnswer<Result> =
  | { readonly kind: 'done'; readonly id: number; readonly result: Result }
  /** `error`: a failure that a caller can be told of. */
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorBody | string }

/** What a thread does. `moved`: memory of the result that is handed over and not copied. */
export interface ThreadDuty<Means, Work, Result> {
  prepare(means: Means): void
  do(work: Work): { readonly result: Result; readonly moved: readonly Uint8Array[] }
}

/** Serves the pool that began this thread, for as long as it lasts. */
export function serveThread<Means, Work, Result>(duty: ThreadDuty<Means, Work, Result>): void {
  parentPort?.on('message', (command: ThreadCommand<Means, Work>) => {
    switch (command.kind) {
      case 'means':
        duty.prepare(command.means)
        break
      case 'work':
        answer(command.id, () => duty.do(command.work))
        break
      case 'end':
        parentPort?.close()
        break
      default:
        command satisfies never
    }
  })
}

function answer<Result>(id: number, act: () => { readonly result: Result; readonly moved: readonly Uint8Array[] }): void {
  try {
    const { result, moved } = act()
    const memory = moved.map(({ buffer }) => buffer as ArrayBuffer)
    parentPort?.postMessage({ kind: 'done', id, result } satisfies ThreadAnswer<Result>, memory)
  } catch (error) {
    parentPort?.postMessage({ kind: 'failed', id, error: tellable(error) } satisfies ThreadAnswer<Result>)
  }
}

function tellable(error: unknown): ErrorBody | string {
  if (error instanceof HoldfastError) return error.toBody()
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
