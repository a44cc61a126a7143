import { Button, SegmentedControl, TextInput } from '@mantine/core'
import { Undo2 } from 'lucide-react'
import { Fragment, useState } from 'react'
import { type ConfigView, type EncryptionAction, encryptionActionSchema } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { usePageRequest } from '../../ui/page-request.ts'
import { EmptyState, LoadedView } from '../../ui/states.tsx'
import { useDescribed } from './descriptions.ts'
import { EditConflictDialog } from './edit-conflict-dialog.tsx'
import { EncryptionDialog } from './encryption-dialog.tsx'
import { EncryptionPanel } from './encryption-panel.tsx'
import { type EntryFilter, filterEntries, groupByTable } from './entries.ts'
import classes from './settings.module.css'
import { SettingsTable } from './settings-table.tsx'
import { discardStaged, useStaged } from './staged.ts'
import { StagedPanel } from './staged-panel.tsx'
import { useGroupName, useSettingsTexts } from './texts.ts'
import { useApply } from './use-apply.ts'
import { useCheck } from './use-check.ts'

const everything: EntryFilter = { search: '', only: 'all' }

/** Every key of the configuration: what it means, what it is, and a field to change it. */
export default function SettingsPage() {
  const t = useSettingsTexts()
  const config = useOperation('config.get', {})
  const described = useDescribed()
  const [filter, setFilter] = useState(everything)
  const { changes: staged, version } = useStaged()
  const checked = useCheck(staged)
  const applying = useApply()
  const apply = () => void applying.apply(version)
  const view = config.state === 'ready' ? config.data : undefined
  const entries = view?.entries.map(described) ?? []
  const [encrypting, setEncrypting] = useState<EncryptionAction>()
  usePageRequest('setting', (key) => setFilter({ ...everything, search: key }))
  usePageRequest('encryption', (action) => {
    setFilter({ ...everything, search: 'encryption.' })
    setEncrypting(encryptionActionSchema.parse(action))
  })
  return (
    <Page
      title={t('title')}
      sentence={view && <Sentence view={view} />}
      actions={view && <UndoButton view={view} applying={applying} />}
      fill
    >
      <div className={classes.page}>
        <FilterBar filter={filter} onChange={setFilter} entries={entries} view={view} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus */}
        <section className={classes.content} tabIndex={0} aria-label={t('title')}>
          <LoadedView loaded={config}>
            {(data) => (
              <Groups
                entries={entries}
                filter={filter}
                onClear={() => setFilter(everything)}
                staged={staged}
                checked={checked}
                version={data.version}
                onEncrypt={setEncrypting}
              />
            )}
          </LoadedView>
        </section>
        <StagedPanel
          staged={staged}
          entries={entries}
          checked={checked}
          applying={applying}
          onApply={apply}
          onShow={(key) => setFilter({ ...everything, search: key })}
        />
        <EditConflictDialog
          conflict={applying.conflict}
          entries={entries}
          onTakeTheirs={() => {
            discardStaged()
            applying.closeConflict()
            if (config.state === 'ready') config.retry()
          }}
          onApplyMine={(now) => void applying.apply(now)}
          onClose={applying.closeConflict}
        />
        <EncryptionDialog action={encrypting} onClose={() => setEncrypting(undefined)} />
      </div>
    </Page>
  )
}

/** What needs somebody, else what a change does. */
function Sentence({ view }: { view: ConfigView }) {
  const t = useSettingsTexts()
  const waiting = view.entries.filter(({ needsRestart }) => needsRestart).length
  const [mistake] = view.mistakes
  if (mistake) {
    return (
      <span className={classes.sentence}>
        <LevelMark level="critical" />
        <span>
          {t('fileMistake', { place: `${mistake.key}${mistake.line === undefined ? '' : ` (${mistake.line})`}` })} {mistake.expected}
        </span>
      </span>
    )
  }
  if (waiting === 0) return <>{t('sentence')}</>
  return (
    <span className={classes.sentence}>
      <LevelMark level="warning" />
      <span>
        {t('restartPending', { count: waiting })} {t('howToRestart')}
      </span>
    </span>
  )
}

function UndoButton({ view: { undo }, applying }: { view: ConfigView; applying: ReturnType<typeof useApply> }) {
  const t = useSettingsTexts()
  if (undo === null) return null
  return (
    <Button
      leftSection={<Undo2 size={14} aria-hidden="true" />}
      title={undo.keys.join(', ')}
      loading={applying.running}
      onClick={() => void applying.undo()}
    >
      {t(undo.undoesUndo ? 'redoLast' : 'undoLast')}
    </Button>
  )
}

interface FilterBarProps {
  readonly filter: EntryFilter
  readonly onChange: (filter: EntryFilter) => void
  readonly entries: ConfigView['entries']
  readonly view: ConfigView | undefined
}

function FilterBar({ filter, onChange, entries, view }: FilterBarProps) {
  const t = useSettingsTexts()
  const changed = entries.filter((entry) => entry.changed).length
  const waiting = entries.filter((entry) => entry.needsRestart).length
  const choices = [
    { value: 'all', label: t('only.all', { n: entries.length }) },
    { value: 'changed', label: t('only.changed', { n: changed }) },
    { value: 'restart', label: t('only.restart', { n: waiting }) },
  ]
  return (
    <div className={classes.bar}>
      <TextInput
        type="search"
        className={classes.search ?? ''}
        aria-label={t('search')}
        placeholder={t('search')}
        value={filter.search}
        onChange={(event) => onChange({ ...filter, search: event.currentTarget.value })}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('show')}
        data={choices}
        value={filter.only}
        onChange={(only) => onChange({ ...filter, only: only as EntryFilter['only'] })}
      />
      {view && (
        <p className={classes.file}>
          {t(view.file === null ? 'noFile' : 'inFile')} <code title={view.path}>{view.path}</code>
          <CopyButton text={view.path} />
        </p>
      )}
    </div>
  )
}

interface GroupsProps extends Omit<Parameters<typeof SettingsTable>[0], 'table'> {
  readonly filter: EntryFilter
  readonly onClear: () => void
  readonly onEncrypt: (action: EncryptionAction) => void
}

function Groups({ entries, filter, onClear, onEncrypt, ...rest }: GroupsProps) {
  const t = useSettingsTexts()
  const groupName = useGroupName()
  const encryption = useOperation('encryption.get', {})
  const isKeyMissing = encryption.state === 'ready' && encryption.data.state === 'key_missing'
  const groups = groupByTable(filterEntries(entries, filter, groupName), isKeyMissing ? 'encryption' : undefined)
  if (groups.length === 0) {
    return (
      <EmptyState title={t('nothingFound')} actions={<Button onClick={onClear}>{t('clear')}</Button>}>
        {t('nothingFoundText')}
      </EmptyState>
    )
  }
  return (
    <div className={classes.groups}>
      {groups.map(({ table, entries: group }) => (
        <Fragment key={table}>
          {table === 'encryption' && <EncryptionPanel onChoose={onEncrypt} />}
          <Section title={groupName(table)} actions={<code className={classes.tableName}>[{table}]</code>}>
            <SettingsTable table={table} entries={group} {...rest} />
          </Section>
        </Fragment>
      ))}
    </div>
  )
}
