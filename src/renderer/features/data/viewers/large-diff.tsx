import { useEffect, useState } from 'react'
import { formatNumber, useLanguage } from '../../../language/index.ts'
import { ErrorLine, LoadingState } from '../../../ui/states.tsx'
import type { ChangedPlace, ChangedPlaces, PlaceSide } from './changed-places.ts'
import { Decoder } from './decoder.ts'
import classes from './large-diff.module.css'
import { useViewerTexts } from './viewer-texts.ts'

interface LargeDiffProps {
  readonly before: string
  readonly after: string
  readonly label: string
  readonly onPlaces?: (count: number) => void
}

/** What differs between two large texts: not the texts, which would stop the window, but the places, found on a thread of its own. */
export function LargeDiff({ before, after, label, onPlaces }: LargeDiffProps) {
  const t = useViewerTexts()
  const [found, setFound] = useState<ChangedPlaces>()
  const [failure, setFailure] = useState<unknown>()
  useEffect(() => {
    const decoder = new Decoder()
    const gone = new AbortController()
    decoder.run('compare', { before, after }, gone.signal).then(setFound, (error: unknown) => {
      if (!gone.signal.aborted) setFailure(error)
    })
    return () => {
      gone.abort()
      decoder.close()
    }
  }, [before, after])
  useEffect(() => {
    if (found) onPlaces?.(found.count)
  }, [found, onPlaces])
  if (failure !== undefined) return <ErrorLine error={failure} />
  if (found === undefined) return <LoadingState />
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus
    <section className={classes.view} tabIndex={0} aria-label={label}>
      <p className={classes.note}>{t('large.note')}</p>
      {found.places.map((place) => (
        <Place key={place.line} place={place} />
      ))}
      <Rest found={found} />
    </section>
  )
}

function Rest({ found: { places, count, isRough } }: { found: ChangedPlaces }) {
  const t = useViewerTexts()
  const language = useLanguage()
  if (places.length < count) {
    return (
      <p className={classes.note}>{t('large.first', { shown: formatNumber(places.length, language), n: formatNumber(count, language) })}</p>
    )
  }
  return isRough ? <p className={classes.note}>{t('large.rough')}</p> : null
}

function Place({ place: { line, character, before, after } }: { place: ChangedPlace }) {
  const t = useViewerTexts()
  const language = useLanguage()
  const values = { line: formatNumber(line, language), character: formatNumber(character, language) }
  return (
    <div className={classes.place}>
      <div className={classes.where}>{t(character > 1 ? 'large.character' : 'large.line', values)}</div>
      <Side side={before} sign="−" />
      <Side side={after} sign="+" />
    </div>
  )
}

function Side({ side, sign }: { side: PlaceSide; sign: '+' | '−' }) {
  const t = useViewerTexts()
  const language = useLanguage()
  return (
    <>
      {side.lines.map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a place never change
        <div key={place} className={classes.line} data-sign={sign}>
          {line}
        </div>
      ))}
      {side.more > 0 && (
        <div className={classes.line} data-sign={sign}>
          <span className={classes.more}>{t('large.more', { count: side.more, n: formatNumber(side.more, language) })}</span>
        </div>
      )}
    </>
  )
}
