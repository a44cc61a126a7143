import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useConnection } from '../bridge/connection.ts'
import { callShell, shell } from '../bridge/shell.ts'
import { LevelMark } from '../ui/level-mark.tsx'
import { RelativeTime } from '../ui/quantities.tsx'
import classes from './frame.module.css'
import { useAppTexts } from './texts.ts'

const backShownMs = 4000

/** Says that the host is gone, and for a moment that it is back. */
export function ConnectionBanner() {
  const t = useAppTexts()
  const { state, lostAtMs, backAtMs } = useConnection()
  const [seenBackAtMs, setSeenBackAtMs] = useState<number>()
  useEffect(() => {
    if (backAtMs === undefined) return
    const timer = setTimeout(() => setSeenBackAtMs(backAtMs), backShownMs)
    return () => clearTimeout(timer)
  }, [backAtMs])
  const back = backAtMs !== undefined && backAtMs !== seenBackAtMs
  return (
    <div role="status">
      {state === 'lost' && (
        <div className={classes.banner} data-state="lost">
          <LevelMark level="critical" />
          <strong>{t('lostTitle')}</strong>
          {lostAtMs !== undefined && <RelativeTime at={lostAtMs} />}
          <span>
            {t('lostText')} {t('lostWrites')}
          </span>
          {shell() && (
            <Button size="compact-xs" variant="subtle" onClick={() => void callShell('connections.retry', {}).catch(() => undefined)}>
              {t('retryNow')}
            </Button>
          )}
        </div>
      )}
      {back && (
        <div className={classes.banner} data-state="back">
          <LevelMark level="normal" />
          {t('backText')}
        </div>
      )}
    </div>
  )
}
