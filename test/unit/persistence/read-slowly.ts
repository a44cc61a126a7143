import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { LmdbReader } from '../../../src/main/persistence/lmdb-reader.ts'

// A worker that begins to read, waits until it is told to go on, and says what it read.
if (parentPort === null) throw new Error('This file is run by a worker.')
const reader = LmdbReader.open((workerData as { folder: string }).folder)
const snapshot = reader.begin()
const records = snapshot.records()
const values = new Set<string>()
let count = 0
const take = (record: Buffer) => {
  count++
  values.add(record.toString().match(/(before|after)$/)?.[0] ?? '')
}
take((records.next().value as { record: Buffer }).record)
parentPort.postMessage('began')
await once(parentPort, 'message')
for (const { record } of records) take(record)
snapshot[Symbol.dispose]()
await reader.close()
parentPort.postMessage([`${count} records`, ...values])
parentPort.close()
