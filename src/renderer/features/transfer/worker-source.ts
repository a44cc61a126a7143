import type { FromWorker, ToWorker } from './import-messages.ts'
import type { PieceSource } from './import-run.ts'

/** A worker of its own for one file. `close` ends it, wherever it is. */
export function openWorkerSource(): PieceSource {
  const worker = new Worker(new URL('./import-worker.ts', import.meta.url), { type: 'module' })
  let settle: ((message: FromWorker) => void) | undefined
  worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => settle?.(data))
  worker.addEventListener('error', ({ message }) => settle?.({ kind: 'failed', message }))
  const post = (message: ToWorker) => worker.postMessage(message)
  return {
    start: (what) => post({ kind: 'start', ...what }),
    next(refused) {
      return new Promise((resolve) => {
        settle = resolve
        post({ kind: 'next', refused })
      })
    },
    close() {
      worker.terminate()
      settle?.({ kind: 'end', refused: [] })
    },
  }
}
