import { Button, Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ConfigView } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { usePageRequest } from '../../ui/page-request.ts'
import { EmptyState, LoadedView } from '../../ui/states.tsx'
import { useDescribed } from './descriptions.ts'
import { filterEntries, groupByTable } from './entries.ts'
import classes from './settings.module.css'
import { SettingsTable } from './settings-table.tsx'
import { useSettingsTexts } from './texts.ts'

/** Every key of the configuration with its value, default and meaning. Changed in the file. */
export default function SettingsPage() {
  const t = useSettingsTexts()
  const config = useOperation('config.get', {})
  const status = useOperation('status.get', {})
  const described = useDescribed()
  const [search, setSearch] = useState('')
  const [onlyChanged, setOnlyChanged] = useState(false)
  usePageRequest('setting', (key) => {
    setOnlyChanged(false)
    setSearch(key)
  })
  const clear = () => {
    setSearch('')
    setOnlyChanged(false)
  }
  const file = config.state === 'ready' ? config.data.file : undefined
  const usualFile = status.state === 'ready' ? `${status.data.dataFolder}/holdfast.toml` : 'holdfast.toml'
  return (
    <Page title={t('title')} sentence={t('readOnly')}>
      <div className={classes.bar}>
        {file !== undefined && (
          <p className={classes.file}>
            {t(file === null ? 'noFile' : 'fromFile')} <code>{file ?? usualFile}</code>
            <CopyButton text={file ?? usualFile} />
          </p>
        )}
        <TextInput
          type="search"
          aria-label={t('search')}
          placeholder={t('search')}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Checkbox
          size="xs"
          label={t('onlyChanged')}
          checked={onlyChanged}
          onChange={(event) => setOnlyChanged(event.currentTarget.checked)}
        />
      </div>
      <LoadedView loaded={config}>
        {(view: ConfigView) => {
          const groups = groupByTable(filterEntries(view.entries.map(described), { search, onlyChanged }))
          if (groups.length === 0) {
            return (
              <EmptyState title={t('nothingFound')} actions={<Button onClick={clear}>{t('clear')}</Button>}>
                {t('nothingFoundText')}
              </EmptyState>
            )
          }
          return (
            <div className={classes.groups}>
              {groups.map(({ table, entries }) => (
                <Section key={table} title={`[${table}]`}>
                  <SettingsTable table={table} entries={entries} />
                </Section>
              ))}
            </div>
          )
        }}
      </LoadedView>
    </Page>
  )
}
