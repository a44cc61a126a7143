import { Tooltip } from '@mantine/core'
import { formatAbsolute, formatBytes, formatNumber, formatRelative, type Quantity, useLanguage } from '../language/index.ts'
import classes from './quantities.module.css'
import { useNow } from './use-now.ts'

/** A number with its unit small and grey. */
function Amount({ value, unit }: Quantity) {
  return (
    <span className={classes.amount}>
      {value} <span className={classes.unit}>{unit}</span>
    </span>
  )
}

/** Bytes in the unit that fits; the exact number on hover. */
export function Bytes({ bytes }: { bytes: number }) {
  const language = useLanguage()
  return (
    <span title={bytes >= 1024 ? `${formatNumber(bytes, language)} B` : undefined}>
      <Amount {...formatBytes(bytes, language)} />
    </span>
  )
}

export function Count({ value }: { value: number }) {
  return <span className={classes.amount}>{formatNumber(value, useLanguage())}</span>
}

/** "2 hours ago", with the local and the UTC moment on hover and on focus. `at` is ISO 8601 or milliseconds since 1970. */
export function RelativeTime({ at, narrow = false }: { at: string | number; narrow?: boolean }) {
  const language = useLanguage()
  const now = useNow()
  const atMs = typeof at === 'number' ? at : Date.parse(at)
  if (Number.isNaN(atMs)) return <span>–</span>
  const { local, utc } = formatAbsolute(atMs, language)
  const relative = formatRelative(atMs, Math.max(now, Date.now()), language, narrow ? 'narrow' : 'long')
  // Of narrow ones a list shows dozens, and draws them anew with each turn of the wheel: a tooltip of its own costs each more than all the rest.
  if (narrow) {
    return (
      <time className={classes.time} dateTime={new Date(atMs).toISOString()} title={`${local}\n${utc}`}>
        {relative}
      </time>
    )
  }
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
      <time className={classes.time} dateTime={new Date(atMs).toISOString()}>
        {relative}
      </time>
    </Tooltip>
  )
}
