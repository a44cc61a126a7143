import { Notifications } from '@mantine/notifications'
import { useAppTexts } from './texts.ts'

const shownAtOnce = 3

/** Where notes appear: below right, away from the buttons of pages and dialogs. F6 leads there. Jobs keep what they said. */
export function Notes() {
  const t = useAppTexts()
  return (
    <section data-region="notifications" aria-label={t('notes')} aria-live="polite">
      <Notifications
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
