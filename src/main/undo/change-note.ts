import type { ActivityAction } from '../../contract/index.ts'
import type { ActivityNote } from '../base/activity.ts'
import type { OperationResult, StoredRecord, WriteOperation } from '../persistence/record-store.ts'

/** What a change was, for the activity list; `before`: the one record that it replaced. Undefined when nothing changed. */
export function noteOf(
  operations: readonly WriteOperation[],
  results: readonly OperationResult[],
  before: StoredRecord | undefined,
): ActivityNote | undefined {
  const changed = operations.flatMap((operation, index) => {
    const result = results[index]
    return result === undefined || result.kind === 'absent' ? [] : [{ operation, result }]
  })
  const [first] = changed
  if (first === undefined) return undefined
  if (changed.length === 1) return { action: actionOf(first.operation, first.result, before), target: { key: first.operation.key } }
  const deleted = changed.filter(({ result }) => result.kind === 'deleted').length
  return { action: 'records.changed' satisfies ActivityAction, facts: { written: changed.length - deleted, deleted } }
}

function actionOf(operation: WriteOperation, { kind }: OperationResult, before: StoredRecord | undefined): ActivityAction {
  if (operation.kind === 'delete') return 'record.deleted'
  if (kind === 'created') return 'record.created'
  return before !== undefined && isOnlyTtl(before, operation) ? 'record.ttlChanged' : 'record.changed'
}

const isOnlyTtl = ({ meta, value }: StoredRecord, after: WriteOperation & { kind: 'put' }): boolean =>
  meta.expiresAtMs !== after.expiresAtMs && meta.contentType === after.contentType && Buffer.compare(value, after.value) === 0
