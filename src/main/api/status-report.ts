import { hostname } from 'node:os'
import type { Backup, Health, Status } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import { savedShare } from '../persistence/packing-figures.ts'
import type { GenerationalStore, StoreFigures } from '../persistence/record-store.ts'

export interface StatusDeps {
  readonly store: Pick<GenerationalStore, 'mode' | 'figures' | 'previousGeneration'>
  readonly memoryTier: { figures(): { bytes: number; maxBytes: number; hits: number; misses: number } }
  readonly disk: { readonly main: { totalBytes: number; freeBytes: number } | null }
  readonly health: { check(): Health }
  /** Newest first. */
  readonly backups: () => Promise<readonly Backup[]>
  /** Whether the backups lie on the disk of the database. */
  readonly backupsOnSameDisk: () => Promise<boolean>
  readonly notices: () => Promise<Status['notices']>
  /** About how many; null where that was not measured. */
  readonly recordsChangedSince: (ms: number) => number | null
  readonly version: string
  readonly dataFolder: string
  readonly doors: { socket: string | null; url: string | null }
  readonly startedAtMs: number
  readonly clock: Clock
}

/** What the host is and how it does, in one answer. */
export async function reportStatus(deps: StatusDeps): Promise<Status> {
  const figures = deps.store.figures()
  const { bytes, maxBytes, hits, misses } = deps.memoryTier.figures()
  return {
    version: deps.version,
    pid: process.pid,
    hostname: hostname(),
    startedAt: toIso(deps.startedAtMs),
    now: toIso(deps.clock.wallMs()),
    dataFolder: deps.dataFolder,
    ...deps.doors,
    store: {
      ...modeOf(deps.store.mode),
      timeline: figures.timeline,
      generation: figures.generation,
      sequence: figures.sequence,
      appliedSequence: figures.appliedSequence,
      records: figures.records,
      recordsExact: figures.recordsExact,
      overlayBytes: figures.overlayBytes,
      databaseBytes: figures.databaseBytes,
      journalBytes: figures.journalBytes,
      compression: compressionOf(figures.packing),
    },
    disk: deps.disk.main,
    cache: { bytes, maxBytes, hits, misses },
    lastBackup: await lastBackup(deps, figures),
    undo: undoOf(deps.store.previousGeneration),
    notices: await deps.notices(),
    health: deps.health.check(),
  }
}

const mostPrefixes = 20

function compressionOf({ valueBytes, storedBytes, prefixes }: StoreFigures['packing']): Status['store']['compression'] {
  return { valueBytes, storedBytes, savedShare: savedShare({ valueBytes, storedBytes }), prefixes: prefixes.slice(0, mostPrefixes) }
}

function modeOf(mode: GenerationalStore['mode']): Pick<Status['store'], 'mode' | 'code' | 'reason'> {
  return mode.kind === 'running' ? { mode: mode.kind } : { mode: mode.kind, code: mode.code, reason: mode.reason }
}

async function lastBackup(deps: StatusDeps, figures: { sequence: number }): Promise<Status['lastBackup']> {
  const newest = (await listOrNothing(deps)).find(({ state }) => state === 'verified')
  if (newest === undefined) return null
  const changesSince = Math.max(0, figures.sequence - newest.sequence)
  const measured = deps.recordsChangedSince(Date.parse(newest.createdAt))
  // A transaction changes one record at least, and none means that nothing has changed, whatever a coarse measurement says.
  const recordsChanged = changesSince === 0 ? 0 : measured === null ? null : Math.max(changesSince, measured)
  return { id: newest.id, createdAt: newest.createdAt, changesSince, recordsChanged, onSameDisk: await deps.backupsOnSameDisk() }
}

/** A backups folder that cannot be read is a matter of the backup check, and must not hide all else. */
async function listOrNothing({ backups }: StatusDeps): Promise<readonly Backup[]> {
  try {
    return await backups()
  } catch (error) {
    if (error instanceof HoldfastError) return []
    throw error
  }
}

function undoOf(previous: GenerationalStore['previousGeneration']): Status['undo'] {
  if (previous === null) return null
  const { reason, replacedAtMs } = previous
  return {
    restoredAt: toIso(replacedAtMs),
    backupId: reason.kind === 'restore' ? reason.backupId : null,
    undoesUndo: reason.kind === 'undo',
  }
}
