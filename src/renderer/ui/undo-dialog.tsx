import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRef } from 'react'
import type { ActivityEntry } from '../../contract/index.ts'
import { call } from '../bridge/call.ts'
import { formatNumber, useLanguage } from '../language/index.ts'
import classes from './activity-entry.module.css'
import { useActionText } from './activity-entry.tsx'
import { useActivityTexts } from './activity-texts.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { notify } from './notify.tsx'
import { RelativeTime } from './quantities.tsx'

/** Says how many records come back and what is left alone, then starts the undo. Open while there is an entry. */
export function UndoEntryDialog({ entry, onClose }: { entry: ActivityEntry | undefined; onClose: () => void }) {
  const t = useActivityTexts()
  const language = useLanguage()
  const last = useRef(entry)
  if (entry !== undefined) last.current = entry
  const shown = entry ?? last.current
  const records = shown?.undo?.records
  return (
    <ConfirmDialog
      opened={entry !== undefined}
      title={t('undo.title')}
      action={t('undo')}
      guarded={shown !== undefined && records === undefined}
      onConfirm={async () => {
        if (entry === undefined) return
        await call('undo.run', { id: entry.id })
        notify({ subject: 'undo.run', message: t('undo.started') })
      }}
      onClose={onClose}
    >
      {shown !== undefined && <Act entry={shown} />}
      <p>{records === undefined ? t('undo.restore') : t('undo.records', { count: records, n: formatNumber(records, language) })}</p>
      {records !== undefined && <p>{t('undo.kept')}</p>}
      <p>{t('undo.again')}</p>
    </ConfirmDialog>
  )
}

/** Which act it is: what was done, to what, and when. */
function Act({ entry }: { entry: ActivityEntry }) {
  const { key, prefix, backupId } = entry.target ?? {}
  const target = key ?? prefix ?? backupId
  return (
    <p className={classes.target}>
      {useActionText(entry)} {target !== undefined && <code>{target}</code>}{' '}
      <span className={classes.past}>
        <RelativeTime at={entry.at} />
      </span>
    </p>
  )
}

/** Tells that a record was deleted, with the way back beside it. */
export function useDeletedNotice(): (key: string) => Promise<void> {
  const t = useActivityTexts()
  return async (key) => {
    const newest = await call('activity.list', { limit: 5, action: 'record.deleted', undoable: true }).catch(() => undefined)
    const entry = newest?.items.find(({ target }) => target?.key === key)
    const id = `deleted-${entry?.id ?? key}`
    const undo = async () => {
      notifications.hide(id)
      try {
        await call('undo.run', { id: entry?.id ?? '' })
      } catch (error) {
        notifications.show({ color: 'red', message: error instanceof Error ? error.message : String(error) })
      }
    }
    const message = (
      <span className={classes.notice}>
        <span>{t('deleted', { key })}</span>
        {entry !== undefined && (
          <Button size="compact-xs" variant="default" onClick={() => void undo()}>
            {t('undo')}
          </Button>
        )}
      </span>
    )
    notifications.show({ id, message, autoClose: 10_000 })
  }
}
