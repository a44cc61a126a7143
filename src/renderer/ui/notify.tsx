import { notifications, notificationsStore } from '@mantine/notifications'
import type { ReactNode } from 'react'
import { i18n } from '../language/language.ts'
import { LevelMark } from './level-mark.tsx'
import classes from './notify.module.css'

const shownMs = 5000

export interface Note {
  /** What it is about, `backup` or `records.delete`: there is one note for each, the newest, with how many there were. */
  readonly subject: string
  readonly message: ReactNode
  /** A failure stays until somebody closes it. */
  readonly level?: 'normal' | 'critical'
  /** One thing to do about it, such as Undo. The note closes when it is done. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** Says in a corner what was done or has failed. Notes of one subject are one note, so they never pile up. */
export function notify({ subject, message, level = 'normal', action }: Note): void {
  const shown = notificationsStore.getState().notifications.find(({ id }) => id === subject)
  const count = shown === undefined ? 1 : Number(shown['data-count'] ?? 1) + 1
  const note = {
    id: subject,
    'data-count': count,
    role: level === 'critical' ? 'alert' : 'status',
    autoClose: level === 'critical' ? (false as const) : shownMs,
    color: 'transparent',
    closeButtonProps: { 'aria-label': String(i18n.t('close', { ns: 'ui' })) },
    message: (
      <div className={classes.note}>
        <LevelMark level={level} />
        <span className={classes.text}>
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
