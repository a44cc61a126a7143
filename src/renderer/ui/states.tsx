import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { asCallError } from '../bridge/call.ts'
import type { Loaded } from '../bridge/query.ts'
import { CopyButton } from './copy-button.tsx'
import { type ErrorSentence, useErrorText } from './error-text.ts'
import { LevelMark } from './level-mark.tsx'
import { RelativeTime } from './quantities.tsx'
import classes from './states.module.css'
import { useUiTexts } from './texts.ts'

/** Nothing to show: why, and the one or few things to do about it. */
export function EmptyState({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={classes.state}>
      <p className={classes.title}>{title}</p>
      {children !== undefined && <div className={classes.text}>{children}</div>}
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </div>
  )
}

/** What failed, as a sentence, with the code to copy and a way to try again. */
export function ErrorState({ error, retry, title }: { error: unknown; retry?: () => void; title?: string }) {
  const t = useUiTexts()
  return (
    <div className={classes.state} role="alert">
      <p className={classes.title}>
        <LevelMark level="critical" /> {title ?? t('failed')}
      </p>
      <ErrorLine error={error} />
      {retry !== undefined && (
        <div className={classes.actions}>
          <Button onClick={retry}>{t('retry')}</Button>
        </div>
      )}
    </div>
  )
}

/** The sentence and the code of an error, where the cause is: in a form, beside a row. `sentence` where the place knows a better one. */
export function ErrorLine({ error, sentence }: { error: unknown; sentence?: ErrorSentence }) {
  const t = useUiTexts()
  const sentenceOf = useErrorText()
  const failure = asCallError(error)
  const { text, isForeign, original } = sentence ?? sentenceOf(failure)
  const code = failure.incident === undefined ? failure.code : `${failure.code} · ${t('incident')} ${failure.incident}`
  return (
    <div className={classes.error}>
      <span {...(isForeign ? { lang: 'en' } : {})}>{text}</span>
      {original !== undefined && (
        <span className={classes.original}>
          {t('hostSays')} <span lang="en">{original}</span>
        </span>
      )}
      <span className={classes.code}>
        <code>{code}</code>
        <CopyButton small text={`${code}: ${failure.message}`} />
      </span>
    </div>
  )
}

export function LoadingState() {
  const t = useUiTexts()
  return (
    <div className={classes.state} role="status">
      <span className={classes.loading}>{t('loading')}</span>
    </div>
  )
}

/** The states of an answer that are the same everywhere; `children` draws the data, which stays while it refreshes. */
export function LoadedView<T>({ loaded, children }: { loaded: Loaded<T>; children: (data: T) => ReactNode }) {
  switch (loaded.state) {
    case 'loading':
      return <LoadingState />
    case 'failed':
      return <ErrorState error={loaded.error} retry={loaded.retry} />
    case 'ready':
      return (
        <>
          {loaded.staleSince !== undefined && <StaleNote since={loaded.staleSince} retry={loaded.retry} />}
          {children(loaded.data)}
        </>
      )
    default:
      return loaded satisfies never
  }
}

/** Says that what is shown is old. `since` in milliseconds since 1970. */
export function StaleNote({ since, retry }: { since: number; retry: () => void }) {
  const t = useUiTexts()
  const [before, after] = t('stale', { time: '\u0000' }).split('\u0000')
  return (
    <div className={classes.stale} role="status">
      <LevelMark level="warning" />
      <span>
        {before}
        <RelativeTime at={since} />
        {after}
      </span>
      <Button size="compact-xs" variant="subtle" onClick={retry}>
        {t('retry')}
      </Button>
    </div>
  )
}
