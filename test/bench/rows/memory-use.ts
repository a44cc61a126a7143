import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openBuiltStore } from '../built-store.ts'
import type { Row } from '../row.ts'
import { openRawLmdb } from '../stores.ts'
import { keyOf, valuesOf } from '../workload.ts'

const records = 1_000_000
const probe = fileURLToPath(new URL('../memory-probe.ts', import.meta.url))

/** Anonymous memory in MiB of a process of its own that has opened the store, scanned it and read from it. */
async function anonymousMemory(kind: 'holdfast' | 'raw', folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', probe, kind, folder, String(records)])
  return Number(stdout)
}

/** P21 */
export const memoryUse: Row = {
  id: 'P21',
  workload: 'anonymous memory at a million keys after a scan and 200,000 reads, memory tier off',
  peer: 'lmdb',
  unit: 'MiB',
  goal: { atMost: 1.5 },
  async prepare(folder) {
    const values = valuesOf(1000, 100)
    const ours = join(folder, 'holdfast')
    const peers = join(folder, 'raw')
    await (await openBuiltStore(ours, records, (index) => values[index % 1000] as Buffer)).close()
    const raw = openRawLmdb(peers)
    for (let index = 0; index < records; index++) {
      const put = raw.records.put(keyOf(index), values[index % 1000] as Buffer)
      if (index % 20_000 === 19_999) await put
    }
    await raw.root.flushed
    await raw.root.close()
    return { ours: () => anonymousMemory('holdfast', ours), peers: () => anonymousMemory('raw', peers), close: async () => {} }
  },
}
