import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRef } from 'react'
import type { ActivityEntry } from '../../contract/index.ts'
import { call } from '../bridge/call.ts'
import { formatNumber, useLanguage } from '../language/index.ts'
import classes from './activity-entry.module.css'
import { useActivityTexts } from './activity-texts.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'

/** Says how many records come back and what is left alone, then starts the undo. Open while there is an entry. */
export function UndoEntryDialog({ entry, onClose }: { entry: ActivityEntry | undefined; onClose: () => void }) {
  const t = useActivityTexts()
  const language = useLanguage()
  const last = useRef(entry)
  if (entry !== undefined) last.current = entry
  const shown = entry ?? last.current
  const records = shown?.undo?.records
  const target = shown?.target?.key ?? shown?.target?.prefix ?? shown?.target?.backupId
  return (
    <ConfirmDialog
      opened={entry !== undefined}
      title={t('undo.title')}
      action={t('undo')}
      onConfirm={async () => {
        if (entry === undefined) return
        await call('undo.run', { id: entry.id })
        notifications.show({ message: t('undo.started') })
      }}
      onClose={onClose}
    >
      {target !== undefined && (
        <p className={classes.target}>
          <code>{target}</code>
        </p>
      )}
      <p>{records === undefined ? t('undo.restore') : t('undo.records', { count: records, n: formatNumber(records, language) })}</p>
      {records !== undefined && <p>{t('undo.kept')}</p>}
      <p>{t('undo.again')}</p>
    </ConfirmDialog>
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
