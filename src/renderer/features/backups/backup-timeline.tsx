import type { Backup } from '../../../contract/index.ts'
import { formatAbsolute, useLanguage } from '../../language/index.ts'
import { BackupDot } from './backup-state.tsx'
import classes from './backups.module.css'
import { useBackupTexts } from './texts.ts'

const dayMs = 24 * 3600 * 1000
/** More dots than this lie on each other; the list below has them all. */
const mostDots = 200

/** Where on the line a moment stands, in percent: the newest at the right, at least a day in all. */
export function placeOnLine(atMs: number, oldestMs: number, newestMs: number): number {
  const span = Math.max(newestMs - oldestMs, dayMs)
  return 100 - ((newestMs - atMs) / span) * 100
}

interface BackupTimelineProps {
  readonly backups: readonly Backup[]
  readonly selected: string | undefined
  readonly onSelect: (id: string) => void
}

/** All backups of the folder on one line of time. The list below is the same for the keyboard and for screen readers. */
export function BackupTimeline({ backups, selected, onSelect }: BackupTimelineProps) {
  const t = useBackupTexts()
  const language = useLanguage()
  const shown = backups.slice(0, mostDots)
  const times = shown.map(({ createdAt }) => Date.parse(createdAt))
  const newest = Math.max(...times)
  const oldest = Math.min(...times)
  return (
    <figure className={classes.timeline} aria-label={t('timeline')}>
      <div className={classes.line}>
        {shown.map((backup) => {
          const at = Date.parse(backup.createdAt)
          return (
            <button
              key={backup.id}
              type="button"
              tabIndex={-1}
              className={classes.moment}
              style={{ left: `${placeOnLine(at, oldest, newest)}%` }}
              aria-hidden="true"
              data-selected={backup.id === selected}
              title={`${formatAbsolute(at, language).local} · ${t(backup.state)}`}
              onClick={() => onSelect(backup.id)}
            >
              <BackupDot state={backup.state} />
            </button>
          )
        })}
      </div>
      <figcaption className={classes.ends}>
        <span>{formatAbsolute(Math.min(oldest, newest - dayMs), language).local}</span>
        <span>{formatAbsolute(newest, language).local}</span>
      </figcaption>
    </figure>
  )
}
