import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { useState } from 'react'
import type { ActivityEntry } from '../../../contract/index.ts'
import { Page } from '../../ui/page.tsx'
import { EmptyState, LoadedView } from '../../ui/states.tsx'
import { UndoEntryDialog } from '../../ui/undo-dialog.tsx'
import classes from './activity.module.css'
import { ActivityList } from './activity-list.tsx'
import { useActivityPageTexts } from './texts.ts'
import { type ActivityFilter, useActivity } from './use-activity.ts'

const actors = ['all', 'person', 'program', 'host'] as const
const actions = ['all', 'record', 'records', 'backup', 'undo', 'configuration', 'host'] as const

type Actor = (typeof actors)[number]
type Action = (typeof actions)[number]

/** What was done on this store, by whom, and the way back where there is one. */
export default function ActivityPage() {
  const t = useActivityPageTexts()
  const [actor, setActor] = useState<Actor>('all')
  const [action, setAction] = useState<Action>('all')
  const [undoable, setUndoable] = useState(false)
  const [undoing, setUndoing] = useState<ActivityEntry>()
  const filter: ActivityFilter = { undoable, ...(actor !== 'all' && { actor }), ...(action !== 'all' && { action }) }
  const activity = useActivity(filter)
  const isFiltered = undoable || actor !== 'all' || action !== 'all'
  const clear = () => {
    setActor('all')
    setAction('all')
    setUndoable(false)
  }
  return (
    <Page title={t('title')} sentence={t('sentence')} fill>
      <div className={classes.page}>
        <div className={classes.bar}>
          <NativeSelect
            aria-label={t('who')}
            value={actor}
            data={actors.map((value) => ({ value, label: t(`who.${value}`) }))}
            onChange={(event) => setActor(event.currentTarget.value as Actor)}
          />
          <NativeSelect
            aria-label={t('what')}
            value={action}
            data={actions.map((value) => ({ value, label: t(`what.${value}`) }))}
            onChange={(event) => setAction(event.currentTarget.value as Action)}
          />
          <Checkbox size="xs" label={t('undoable')} checked={undoable} onChange={(event) => setUndoable(event.currentTarget.checked)} />
        </div>
        <LoadedView loaded={activity}>
          {(pages) => {
            if (pages.items.length > 0) return <ActivityList pages={pages} onUndo={setUndoing} />
            if (isFiltered) return <EmptyState title={t('filteredTitle')} actions={<Button onClick={clear}>{t('clear')}</Button>} />
            return <EmptyState title={t('emptyTitle')}>{t('emptyText')}</EmptyState>
          }}
        </LoadedView>
      </div>
      <UndoEntryDialog entry={undoing} onClose={() => setUndoing(undefined)} />
    </Page>
  )
}
