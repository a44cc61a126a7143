// Opens a store, scans it, reads from it, and prints how much anonymous memory the process holds then. Arguments: holdfast|raw, folder, records.
import { readFileSync } from 'node:fs'
import { openHoldfast, openRawLmdb } from './stores.ts'
import { keyOf, randomSequence } from './workload.ts'

const reads = 200_000
const [kind, folder, count] = process.argv.slice(2) as [string, string, string]
const records = Number(count)

async function open() {
  if (kind === 'raw') {
    const raw = openRawLmdb(folder)
    const scan = () => [...raw.records.getRange().map(({ value }) => value.length)].length
    return { get: (key: string) => raw.records.get(key), scan, close: () => raw.root.close() }
  }
  const store = await openHoldfast(folder)
  const scan = () => {
    let after: string | undefined
    let seen = 0
    for (let more = true; more; ) {
      const page = store.page({ prefix: '', limit: 1000, reverse: false, values: true, ...(after !== undefined && { after }) })
      seen += page.items.length
      after = page.items.at(-1)?.key
      more = page.more
    }
    return seen
  }
  return { get: (key: string) => store.get(key), scan, close: () => store.close() }
}

const store = await open()
if (store.scan() !== records) throw new Error('The scan did not see every record.')
const random = randomSequence(1)
for (let read = 0; read < reads; read++) store.get(keyOf(random() % records))
await new Promise((resolve) => setTimeout(resolve, 200))
globalThis.gc?.()
const status = readFileSync('/proc/self/status', 'utf8')
const kibibytes = Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1])
console.log((kibibytes / 1024).toFixed(1))
await store.close()
