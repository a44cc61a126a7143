import { join } from 'node:path'
import type { GenerationalStore, PageQuery } from '../../../src/main/persistence/record-store.ts'
import { openBuiltStore } from '../built-store.ts'
import type { Row } from '../row.ts'
import { keyOf, randomSequence } from '../workload.ts'

const small = 10_000
const large = 10_000_000
const jumps = 200

/** What somebody does who opens the list of keys: looks at its beginning, jumps about, looks at its end. Milliseconds for each page. */
function browse(store: GenerationalStore, records: number, round: number): number {
  const random = randomSequence(round + 3)
  const page = (query: Partial<PageQuery>) => store.page({ prefix: '', limit: 100, reverse: false, values: false, ...query }).items.length
  const startedAt = performance.now()
  let seen = 0
  for (let jump = 0; jump < jumps; jump++) {
    seen += page({})
    // All but the last two digits: what is typed to get to a hundred keys.
    seen += page({ prefix: keyOf(random() % records).slice(0, -2) })
    seen += page({ reverse: true })
  }
  if (seen !== jumps * 300) throw new Error(`${seen} keys were shown.`)
  return (performance.now() - startedAt) / (jumps * 3)
}

/** P12 */
export const largeStore: Row = {
  id: 'P12',
  workload: 'first page, jump to a prefix, last page at 10 million keys, 100 keys each',
  peer: 'the same at 10,000 keys',
  unit: 'ms',
  goal: { atMost: 2 },
  async prepare(folder) {
    const value = Buffer.from('{"celsius":21.5}')
    const few = await openBuiltStore(join(folder, 'small'), small, () => value)
    const many = await openBuiltStore(join(folder, 'large'), large, () => value)
    return {
      ours: async (round) => browse(many, large, round),
      peers: async (round) => browse(few, small, round),
      close: async () => {
        await many.close()
        await few.close()
      },
    }
  },
}
