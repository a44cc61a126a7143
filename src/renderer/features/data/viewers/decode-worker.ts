import type { FromDecoder, ToDecoder } from './decode-messages.ts'
import { TaskRunner } from './decode-tasks.ts'

// Decoding of values, off the thread that draws.

const runner = new TaskRunner()

const answer = (message: FromDecoder): void => self.postMessage(message)

self.addEventListener('message', ({ data: { id, task, input } }: MessageEvent<ToDecoder>) => {
  try {
    answer({ id, output: runner.run(task, input) })
  } catch (error) {
    answer({ id, failure: error instanceof Error ? error.message : String(error) })
  }
})
