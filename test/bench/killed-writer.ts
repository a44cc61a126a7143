// Writes into a store whose database takes nothing, so that everything stays in the journal, and kills itself. Arguments: folder, bytes.
import { LmdbEnvironment } from '../../src/main/persistence/lmdb-environment.ts'
import { openHoldfast } from './stores.ts'
import { keyOf, valuesOf } from './workload.ts'

const [folder, bytes] = process.argv.slice(2) as [string, string]
const store = await openHoldfast(folder)
LmdbEnvironment.prototype.apply = () => new Promise(() => {})
const values = valuesOf(1000, 1024)
const underWay: Promise<unknown>[] = []
for (let index = 0; index * 1100 < Number(bytes); index++) {
  const value = values[index % 1000] as Buffer
  const put = { kind: 'put' as const, key: keyOf(index), value, contentType: 'application/json', expiresAtMs: null }
  underWay.push(store.commit([put], { durability: 'durable' }))
}
await Promise.all(underWay)
process.kill(process.pid, 'SIGKILL')
