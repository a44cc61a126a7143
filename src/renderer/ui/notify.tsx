import { notifications, notificationsStore } from '@mantine/notifications'
import type { JobKind } from '../../contract/index.ts'
import { i18n } from '../language/language.ts'
import { LevelMark } from './level-mark.tsx'
import classes from './notify.module.css'

const shownMs = 5000
/** Longer where there is something to do. */
const actionShownMs = 10_000

export interface Note {
  /** What it is about, `job.backup` or `records.delete`: there is one note for each, the newest. The same again is counted. */
  readonly subject: string
  readonly message: string
  /** A failure stays until somebody closes it. */
  readonly level?: 'normal' | 'critical'
  /** One thing to do about it, such as Undo. The note closes when it is done. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** A note that a job began gives way to the one that it is done. */
export const jobSubject = (kind: JobKind): string => `job.${kind}`

/** Told when notes come or go. */
export const followNotes = (listener: () => void): (() => void) => notificationsStore.subscribe(listener)

/** Says in a corner what was done or has failed; the only way to do so. Notes of one subject are one note, so they never pile up. */
export function notify({ subject, message, level = 'normal', action }: Note): void {
  const shown = notificationsStore.getState().notifications.find(({ id }) => id === subject)
  const count = shown?.['data-message'] === message ? Number(shown['data-count']) + 1 : 1
  const note = {
    id: subject,
    'data-message': message,
    'data-count': count,
    role: level === 'critical' ? 'alert' : 'status',
    autoClose: level === 'critical' ? (false as const) : action === undefined ? shownMs : actionShownMs,
    color: 'transparent',
    closeButtonProps: { 'aria-label': String(i18n.t('close', { ns: 'ui' })) },
    message: (
      <div className={classes.note}>
        <LevelMark level={level} />
        <span className={classes.text} data-level={level}>
          {message}
          {count > 1 && <span className={classes.count}> × {count}</span>}
        </span>
        {action !== undefined && (
          <button
            type="button"
            className={classes.action}
            onClick={() => {
              notifications.hide(subject)
              action.run()
            }}
          >
            {action.label}
          </button>
        )}
      </div>
    ),
  }
  if (shown === undefined) notifications.show(note)
  else notifications.update(note)
}
