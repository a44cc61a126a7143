import type { StoredRecord, WriteOperation } from '../persistence/record-store.ts'

export interface OwnershipFacts {
  /** When the import began, in milliseconds since 1970. */
  readonly startedAtMs: number
  /** Versions as the state has them, at the beginning of this run. */
  readonly passVersion: string
  readonly lastVersion: string
}

/** `foreign`: not of this import. `counted`: of this pass, and in the counts. `uncounted`: written before a crash, and not counted yet. `before`: of a pass that does not count any more. */
export type Ownership = 'foreign' | 'counted' | 'uncounted' | 'before'

/**
 * Whether a record that is there already is what this import wrote itself: the same bytes, not older than the import. Versions, which are ordered as
 * commits are, tell what the counts have already.
 * @param firstVersion the first that this run wrote
 */
export function ownershipOf(
  existing: StoredRecord | undefined,
  operation: WriteOperation,
  facts: OwnershipFacts,
  firstVersion: string | undefined,
): Ownership {
  if (existing === undefined || operation.kind !== 'put') return 'foreign'
  const { meta, value } = existing
  if (meta.updatedAtMs < facts.startedAtMs || Buffer.compare(value, operation.value) !== 0) return 'foreign'
  if (meta.version <= facts.passVersion) return 'before'
  if (meta.version <= facts.lastVersion) return 'counted'
  return firstVersion !== undefined && meta.version >= firstVersion ? 'counted' : 'uncounted'
}
