import type { Finding } from './health-rules.ts'

/** An index that could not be built, or met a record that it cannot take. */
export interface FailedIndex {
  readonly collection: string
  readonly index: string
  /** A sentence that names the records. */
  readonly problem: string
}

/** Undefined where every index is ready or on its way. */
export function judgeIndexes(failed: readonly FailedIndex[]): Finding | undefined {
  const [first] = failed
  if (first === undefined) return undefined
  const { collection, index, problem } = first
  const others = failed.length === 1 ? '' : ` ${failed.length - 1} more failed too.`
  return {
    level: 'warning',
    code: 'index_failed',
    reason: `The index ${index} of the collection ${collection} is not kept up, so queries do without it and nothing is refused on its account: ${problem}${others}`,
    action: `Mend the records that it names, then build it again: holdfast collections rebuild ${collection} ${index}.`,
    facts: { collection, index, failed: failed.length },
  }
}
