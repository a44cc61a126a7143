import { Tooltip } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { formatAbsolute, formatDuration, useLanguage } from '../../language/index.ts'
import { useDataTexts } from './texts.ts'
import classes from './value-pane.module.css'

/** What is left until a moment, second by second; the moment itself on hover. `onEnd` is called once when it has come. */
export function Countdown({ at, onEnd }: { at: string; onEnd: () => void }) {
  const t = useDataTexts()
  const language = useLanguage()
  const atMs = Date.parse(at)
  const nowMs = useSeconds(atMs)
  const isOver = nowMs >= atMs
  const end = useRef(onEnd)
  useEffect(() => {
    end.current = onEnd
  })
  useEffect(() => {
    if (isOver) end.current()
  }, [isOver])
  const { local, utc } = formatAbsolute(atMs, language)
  return (
    <Tooltip
      label={
        <>
          {local}
          <br />
          {utc}
        </>
      }
    >
      <time className={classes.countdown} role="timer" dateTime={at}>
        {isOver ? t('expired') : t('expiresIn', { time: formatDuration((atMs - nowMs) / 1000, language) })}
      </time>
    </Tooltip>
  )
}

/** The present moment in milliseconds since 1970, once a second until `untilMs`. */
function useSeconds(untilMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    const tick = () => setNowMs(Date.now())
    tick()
    const timer = setInterval(() => {
      tick()
      if (Date.now() >= untilMs) clearInterval(timer)
    }, 1000)
    return () => clearInterval(timer)
  }, [untilMs])
  return nowMs
}
