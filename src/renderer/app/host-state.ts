import type { Check, Level, Status } from '../../contract/index.ts'

/** What the pill says: a text of the app by name, or the host's own sentence, and where to go about it. */
export interface HostState {
  readonly level: Level
  readonly text:
    | 'connecting'
    | 'lost'
    | 'safe'
    | 'stateUnknown'
    | 'stopped'
    | 'readOnly'
    | 'full'
    | 'noBackup'
    | 'sameDisk'
    | 'backupFailed'
    | 'unmeasured'
    | 'keyMissing'
    | 'indexFailed'
    | `check.${Check['id']}`
  readonly detail?: string
  /** How many other things need somebody. */
  readonly others: number
  readonly href?: string
}

const gravity: Record<Level, number> = { critical: 3, warning: 2, unknown: 1, normal: 0 }

/** An idle store has no speed to judge; that says nothing about safety. */
const isIdle = (check: Check): boolean => check.id === 'performance' && check.level === 'unknown'

/** The checks that need somebody, the gravest first. */
const troubles = (checks: readonly Check[] | undefined): Check[] =>
  (checks ?? [])
    .filter((check) => check.level !== 'normal' && !isIdle(check))
    .sort((one, other) => gravity[other.level] - gravity[one.level])

/** Where one goes about a check. */
function placeOf({ id, code }: Pick<Check, 'id' | 'code'>): string {
  if (code === 'key_missing') return '/settings'
  if (code === 'index_failed') return '/query'
  if (id === 'disk') return '/space'
  return id === 'backup' ? '/backups' : '/health'
}

/** The one state of the host: the gravest cause first, "safe" only when everything was measured and is well. `isRefused`: it was asked for and the host failed. */
export function hostStateOf(connection: 'connecting' | 'connected' | 'lost', status: Status | undefined, isRefused = false): HostState {
  if (connection === 'lost') return { level: 'unknown', text: 'lost', others: 0 }
  if (!status) return { level: 'unknown', text: isRefused ? 'stateUnknown' : 'connecting', others: 0 }
  const needing = troubles(status.health.checks)
  const mode = modeState(status)
  if (mode)
    return { ...mode, others: needing.filter((check) => check.id !== 'store').length, href: mode.text === 'full' ? '/space' : '/health' }
  const [worst] = needing
  if (worst) {
    return { level: worst.level, text: textOf(worst), detail: worst.reason, others: needing.length - 1, href: placeOf(worst) }
  }
  if (status.health.checks === undefined) return { level: 'unknown', text: 'stateUnknown', others: 0, href: '/health' }
  return { level: 'normal', text: 'safe', others: 0, href: '/' }
}

function textOf(check: Check): HostState['text'] {
  if (check.level === 'unknown') return 'unmeasured'
  if (check.code === 'key_missing') return 'keyMissing'
  if (check.code === 'index_failed') return 'indexFailed'
  if (check.code === 'no_backup') return 'noBackup'
  if (check.code === 'backup_failed') return 'backupFailed'
  return check.code === 'same_disk' ? 'sameDisk' : `check.${check.id}`
}

function modeState({ store }: Status): Pick<HostState, 'level' | 'text' | 'detail'> | undefined {
  const detail = store.reason === undefined ? {} : { detail: store.reason }
  switch (store.mode) {
    case 'stopped':
      return { level: 'critical', text: 'stopped', ...detail }
    case 'full':
      return { level: 'critical', text: 'full', ...detail }
    case 'read-only':
      return { level: 'critical', text: 'readOnly', ...detail }
    case 'running':
      return undefined
    default:
      return store.mode satisfies never
  }
}
