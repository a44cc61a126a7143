import { type Annotation, type AnnotationKind, annotationKinds } from '../../../contract/index.ts'
import { formatDuration, type Language, useLanguage } from '../../language/index.ts'
import classes from './health.module.css'
import { type HealthTexts, useHealthTexts } from './texts.ts'
import type { Shown } from './time-window.ts'
import { formatMoment } from './values.ts'

const mostShown = 8
/** How much of the time before and after something is shown when one asks for it. */
const aroundMs = 5 * 60_000

interface HappeningsProps {
  readonly annotations: readonly Annotation[]
  readonly shown: Shown
  readonly utc: boolean
  readonly zoom: (fromMs: number, toMs: number) => void
}

/** The marks in the charts in words, the newest first; each leads to its time. */
export function Happenings({ annotations, shown, utc, zoom }: HappeningsProps) {
  const t = useHealthTexts()
  const language = useLanguage()
  const within = annotations.filter(({ at }) => at >= shown.fromMs && at <= shown.toMs).reverse()
  const spanMs = shown.toMs - shown.fromMs
  return (
    <section className={classes.happenings} aria-label={t('happened')}>
      <span className={classes.hint}>{within.length === 0 ? t('nothingHappened') : t('happened')}</span>
      {within.slice(0, mostShown).map(({ at, kind, subject }) => (
        <button
          key={`${at} ${kind}`}
          type="button"
          className={classes.happening}
          title={subject}
          onClick={() => zoom(at - aroundMs, at + aroundMs)}
        >
          <span className={classes.happenedAt}>{formatMoment(at, Math.max(spanMs, 3600_001), language, utc)}</span>{' '}
          {wordsOf(kind, subject, t, language)}
        </button>
      ))}
      {within.length > mostShown && <span className={classes.hint}>{t('moreHappened', { count: within.length - mostShown })}</span>}
    </section>
  )
}

function wordsOf(kind: string, subject: string | undefined, t: HealthTexts, language: Language): string {
  if (!isKnown(kind)) return kind
  if (kind !== 'clock_set') return t(`event.${kind}`)
  const seconds = Number(subject ?? 0)
  return t(seconds < 0 ? 'clockBack' : 'clockAhead', { by: formatDuration(Math.abs(seconds), language) })
}

const isKnown = (kind: string): kind is AnnotationKind => (annotationKinds as readonly string[]).includes(kind)
