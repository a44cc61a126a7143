import type { Backup } from '../../../contract/index.ts'
import classes from './backups.module.css'
import { useBackupTexts } from './texts.ts'

/** Filled: verified. Ring: not yet. Square: damaged. The word stands beside it wherever there is room. */
export function BackupDot({ state }: { state: Backup['state'] }) {
  return (
    <svg className={classes.dot} data-state={state} viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">
      {state === 'damaged' ? <rect x="1" y="1" width="8" height="8" /> : <circle cx="5" cy="5" r="3.6" />}
    </svg>
  )
}

export function BackupState({ state }: { state: Backup['state'] }) {
  const t = useBackupTexts()
  return (
    <span className={classes.state} data-state={state}>
      <BackupDot state={state} />
      {t(state)}
    </span>
  )
}
