import type { Backup, Check, Level } from '../../contract/index.ts'
import type { StoreMode } from '../persistence/record-store.ts'
import type { DiskFigures } from './disk-watch.ts'

/** A check's outcome; the checker adds since when it is so. */
export type Finding = Omit<Check, 'id' | 'since'>

const GiB = 1024 ** 3
const MiB = 1024 ** 2

/**
 * A disk is short below a tenth of its size (warning) and a thirtieth (critical), but never while 5 GiB, respectively 1 GiB, are free:
 * what is little on a large disk is plenty for an edge host.
 */
const diskThresholds = {
  warning: { share: 0.1, bytes: 5 * GiB },
  critical: { share: 0.03, bytes: 1 * GiB },
} as const

/** Milliseconds within which 99 of 100 reads and writes are done. Slow flash needs 10 to 30 ms for a sync. */
export const latencyThresholds = {
  warning: { readP99Ms: 50, writeP99Ms: 500 },
  critical: { readP99Ms: 1000, writeP99Ms: 5000 },
} as const

/** A backup older than this, with changes since, is a warning. */
const oldBackupMs = 7 * 24 * 3600_000

const severity: Record<Level, number> = { normal: 0, unknown: 1, warning: 2, critical: 3 }

/** The worst of the levels. `unknown` is worse than normal: what is not measured is never called healthy. */
export function worstLevel(levels: readonly Level[]): Level {
  return levels.reduce((worst, level) => (severity[level] > severity[worst] ? level : worst), 'normal')
}

/** The graver of two findings; the first where they are equally grave. */
export function worse(one: Finding, other: Finding | undefined): Finding {
  return other !== undefined && severity[other.level] > severity[one.level] ? other : one
}

/** `isKeyMissing`: the data is encrypted, and its key is not on this host. */
export function judgeStore(mode: StoreMode, isKeyMissing = false): Finding {
  switch (mode.kind) {
    case 'running':
      if (isKeyMissing) {
        return {
          level: 'critical',
          code: 'key_missing',
          reason: 'The data is encrypted, and its key is not on this host: values can be neither read nor written.',
          action: 'Put the key file back and start Holdfast again. Nothing is lost or changed.',
        }
      }
      return { level: 'normal', code: 'running', reason: 'The store takes reads and writes.' }
    case 'full':
      return {
        level: 'critical',
        code: mode.code,
        reason: `Writes are refused, reads go on: ${mode.reason}`,
        action: 'Free some space on this disk; writes go on by themselves then.',
      }
    case 'read-only':
      return {
        level: 'critical',
        code: mode.code,
        reason: `Writes are refused, reads go on: ${mode.reason}`,
        action:
          mode.code === 'healing'
            ? 'Wait for the copy, and check the disk meanwhile: it may fail again. What was acknowledged as durable is safe.'
            : 'Check the disk and its cables, then restart Holdfast. What was acknowledged as durable is safe.',
      }
    case 'stopped':
      return {
        level: 'critical',
        code: mode.code,
        reason: mode.reason,
        action: 'Nothing was deleted. Copy the data folder to a safe place, then restore the newest backup into a new data folder.',
      }
    default:
      return mode satisfies never
  }
}

/** Of the last minute; null where too little was measured to judge it. */
export interface MeasuredLatency {
  readonly readP99Ms: number | null
  readonly writeP99Ms: number | null
}

export function judgePerformance(measured: MeasuredLatency): Finding {
  const { readP99Ms, writeP99Ms } = measured
  if (readP99Ms === null && writeP99Ms === null) {
    return { level: 'unknown', code: 'not_measured', reason: 'Next to nothing was read or written in the last minute.' }
  }
  const exceeds = (limits: { readP99Ms: number; writeP99Ms: number }) =>
    (readP99Ms ?? 0) > limits.readP99Ms || (writeP99Ms ?? 0) > limits.writeP99Ms
  const level = exceeds(latencyThresholds.critical) ? 'critical' : exceeds(latencyThresholds.warning) ? 'warning' : 'normal'
  const facts = { ...(readP99Ms !== null && { readP99Ms }), ...(writeP99Ms !== null && { writeP99Ms }) }
  const reason = latencySentence(measured)
  if (level === 'normal') return { level, code: 'fast', reason, facts }
  return {
    level,
    code: 'slow',
    reason,
    facts,
    action: 'See what else uses this disk and this processor; a worn flash disk also writes slowly.',
  }
}

