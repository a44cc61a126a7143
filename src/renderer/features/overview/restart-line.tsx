import { Button } from '@mantine/core'
import { Link } from 'wouter'
import type { Status } from '../../../contract/index.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import classes from './overview.module.css'
import { useOverviewTexts } from './texts.ts'

/** Whether settings were changed that the running host has not taken. */
export const restartIsPending = ({ notices }: Status): boolean => notices.some(({ code }) => code === 'restart_pending')

/** A line of what needs somebody: a restart, so that changed settings take effect. */
export function RestartLine() {
  const t = useOverviewTexts()
  return (
    <li>
      <LevelMark level="warning" />
      <div>
        <div>{t('restartPending')}</div>
        <div className={classes.quiet}>{t('restartPending.action')}</div>
      </div>
      <Button component={Link} href="/settings">
        {t('look')}
      </Button>
    </li>
  )
}
