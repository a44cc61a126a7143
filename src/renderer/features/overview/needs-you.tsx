import { Button } from '@mantine/core'
import { Link } from 'wouter'
import type { Check } from '../../../contract/index.ts'
import { formatDuration, useLanguage } from '../../language/index.ts'
import { useCheckText } from '../../ui/check-text.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { useNow } from '../../ui/use-now.ts'
import classes from './overview.module.css'
import { RestartLine } from './restart-line.tsx'
import { useOverviewTexts } from './texts.ts'

/** Younger than this, "since" says nothing. */
const youngMs = 60_000

/** What is not measured because nothing happens needs nobody. */
const needsSomebody = (check: Check): boolean => check.level !== 'normal' && !(check.level === 'unknown' && check.code === 'not_measured')

/** Where a check leads: to make a backup is one step, all else is a place. */
type NextStep = { readonly text: 'backUp' } | { readonly text: 'look' | 'seeWhy' | 'chooseFolder'; readonly href: string }

export function nextStepOf({ id, code }: Pick<Check, 'id' | 'code'>): NextStep {
  switch (id) {
    case 'backup':
      if (code === 'same_disk' || code === 'backups_unreadable') return { text: 'chooseFolder', href: '/settings' }
      return code === 'backup_unverified' || code === 'backup_failed' || code === 'not_known'
        ? { text: 'look', href: '/backups' }
        : { text: 'backUp' }
    case 'integrity':
      return { text: 'look', href: code === 'index_failed' ? '/query' : '/backups' }
    case 'performance':
      return { text: 'seeWhy', href: '/health' }
    case 'store':
      return { text: 'look', href: code === 'key_missing' ? '/settings' : '/health' }
    case 'disk':
      return { text: 'look', href: '/space' }
    default:
      return id satisfies never
  }
}

interface NeedsYouProps {
  readonly checks: readonly Check[]
  /** Settings wait for one. */
  readonly restart: boolean
  readonly backUp: () => void
  /** While a backup is being asked for, or cannot be. */
  readonly canBackUp: boolean
}

/** Cause, since when, and the next step with its button. */
export function NeedsYou({ checks, restart, backUp, canBackUp }: NeedsYouProps) {
  const t = useOverviewTexts()
  const needing = checks.filter(needsSomebody)
  return (
    <Section title={t('needsYou')}>
      {needing.length === 0 && !restart ? (
        <p className={classes.calm}>
          <LevelMark level="normal" /> {t('nothingNeeds')}
        </p>
      ) : (
        <ul className={classes.needs}>
          {needing.map((check) => (
            <Need key={check.id} check={check} backUp={backUp} canBackUp={canBackUp} />
          ))}
          {restart && <RestartLine />}
        </ul>
      )}
    </Section>
  )
}

function Need({ check, backUp, canBackUp }: { check: Check; backUp: () => void; canBackUp: boolean }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const now = useNow()
  const { reason, action } = useCheckText()(check)
  const sinceMs = check.since === undefined ? Number.NaN : Date.parse(check.since)
  const step = nextStepOf(check)
  return (
    <li>
      <LevelMark level={check.level} />
      <div>
        <div>
          {reason}
          {now - sinceMs > youngMs && (
            <span className={classes.quiet}>
              {' '}
              {t('since', { time: formatDuration(Math.floor((now - sinceMs) / youngMs) * 60, language) })}
            </span>
          )}
        </div>
        {action !== undefined && <div className={classes.quiet}>{action}</div>}
      </div>
      {step.text === 'backUp' ? (
        <Button disabled={!canBackUp} onClick={backUp}>
          {t('backUp')}
        </Button>
      ) : (
        <Button component={Link} href={step.href}>
          {t(step.text)}
        </Button>
      )}
    </li>
  )
}
