import { HoldfastError } from '../base/errors.ts'

/** Nothing is changed or deleted on damage: the sentence names the place. */
export function journalDamaged(name: string, offset: number, what: string): HoldfastError {
  return new HoldfastError(
    'store_damaged',
    `The journal is damaged: ${what} (${name}, offset ${offset}). Nothing was changed or deleted. Copy the data folder to a safe place, then restore the newest backup into a new folder.`,
    { details: { file: name, offset } },
  )
}

export const journalMissing = (): HoldfastError =>
  new HoldfastError(
    'journal_missing',
    'The journal of this store is missing. Put it back, or correct journal.path; without it acknowledged writes may be lost.',
  )

export const journalForeign = (): HoldfastError =>
  new HoldfastError('journal_foreign', 'The journal belongs to another store. Put the journal of this store back, or correct journal.path.')

export const journalNewer = (): HoldfastError =>
  new HoldfastError('newer_format', 'The journal was written by a newer Holdfast. Start that version, or a newer one.')

/** The write was never in the journal. */
export function noSegment(cause: unknown): HoldfastError {
  return isFull(cause)
    ? new HoldfastError('disk_full', 'The disk is full, so nothing was written. Free some space; writing goes on by itself.', { cause })
    : new HoldfastError('read_only', 'The disk refused a new journal segment, so nothing was written. Check the disk.', { cause })
}

export const journalBroken = (cause: unknown): HoldfastError =>
  new HoldfastError('read_only', 'The disk fails, so the store only reads. Check the disk, then start Holdfast again.', { cause })

export const outcomeUnknown = (cause: unknown): HoldfastError =>
  new HoldfastError(
    'outcome_unknown',
    'The disk failed during this write: it may or may not be kept. Read the record after the next start, before writing it again.',
    { cause },
  )

const isFull = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}
