import type { Level, Status } from '../../../contract/index.ts'

/** The first sentence of the overview: am I safe? */
export interface Safety {
  readonly level: Level
  readonly text:
    | 'safe'
    | 'sameDisk'
    | 'safeLooks'
    | 'noBackup'
    | 'attention'
    | 'stopped'
    | 'readOnly'
    | 'full'
    | 'notMeasured'
    | 'emptyStore'
}

/** The gravest truth first; "safe" only when a verified backup exists on another disk and no check speaks against it. */
export function safetyOf(status: Status): Safety {
  const { store, lastBackup } = status
  const checks = status.health.checks ?? []
  switch (store.mode) {
    case 'stopped':
      return { level: 'critical', text: 'stopped' }
    case 'full':
      return { level: 'critical', text: 'full' }
    case 'read-only':
      return { level: 'critical', text: 'readOnly' }
    case 'running':
      break
    default:
      return store.mode satisfies never
  }
  if (checks.some(({ level }) => level === 'critical')) return { level: 'critical', text: 'attention' }
  if (store.records === 0 && lastBackup === null) return { level: 'normal', text: 'emptyStore' }
  if (lastBackup === null) return { level: 'warning', text: 'noBackup' }
  if (checks.length === 0) return { level: 'unknown', text: 'notMeasured' }
  if (lastBackup.onSameDisk) return { level: 'warning', text: 'sameDisk' }
  if (checks.some(({ level }) => level === 'warning')) return { level: 'warning', text: 'safeLooks' }
  return { level: 'normal', text: 'safe' }
}
