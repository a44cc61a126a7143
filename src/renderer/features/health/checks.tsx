import type { Check } from '../../../contract/index.ts'
import { formatAbsolute, formatDuration, useLanguage } from '../../language/index.ts'
import { useCheckText } from '../../ui/check-text.ts'
import { LevelWord } from '../../ui/level-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { useNow } from '../../ui/use-now.ts'
import classes from './health.module.css'
import { useHealthTexts } from './texts.ts'

/** Younger than this, a duration says nothing. */
const youngMs = 60_000

/** Each check: how it stands, why, since when, and what to do. */
export function Checks({ checks }: { checks: readonly Check[] }) {
  const t = useHealthTexts()
  const textOf = useCheckText()
  return (
    <Section title={t('checks')}>
      <ul className={classes.checks}>
        {checks
          .map((check) => ({ ...check, ...textOf(check) }))
          .map((check) => (
            <li key={check.id} className={classes.check}>
              <span className={classes.level}>
                <LevelWord level={check.level} />
              </span>
              <span className={classes.name}>{t(`check.${check.id}`)}</span>
              <span className={classes.reason}>
                {check.reason}
                {check.action !== undefined && <span className={classes.action}> {check.action}</span>}
                {check.level !== 'normal' && check.since !== undefined && <Since since={check.since} />}
              </span>
            </li>
          ))}
      </ul>
    </Section>
  )
}

function Since({ since }: { since: string }) {
  const t = useHealthTexts()
  const language = useLanguage()
  const now = useNow()
  const forMs = now - Date.parse(since)
  if (Number.isNaN(forMs) || forMs < youngMs) return null
  const { local } = formatAbsolute(Date.parse(since), language)
  return (
    <span className={classes.since} title={local}>
      {' '}
      {t('since', { time: formatDuration(Math.floor(forMs / youngMs) * 60, language) })}
    </span>
  )
}
