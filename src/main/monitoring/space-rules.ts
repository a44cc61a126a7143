import type { SpaceFigures } from '../persistence/space-port.ts'
import { reclaimedShare } from '../persistence/sweep-figures.ts'
import type { Finding } from './health-rules.ts'

const MiB = 1024 ** 2

/** A reader that keeps less than this, or less than this share of the file, is no reason to worry: backups come and go. */
const pinnedThreshold = { bytes: 64 * MiB, share: 0.1 } as const
/** Figure C12: what has expired is reclaimed within the interval of the sweep, but for this share. */
const reclaimedTarget = 0.95
/** Less that waits is not worth a word. */
const leastWaitingBytes = MiB

const holderNames = { backup: 'a backup', compaction: 'a compaction', process: 'another program', other: 'something in this host' } as const
export type HolderName = keyof typeof holderNames

/** Who holds the oldest state, as far as that is known. */
export function holderOf({ holds, pinned }: Pick<SpaceFigures, 'holds' | 'pinned'>): HolderName {
  if (pinned.processIds.some((processId) => processId !== process.pid)) return 'process'
  return holds[0]?.holder ?? 'other'
}

/** What makes the database file grow, or keeps it from getting smaller; undefined where nothing does. */
export function judgeSpace(figures: SpaceFigures): Finding | undefined {
  return judgePinned(figures) ?? judgeSweep(figures)
}

function judgePinned(figures: SpaceFigures): Finding | undefined {
  const { pinned, fileBytes } = figures
  if (pinned.bytes === null || pinned.bytes < Math.max(pinnedThreshold.bytes, fileBytes * pinnedThreshold.share)) return undefined
  const holder = holderOf(figures)
  return {
    level: 'warning',
    code: 'reader_holds_pages',
    reason: `The database file grows: ${holderNames[holder]} reads a state that is ${pinned.behind} commits old, so ${Math.floor(pinned.bytes / MiB)} MiB of free pages cannot be used again.`,
    action:
      holder === 'process'
        ? 'End the program that has the database file open. Compact the database afterwards.'
        : 'Wait until it ends, or cancel its job. Compact the database afterwards.',
    facts: { holder, behind: pinned.behind, pinnedBytes: pinned.bytes },
  }
}

function judgeSweep({ sweep }: SpaceFigures): Finding | undefined {
  if (sweep === null) return undefined
  const { reclaimableBytes, reclaimedBytes, isPaused } = sweep
  const waitingBytes = reclaimableBytes - reclaimedBytes
  if (waitingBytes < leastWaitingBytes) return undefined
  const facts = { reclaimableBytes, reclaimedBytes, waitingBytes }
  if (isPaused) {
    return {
      level: 'warning',
      code: 'expiry_paused',
      reason: `The clock has jumped, so ${Math.floor(waitingBytes / MiB)} MiB of expired records are not deleted.`,
      action: 'Set the clock right, then restart Holdfast. Nobody is shown expired records meanwhile.',
      facts,
    }
  }
  if ((reclaimedShare(sweep) ?? 1) >= reclaimedTarget) return undefined
  return {
    level: 'warning',
    code: 'expiry_behind',
    reason: `Records expire faster than they are deleted: ${Math.floor(waitingBytes / MiB)} of ${Math.floor(reclaimableBytes / MiB)} MiB wait for the next sweep.`,
    action: 'Let records expire less at once, or put the data on a faster disk.',
    facts,
  }
}
