import { serveThread } from '../base/thread-messages.ts'
import { type MeansMessage, PackMeans } from './pack-means.ts'
import { joined, type PackedBundle, type RecordBundle, split } from './pack-messages.ts'
import { packRecord } from './pack-record.ts'

// The entry of the threads that compress and encrypt records.

let means = new PackMeans({ compresses: false })

serveThread<MeansMessage, RecordBundle, PackedBundle>({
  prepare(message) {
    means = PackMeans.from(message)
  },
  do(bundle) {
    const result = pack(bundle)
    return { result, moved: [result.bytes] }
  },
})

function pack({ keys, lengths, bytes }: RecordBundle): PackedBundle {
  const { plan } = means
  const packed = split(bytes, lengths).map((record, index) => {
    const result = packRecord(keys[index] as string, record, plan, means)
    return result === record ? Buffer.alloc(0) : result
  })
  return { lengths: Uint32Array.from(packed, ({ length }) => length), bytes: joined(packed) }
}
