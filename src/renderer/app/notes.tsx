import { Notifications } from '@mantine/notifications'
import { useRef } from 'react'
import classes from './notes.module.css'
import { useAppTexts } from './texts.ts'
import { useNoteSide } from './use-note-side.ts'

const shownAtOnce = 3

/** Where notes appear: below right, away from the buttons of pages and dialogs. F6 leads there. Jobs keep what they said. */
export function Notes() {
  const t = useAppTexts()
  const region = useRef<HTMLElement>(null)
  const side = useNoteSide(region)
  return (
    <section ref={region} className={classes.notes} data-side={side} data-region="notifications" aria-label={t('notes')} aria-live="polite">
      <Notifications
        className={classes.corner}
        position="bottom-right"
        withinPortal={false}
        limit={shownAtOnce}
        containerWidth={360}
        transitionDuration={120}
        autoClose={5000}
      />
    </section>
  )
}
