import { serveThread } from '../../base/thread-messages.ts'
import { type MeansMessage, PackMeans } from '../../persistence/pack-means.ts'
import type { ReadResult, ReadWork } from './read-messages.ts'
import { doReadTask, type FinderMemory } from './read-tasks.ts'

// The entry of the threads that open and look through records for exports and searches.

let means = new PackMeans({ compresses: false })
const memory: FinderMemory = { last: undefined }

serveThread<MeansMessage, ReadWork, ReadResult>({
  prepare(message) {
    means = PackMeans.from(message)
  },
  do({ task, page }) {
    const result = doReadTask(task, page, means, memory)
    return { result, moved: 'bytes' in result ? [result.bytes] : [] }
  },
})
