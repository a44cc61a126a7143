import { maxBatchBytes, type OutputOf, type ParsedInputOf } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { runAtomicBatch } from './batch-atomic.ts'
import { planBatch } from './batch-plan.ts'
import type { BatchStore } from './batch-results.ts'
import { SeparateBatch } from './batch-separate.ts'

/** Runs a batch as one transaction, or each operation for itself; results in the order of the request. */
export async function runBatch(
  store: BatchStore,
  input: ParsedInputOf<'records.batch'>,
  options: { clock: Clock; maxValueBytes: number },
  signal?: AbortSignal,
): Promise<OutputOf<'records.batch'>> {
  const steps = planBatch(input.operations, options.clock.wallMs(), { maxValueBytes: options.maxValueBytes, maxBatchBytes })
  const results = input.atomic ? await runAtomicBatch(store, steps, signal) : await new SeparateBatch(store, steps).run(signal)
  return { results }
}
