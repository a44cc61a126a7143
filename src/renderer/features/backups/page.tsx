import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Backup, Status } from '../../../contract/index.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { useFollowedLink } from '../../ui/deep-link.ts'
import { Page } from '../../ui/page.tsx'
import { usePageRequest } from '../../ui/page-request.ts'
import { RelativeTime } from '../../ui/quantities.tsx'
import { EmptyState, ErrorLine, LoadedView } from '../../ui/states.tsx'
import { BackupDetails } from './backup-details.tsx'
import { BackupJobs } from './backup-jobs.tsx'
import { BackupList } from './backup-list.tsx'
import { BackupTimeline } from './backup-timeline.tsx'
import classes from './backups.module.css'
import { RestoreDialog, UndoDialog } from './restore-dialogs.tsx'
import { useBackupTexts } from './texts.ts'

/** Backups of this store: make one, prove one, bring one back, and undo that. */
export default function BackupsPage() {
  const t = useBackupTexts()
  const status = useOperation('status.get', {})
  const backups = useOperation('backups.list', { limit: 1000 })
  const create = useCommand('backups.create')
  const [selectedId, setSelectedId] = useState<string>()
  const [restoring, setRestoring] = useState<Backup>()
  const [undoing, setUndoing] = useState(false)
  useFollowedLink('backups', ({ id }) => setSelectedId(id))
  const known = status.state === 'ready' ? status.data : undefined
  const items = backups.state === 'ready' ? backups.data.items : []
  useBackupRequests(items, { select: setSelectedId, restore: setRestoring, undo: () => setUndoing(true) })
  const backUpNow = () => void create.run({}).catch(() => undefined)
  return (
    <Page
      title={t('title')}
      sentence={known && <LastGood status={known} />}
      actions={
        <>
          {known?.undo && <Button onClick={() => setUndoing(true)}>{t(known.undo.undoesUndo ? 'undoUndo' : 'undoRestore')}</Button>}
          <Button variant="filled" loading={create.running} onClick={backUpNow}>
            {t('backUpNow')}
          </Button>
        </>
      }
    >
      {create.error !== undefined && (
        <div className={classes.failure} role="alert">
          <ErrorLine error={create.error} />
        </div>
      )}
      <BackupJobs />
      <LoadedView loaded={backups}>
        {({ items }) => {
          if (items.length === 0) {
            return (
              <div className={classes.none}>
                <EmptyState title={t('emptyTitle')}>{t('emptyText')}</EmptyState>
              </div>
            )
          }
          // One that was chosen and is gone is not another one: Restore stands beside it.
          const selected = selectedId === undefined ? items[0] : items.find(({ id }) => id === selectedId)
          return (
            <div className={classes.columns}>
              <BackupTimeline backups={items} selected={selected?.id} onSelect={setSelectedId} />
              <BackupList backups={items} selected={selected?.id} onSelect={setSelectedId} />
              {selected === undefined ? (
                <EmptyState title={t('goneTitle')}>{t('goneText')}</EmptyState>
              ) : (
                <BackupDetails backup={selected} onRestore={() => setRestoring(selected)} />
              )}
            </div>
          )
        }}
      </LoadedView>
      <RestoreDialog backup={restoring} backups={items} records={known?.store.records} onClose={() => setRestoring(undefined)} />
      <UndoDialog undo={undoing ? known?.undo : null} onClose={() => setUndoing(false)} />
    </Page>
  )
}

interface BackupRequests {
  readonly select: (id: string) => void
  readonly restore: (backup: Backup) => void
  readonly undo: () => void
}

/** What other places ask of this page, once it knows the backups. */
function useBackupRequests(items: readonly Backup[], { select, restore, undo }: BackupRequests): void {
  const find = (id: string) => (id === 'latest' ? items.find(({ state }) => state !== 'damaged') : items.find((backup) => backup.id === id))
  const whenKnown = (act: (backup: Backup) => void) => (id: string) => {
    const backup = find(id)
    if (backup !== undefined) act(backup)
  }
  const known = items.length > 0
  usePageRequest('backup', known ? whenKnown(({ id }) => select(id)) : undefined)
  usePageRequest('restore', known ? whenKnown(restore) : undefined)
  usePageRequest('undo-restore', undo)
}

/** As the overview says it: changes to records where they were measured, else the transactions that the host has counted. */
function Since({ backup: { changesSince, recordsChanged } }: { backup: NonNullable<Status['lastBackup']> }) {
  const t = useBackupTexts()
  const language = useLanguage()
  if (changesSince === 0) return <>{t('sentenceNoChanges')}</>
  const count = recordsChanged ?? changesSince
  return <>{t(recordsChanged === null ? 'sentenceWrites' : 'sentenceChanges', { count, n: formatNumber(count, language) })}</>
}

function LastGood({ status }: { status: Status }) {
  const t = useBackupTexts()
  if (!status.lastBackup) return <>{t('sentenceNone')}</>
  return (
    <>
      {t('sentenceGood')}
      <RelativeTime at={status.lastBackup.createdAt} />
      <Since backup={status.lastBackup} />
    </>
  )
}