/** Speaks only of what was measured. */
function latencySentence({ readP99Ms, writeP99Ms }: MeasuredLatency): string {
  const reads = readP99Ms === null ? undefined : `99 took less than ${inWords(readP99Ms)}`
  const writes = writeP99Ms === null ? undefined : `99 took less than ${inWords(writeP99Ms)}`
  if (reads === undefined) return `Of 100 writes ${writes}.`
  return writes === undefined ? `Of 100 reads ${reads}.` : `Of 100 reads ${reads}, of 100 writes ${writes}.`
}

const inWords = (ms: number) => `${ms < 1 ? ms.toFixed(3) : ms.toFixed(0)} ms`

/** `isStoreFull`: the store refuses writes for want of room, which a share of the disk does not tell of a small one. */
export function judgeDisk(disks: readonly DiskFigures[] | null, isStoreFull = false): Finding {
  if (disks === null || disks.length === 0) {
    return { level: 'unknown', code: 'not_measured', reason: 'The free space of the disk is not known.' }
  }
  const findings = disks.map((disk, place) => judgeOneDisk(disk, isStoreFull && place === fullest(disks)))
  const level = worstLevel(findings.map((finding) => finding.level))
  return findings.find((finding) => finding.level === level) as Finding
}

const fullest = (disks: readonly DiskFigures[]): number =>
  disks.reduce((least, { freeBytes }, place) => (freeBytes < (disks[least]?.freeBytes ?? 0) ? place : least), 0)

function judgeOneDisk({ folder, freeBytes, totalBytes }: DiskFigures, isFull: boolean): Finding {
  const below = ({ share, bytes }: { share: number; bytes: number }) => freeBytes < Math.min(totalBytes * share, bytes)
  const facts = { folder, freeBytes, totalBytes }
  const reason = `${Math.floor(freeBytes / MiB)} of ${Math.floor(totalBytes / MiB)} MiB are free on the disk of ${folder}.`
  if (isFull) {
    return { level: 'critical', code: 'disk_full', reason, facts, action: 'That is less than the store needs: free some space now.' }
  }
  if (below(diskThresholds.critical)) {
    return { level: 'critical', code: 'disk_nearly_full', reason, facts, action: 'Free some space now: soon writes will be refused.' }
  }
  if (below(diskThresholds.warning)) {
    return { level: 'warning', code: 'disk_filling', reason, facts, action: 'Plan for more space, or delete what is not needed.' }
  }
  return { level: 'normal', code: 'room', reason, facts }
}

export interface IntegrityFacts {
  readonly storeStopped: boolean
  /** Records that were read, each with its checksum, since the start. */
  readonly recordsRead: number
  readonly recordsDamaged: number
  readonly lastDamagedAt: string | null
  readonly records: number
}

export function judgeIntegrity(seen: IntegrityFacts): Finding {
  const { storeStopped, recordsRead, recordsDamaged, lastDamagedAt, records } = seen
  if (storeStopped) {
    return {
      level: 'critical',
      code: 'store_damaged',
      reason: 'The data on disk contradicts itself.',
      action: 'Restore a backup; nothing was deleted.',
    }
  }
  const facts = { recordsRead, recordsDamaged }
  if (recordsDamaged > 0) {
    return {
      level: 'critical',
      code: 'record_damaged',
      reason: `A damaged record was met ${recordsDamaged} times, last at ${lastDamagedAt}; its bytes were not given out.`,
      action: 'Verify the newest backup and restore it, and check the disk: it has returned bytes that were not written.',
      facts,
    }
  }
  if (recordsRead > 0)
    return { level: 'normal', code: 'checksums_hold', reason: `All ${recordsRead} records read since the start were whole.`, facts }
  if (records === 0) return { level: 'normal', code: 'nothing_stored', reason: 'The store holds no records.', facts }
  return { level: 'unknown', code: 'not_measured', reason: 'No record has been read since the start.', facts }
}

