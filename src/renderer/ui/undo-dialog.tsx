import { useRef } from 'react'
import type { ActivityEntry } from '../../contract/index.ts'
import { asCallError, call } from '../bridge/call.ts'
import { formatNumber, useLanguage } from '../language/index.ts'
import classes from './activity-entry.module.css'
import { useActionText } from './activity-entry.tsx'
import { useActivityTexts } from './activity-texts.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { useErrorText } from './error-text.ts'
import { jobSubject, notify } from './notify.tsx'
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
        const { kind } = await call('undo.run', { id: entry.id })
        notify({ subject: jobSubject(kind), message: t('undo.started') })
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
  const sentenceOf = useErrorText()
  const undo = (id: string) =>
    call('undo.run', { id }).then(
      () => undefined,
      (error: unknown) => notify({ subject: 'undo.failed', level: 'critical', message: sentenceOf(asCallError(error)).text }),
    )
  return async (key) => {
    const newest = await call('activity.list', { limit: 5, action: 'record.deleted', undoable: true }).catch(() => undefined)
    const entry = newest?.items.find(({ target }) => target?.key === key)
    const action = entry === undefined ? undefined : { label: t('undo'), run: () => void undo(entry.id) }
    notify({ subject: 'records.delete', message: t('deleted', { key }), ...(action && { action }) })
  }
}
