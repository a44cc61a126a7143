import type { Existing } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { OperationResult, WriteOperation } from '../persistence/record-store.ts'
import { isRecordRefusal } from './record-refusal.ts'

/** Each lost attempt has waited five seconds for the store already, or has lost a race for a key. */
const maxAttempts = 12

export interface ImportDeps {
  commit(operations: readonly WriteOperation[], signal: AbortSignal | undefined): Promise<readonly OperationResult[]>
  /** Whether the key has a record now. */
  exists(key: string): boolean
  /** Told of a record that its collection refuses; the others are written. Absent: that ends the import. */
  refused?(entry: ImportEntry, error: HoldfastError): void
}

export interface ImportEntry {
  readonly line: number
  readonly operation: WriteOperation
}

export interface ImportTally {
  imported: number
  created: number
  replaced: number
  skipped: number
}

/**
 * Writes one group of an import in one transaction, and counts into `tally` what became of it. With `stop` the entries before the first
 * existing key are written, then it throws `conflict` (details: line, key).
 */
export async function commitEntries(
  deps: ImportDeps,
  entries: readonly ImportEntry[],
  wish: { existing: Existing; dryRun: boolean },
  tally: ImportTally,
  signal?: AbortSignal,
): Promise<void> {
  let left = entries
  for (let attempt = 1; ; attempt++) {
    const plan = planGroup(deps, left, wish)
    try {
      const results = plan.writes.length === 0 ? [] : await deps.commit(plan.writes, signal)
      count(tally, plan, results)
    } catch (error) {
      const refused = refusedEntry(deps, plan, error)
      if (refused !== undefined) {
        left = left.filter((entry) => entry !== refused)
        attempt--
        continue
      }
      const isPassing = error instanceof HoldfastError && (error.code === 'overloaded' || error.code === 'precondition_failed')
      if (!isPassing || attempt === maxAttempts) throw error
      continue
    }
    if (plan.stoppedAt !== undefined) throw stopped(plan.stoppedAt)
    return
  }
}

/** Undefined where the error is about something else, or nobody wants to know. */
function refusedEntry(deps: ImportDeps, plan: GroupPlan, error: unknown): ImportEntry | undefined {
  if (deps.refused === undefined || !isRecordRefusal(error)) return undefined
  const entry = plan.written[Number(error.details?.index)]
  if (entry !== undefined) deps.refused(entry, error)
  return entry
}

interface GroupPlan extends ImportTally {
  readonly writes: WriteOperation[]
  /** Of each write its entry. */
  readonly written: ImportEntry[]
  stoppedAt: ImportEntry | undefined
}

function planGroup(deps: ImportDeps, entries: readonly ImportEntry[], wish: { existing: Existing; dryRun: boolean }): GroupPlan {
  const plan: GroupPlan = { writes: [], written: [], imported: 0, created: 0, replaced: 0, skipped: 0, stoppedAt: undefined }
  if (wish.existing === 'overwrite' && !wish.dryRun) {
    for (const entry of entries) {
      plan.writes.push(entry.operation)
      plan.written.push(entry)
    }
    plan.imported = entries.length
    return plan
  }
  const written = new Set<string>()
  for (const entry of entries) {
    const { operation } = entry
    const exists = written.has(operation.key) || deps.exists(operation.key)
    if (exists && wish.existing === 'stop') {
      plan.stoppedAt = entry
      return plan
    }
    if (exists && wish.existing === 'skip') {
      plan.skipped++
      continue
    }
    plan.imported++
    if (operation.kind === 'delete') continue
    if (wish.dryRun) plan[exists ? 'replaced' : 'created']++
    // Another writer may be faster; then the group is planned again.
    else {
      plan.writes.push({ ...operation, condition: { version: null } })
      plan.written.push(entry)
    }
    written.add(operation.key)
  }
  return plan
}

function count(tally: ImportTally, plan: GroupPlan, results: readonly OperationResult[]): void {
  tally.imported += plan.imported
  tally.skipped += plan.skipped
  tally.created += plan.created
  tally.replaced += plan.replaced
  for (const { kind } of results) {
    if (kind === 'created') tally.created++
    if (kind === 'replaced') tally.replaced++
  }
}

function stopped({ line, operation: { key } }: ImportEntry): HoldfastError {
  return new HoldfastError(
    'conflict',
    `Line ${line}: there is a record with the key ${JSON.stringify(key)} already, so the import stopped.`,
    {
      details: { line, key },
    },
  )
}
