import type { FrameOperation } from '../journal/frame-codec.ts'
import type { Effect } from './judge.ts'
import type { PackMeans } from './pack-means.ts'
import { packRecord } from './pack-record.ts'

/**
 * What a transaction writes, as the journal may hold it: where data is encrypted no value stands in it as it is. It is not compressed there: the journal
 * is used again soon, and its writers wait. Throws `key_missing`.
 */
export function sealEffects(effects: readonly Effect[], means: PackMeans): readonly FrameOperation[] {
  if (means.sealsWith === 0) return effects
  const plan = { ...means.plan, compressFromBytes: Number.POSITIVE_INFINITY }
  return effects.map(({ key, record }) => {
    if (record === null) return { key, record }
    means.requireKey()
    return { key, record: packRecord(key, record, plan, means) }
  })
}
