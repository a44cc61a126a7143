import { HoldfastError } from '../base/errors.ts'
import type { Journal } from '../journal/journal.ts'
import type { LiveGeneration } from './live-generation.ts'

export interface EraseDeps {
  readonly generation: LiveGeneration
  readonly journal: Journal
  /** Brings a frame into the journal that changes nothing, and says its sequence. */
  readonly appendNothing: () => Promise<number>
  /** Everything up to a sequence is in the database and flushed when it resolves. */
  readonly drainTo: (sequence: number) => Promise<void>
  /** Writes the database anew, and makes that the live one. */
  readonly rewrite: () => Promise<unknown>
}

/**
 * Makes sure that no file of the store holds what was stored before: journal segments that were used, the generation before a restore, and what was
 * deleted or replaced in the pages of the database.
 */
export async function eraseTraces(
  { generation, journal, appendNothing, drainTo, rewrite }: EraseDeps,
  { keepsPrevious }: { keepsPrevious: boolean },
): Promise<void> {
  await journal.beginRenewal()
  const sequence = await appendNothing()
  await drainTo(sequence)
  if (!(await journal.finishRenewal(sequence))) throw notErased('a journal segment from before is still needed')
  // In pages that are copied as they are, what was deleted may still stand between what is there.
  await rewrite()
  if (!keepsPrevious) await generation.dropOld()
}

const notErased = (what: string): HoldfastError =>
  new HoldfastError('conflict', `What was stored before could not be removed yet: ${what}. Ask again in a moment.`)
