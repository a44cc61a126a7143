import type { Check } from '../../../contract/index.ts'
import { useCheckText } from '../../ui/check-text.ts'
import { LevelWord } from '../../ui/level-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/quantities.tsx'
import classes from './health.module.css'
import { useHealthTexts } from './texts.ts'

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
                {check.since !== undefined && check.level !== 'normal' && (
                  <span className={classes.since}>
                    {' '}
                    {t('since')} <RelativeTime at={check.since} />
                  </span>
                )}
              </span>
            </li>
          ))}
      </ul>
    </Section>
  )
}
