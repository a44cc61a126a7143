import { Button, Menu } from '@mantine/core'
import { Bookmark, ChevronDown } from 'lucide-react'
import { useState } from 'react'
import type { SavedQuery } from '../../../contract/index.ts'
import { call } from '../../bridge/call.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { notify } from '../../ui/notify.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { NameDialog } from './name-dialog.tsx'
import classes from './query.module.css'
import type { Question } from './query-draft.ts'
import { useQueryStore } from './query-store.ts'
import { useQueryTexts } from './texts.ts'
import { openSaved } from './use-saved.ts'

interface SavedMenuProps {
  readonly collection: string
  /** What is edited now; undefined while it is not valid. */
  readonly question: Question | undefined
}

/** Saved queries: to open, save over, save as another, rename and delete. */
export function SavedMenu({ collection, question }: SavedMenuProps) {
  const t = useQueryTexts()
  const savedAs = useQueryStore((state) => state.savedAs)
  const [dialog, setDialog] = useState<'saveAs' | 'rename' | 'delete'>()
  const listed = useOperation('queries.list', {})
  const put = useCommand('queries.put')
  const items = listed.state === 'ready' ? listed.data.items : []
  const open = items.find(({ name }) => name === savedAs)
  const refresh = () => listed.state !== 'loading' && listed.retry()
  const save = async (name: string) => {
    if (question === undefined) return
    await put.run({ name, collection, ...question })
    done(name)
  }
  const done = (name: string | undefined) => {
    useQueryStore.setState({ savedAs: name })
    refresh()
    if (name !== undefined) notify({ subject: 'queries.saved', message: t('savedNote', { name }) })
  }
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button leftSection={<Bookmark size={14} aria-hidden="true" />} rightSection={<ChevronDown size={14} aria-hidden="true" />}>
            <span className={classes.savedName}>{open?.name ?? t('saved')}</span>
          </Button>
        </Menu.Target>
        <Menu.Dropdown aria-label={t('saved')}>
          <SavedItems items={items} />
          <Menu.Divider />
          {open !== undefined && (
            <Menu.Item disabled={question === undefined} onClick={() => void save(open.name).catch(() => undefined)}>
              {t('save')}
            </Menu.Item>
          )}
          <Menu.Item disabled={question === undefined} onClick={() => setDialog('saveAs')}>
            {t('saveAs')}
          </Menu.Item>
          {open !== undefined && <Menu.Item onClick={() => setDialog('rename')}>{t('rename')}</Menu.Item>}
          {open !== undefined && <Menu.Item onClick={() => setDialog('delete')}>{t('delete')}</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {put.error !== undefined && dialog === undefined && <ErrorLine error={put.error} />}
      {dialog === 'saveAs' && (
        <NameDialog
          title={t('saveAs.title')}
          action={t('saveAs.action')}
          taken={items}
          onName={save}
          onClose={() => setDialog(undefined)}
        />
      )}
      {dialog === 'rename' && open !== undefined && (
        <NameDialog
          title={t('rename.title', { name: open.name })}
          action={t('rename.action')}
          initial={open.name}
          taken={items}
          onName={(name) => rename(open, name).then(() => done(name))}
          onClose={() => setDialog(undefined)}
        />
      )}
      <DeleteDialog saved={dialog === 'delete' ? open : undefined} onDeleted={() => done(undefined)} onClose={() => setDialog(undefined)} />
    </>
  )
}

function SavedItems({ items }: { items: readonly SavedQuery[] }) {
  const t = useQueryTexts()
  if (items.length === 0) return <Menu.Label>{t('savedNone')}</Menu.Label>
  return (
    <div className={classes.savedItems}>
      {items.map((saved) => (
        <Menu.Item
          key={saved.name}
          onClick={() => openSaved(saved)}
          rightSection={<span className={classes.quiet}>{saved.collection}</span>}
        >
          {saved.name}
        </Menu.Item>
      ))}
    </div>
  )
}

/** First under its new name, so that it is never gone. */
async function rename({ changedAt: _, ...saved }: SavedQuery, name: string): Promise<void> {
  if (name === saved.name) return
  await call('queries.put', { ...saved, name })
  await call('queries.remove', { name: saved.name })
}

function DeleteDialog({ saved, onDeleted, onClose }: { saved: SavedQuery | undefined; onDeleted: () => void; onClose: () => void }) {
  const t = useQueryTexts()
  return (
    <ConfirmDialog
      opened={saved !== undefined}
      title={t('delete.title', { name: saved?.name ?? '' })}
      action={t('delete.action')}
      onConfirm={async () => {
        if (saved === undefined) return
        await call('queries.remove', { name: saved.name })
        onDeleted()
      }}
      onClose={onClose}
    >
      <p className={classes.text}>{t('delete.text')}</p>
    </ConfirmDialog>
  )
}
