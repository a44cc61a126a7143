import type { Log } from '../base/log.ts'
import type { Frame } from './frame-codec.ts'
import { journalMissing } from './journal-errors.ts'
import type { JournalFiles } from './journal-files.ts'
import { type JournalEnd, readHeaders, replay } from './replay.ts'
import { SegmentPool, segmentName, segmentNumber } from './segment-pool.ts'

export interface JournalOptions {
  readonly files: JournalFiles
  readonly storeId: string
  readonly segmentBytes: number
  /** How long frames that nobody waits for may stay unsynced. 0: synced at once. */
  readonly flushEveryMs: number
  readonly log: Log
  readonly now: () => number
}

/**
 * Reads the journal of an existing store and gives every frame to `onFrame`. `appliedSequence`: what the database holds already. Throws `journal_missing`,
 * `journal_foreign`, `newer_format`, and `store_damaged` naming the place; nothing is changed then.
 */
export async function readJournal(
  options: JournalOptions,
  appliedSequence: number,
  onFrame: (frame: Frame) => void,
): Promise<{ pool: SegmentPool; end: JournalEnd }> {
  const { files, storeId } = options
  const names = await files.list()
  if (!names?.some((name) => segmentNumber(name) !== undefined)) throw journalMissing()
  const headers = await readHeaders(files, names, storeId)
  const end = await replay(files, headers, appliedSequence, onFrame)
  await makeDurable(files, segmentName(headers.at(-1)?.number as number), end)
  for (const name of names) if (name.startsWith('new-')) await files.remove(name)
  return { pool: new SegmentPool({ ...options, names }), end }
}

/**
 * After a kill the last groups may lie in the page cache only, and from now on they are taken for durable. They are written again first: where a sync had
 * failed before the kill, the cache takes them for clean, and another sync would do nothing (JN2).
 */
async function makeDurable(files: JournalFiles, name: string, { unproven }: JournalEnd): Promise<void> {
  const newest = await files.open(name)
  try {
    await newest.write(unproven.bytes, unproven.offset)
    await newest.datasync()
  } finally {
    newest.close()
  }
}
