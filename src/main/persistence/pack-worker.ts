import { parentPort } from 'node:worker_threads'
import { PackMeans } from './pack-means.ts'
import { joined, type PackAnswer, type PackCommand, type RecordBundle, split } from './pack-messages.ts'
import { packRecord } from './pack-record.ts'

// The entry of the threads that compress and encrypt records.

let means = new PackMeans({ compresses: false })

parentPort?.on('message', (command: PackCommand) => {
  switch (command.kind) {
    case 'means':
      means = PackMeans.from(command.means)
      break
    case 'pack':
      answer(command.id, command.bundle)
      break
    case 'end':
      parentPort?.close()
      break
    default:
      command satisfies never
  }
})

function answer(id: number, bundle: RecordBundle): void {
  try {
    const { lengths, bytes } = pack(bundle)
    parentPort?.postMessage({ kind: 'packed', id, lengths, bytes } satisfies PackAnswer, [bytes.buffer as ArrayBuffer])
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    parentPort?.postMessage({ kind: 'failed', id, message } satisfies PackAnswer)
  }
}

function pack({ keys, lengths, bytes }: RecordBundle): { lengths: Uint32Array; bytes: Uint8Array } {
  const { plan } = means
  const packed = split(bytes, lengths).map((record, index) => {
    const result = packRecord(keys[index] as string, record, plan, means)
    return result === record ? Buffer.alloc(0) : result
  })
  return { lengths: Uint32Array.from(packed, ({ length }) => length), bytes: joined(packed) }
}
