import { type DiskRule, errnos } from './disk.ts'
import type { Chance } from './seeded.ts'

/** What one round does to the host. */
export interface Plan {
  readonly kind: 'writes' | 'segments' | 'start' | 'disk' | 'disk-at-start' | 'backup' | 'restore' | 'undo' | 'compaction' | 'clean'
  /** How long the clients work before the kill (for `start`: how long the host may start). */
  readonly afterMs: number
  readonly rules: readonly DiskRule[]
  /** The kill waits until the job of the round has ended, and `afterMs` begins then. */
  readonly untilDone?: boolean
}

/** Each kind comes at least once in so many rounds as this list is long. */
const allKinds: readonly Plan['kind'][] = [
  'writes',
  'disk',
  'segments',
  'start',
  'backup',
  'disk-at-start',
  'writes',
  'restore',
  'disk',
  'segments',
  'start',
  'undo',
  'backup',
  'disk-at-start',
  'compaction',
  'clean',
  'restore',
]

export function planOf(round: number, chance: Chance, kinds = allKinds): Plan {
  const kind = kinds[round % kinds.length] as Plan['kind']
  switch (kind) {
    case 'writes':
      return { kind, afterMs: chance.whole(30, 900), rules: slowSyncs(chance) }
    case 'segments':
      return { kind, afterMs: chance.whole(500, 1500), rules: [] }
    case 'start':
      return { kind, afterMs: chance.whole(50, 700), rules: [] }
    case 'disk':
      return { kind, afterMs: 1200, rules: [killAt(chance, 400)] }
    case 'disk-at-start':
      return { kind, afterMs: 800, rules: [killAt(chance, 12)] }
    case 'backup':
    case 'restore':
    case 'undo':
    case 'compaction': {
      const die = chance.next()
      if (die < 0.4) return { kind, untilDone: true, afterMs: chance.pick([0, 1, 5, 200]), rules: [] }
      return {
        kind,
        untilDone: die < 0.8,
        afterMs: die < 0.8 ? 0 : chance.whole(1, 1000),
        rules: die < 0.8 ? [killInCopy(kind, chance)] : [],
      }
    }
    case 'clean':
      return { kind, afterMs: chance.whole(100, 600), rules: [] }
    default:
      return kind satisfies never
  }
}

/** The disk takes its time, so that more is on its way when the kill comes; also makes the journal sync off the main thread. */
function slowSyncs(chance: Chance): DiskRule[] {
  if (chance.yes(0.5)) return []
  return [{ operation: 'sync', action: 'delay', number: chance.whole(500, 15_000), files: chance.pick(['*', '*/journal/*', '*/db/*']) }]
}

/** Kills the host at one of its calls to the disk: before it, or in the middle of a write. */
function killAt(chance: Chance, most: number): DiskRule {
  const places = [
    { operation: 'write', files: '*/journal/*', share: 1 },
    { operation: 'sync', files: '*/journal/*', share: 1 },
    { operation: 'write', files: '*/db/*', share: 1 },
    { operation: 'sync', files: '*/db/*', share: 0.1 },
    { operation: 'rename', files: '*', share: 0.01 },
    { operation: 'create', files: '*', share: 0.02 },
    { operation: 'sync-folder', files: '*', share: 0.02 },
    { operation: 'unlink', files: '*', share: 0.01 },
    { operation: 'any', files: '*', share: 2 },
  ] as const
  const { operation, files, share } = chance.pick(places)
  const action = (operation === 'write' || operation === 'any') && chance.yes(0.5) ? 'torn' : 'kill'
  return { operation, files, action, skip: chance.whole(0, Math.ceil(most * share)) }
}

/** Kills the host at a call that only a backup, or only a restore, asks for. */
function killInCopy(kind: 'backup' | 'restore' | 'undo' | 'compaction', chance: Chance): DiskRule {
  const files = kind === 'backup' ? '*/backups/*' : chance.pick(['*/db/g-*', '*/db/current.json*', '*/db*'])
  const operation = chance.pick(['write', 'sync', 'rename', 'sync-folder', 'create', 'any', 'any'] as const)
  return { operation, files, action: chance.yes(0.3) ? 'torn' : 'kill', skip: chance.whole(0, operation === 'rename' ? 1 : 8) }
}

/** How a disk that fills up answers. */
export const noSpace = (files: string): DiskRule => ({ operation: 'write', action: 'fail', number: errnos.ENOSPC, files })