const lookAtFolder =
  'Check the disk of the backups folder and its permissions, or set path of [backup.storage] to another folder. Until then nothing is backed up.'

export interface BackupFacts {
  /** Newest first; null while the list is not known. */
  readonly backups: readonly Backup[] | null
  /** Why it is not: the sentence of the catalogue. Null when nobody has looked yet. */
  readonly unreadable?: string | null
  /** On the disk of the database. */
  readonly areOnSameDisk: boolean
  readonly records: number
  /** The journal's newest position, and the timeline it is on. */
  readonly sequence: number
  readonly timeline: string
  readonly nowMs: number
  /** The newest attempt to back up, when it came to nothing. */
  readonly failure: BackupFailure | undefined
}

export interface BackupFailure {
  readonly at: string
  readonly code: string
  readonly detail: string
}

export function judgeBackup(known: BackupFacts): Finding {
  const { backups, unreadable, records, failure } = known
  // A folder that cannot even be listed is what made the backup fail.
  if (backups === null && failure !== undefined) return failedBackup(failure, true)
  if (backups === null && unreadable) return { level: 'warning', code: 'backups_unreadable', reason: unreadable, action: lookAtFolder }
  if (backups === null) return { level: 'unknown', code: 'not_known', reason: 'The backups have not been looked at yet.' }
  const newest = backups.find(({ state }) => state !== 'damaged')
  const damaged = backups.length > 0 && backups[0]?.state === 'damaged' ? backups[0] : undefined
  if (newest === undefined && damaged !== undefined) {
    return {
      level: 'critical',
      code: 'backups_damaged',
      reason: 'Every backup is damaged.',
      action: 'Back up now, and check the disk that holds the backups.',
    }
  }
  if (failure !== undefined) return failedBackup(failure, newest === undefined)
  if (newest === undefined) {
    if (records === 0) return { level: 'normal', code: 'nothing_to_back_up', reason: 'There are no records to back up.' }
    return { level: 'warning', code: 'no_backup', reason: 'There is no backup yet.', action: 'Back up now.', facts: { records } }
  }
  if (damaged !== undefined) {
    return {
      level: 'warning',
      code: 'backup_damaged',
      reason: `The newest backup, ${damaged.id}, is damaged.`,
      action: 'Back up now.',
      facts: { id: damaged.id },
    }
  }
  return judgeNewest(newest, known)
}

const failedBackup = ({ at, code, detail }: BackupFailure, isOnly: boolean): Finding => ({
  level: 'warning',
  code: 'backup_failed',
  reason: `The last backup, at ${at}, failed: ${detail}`,
  action: isOnly ? 'No good backup is known: mend the cause, then back up.' : 'Mend the cause, then back up.',
  facts: { failedAt: at, error: code, detail },
})

function judgeNewest(newest: Backup, { sequence, timeline, nowMs, areOnSameDisk }: BackupFacts): Finding {
  const changesSince = newest.timeline === timeline ? Math.max(0, sequence - newest.sequence) : null
  const facts = { id: newest.id, createdAt: newest.createdAt, ...(changesSince !== null && { changesSince }) }
  if (newest.state === 'unverified') {
    return {
      level: 'warning',
      code: 'backup_unverified',
      reason: `The newest backup, ${newest.id}, has not been read back.`,
      action: 'Verify it.',
      facts,
    }
  }
  const isOld = nowMs - Date.parse(newest.createdAt) > oldBackupMs
  if (isOld && changesSince !== 0) {
    return {
      level: 'warning',
      code: 'backup_old',
      reason: `The newest backup is from ${newest.createdAt}, and data has changed since.`,
      action: 'Back up now.',
      facts,
    }
  }
  if (areOnSameDisk) {
    return {
      level: 'warning',
      code: 'same_disk',
      reason: `The newest backup, from ${newest.createdAt}, was read back whole, but lies on the same disk as the data: it undoes mistakes, and would be lost with the disk.`,
      action: 'Set path of [backup.storage] to a folder on another disk, then back up.',
      facts,
    }
  }
  return { level: 'normal', code: 'backed_up', reason: `The newest backup, from ${newest.createdAt}, was read back whole.`, facts }
}
