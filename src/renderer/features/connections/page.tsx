import { Button } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import type { ConnectionView, DeepLink } from '../../../contract/index.ts'
import { CallError } from '../../bridge/call.ts'
import { shell, useShellState } from '../../bridge/shell.ts'
import { useFollowedLink } from '../../ui/deep-link.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { ErrorLine, LoadingState } from '../../ui/states.tsx'
import { AppSettingsSection } from './app-settings.tsx'
import { BrowserHost } from './browser-host.tsx'
import { ConnectionList } from './connection-list.tsx'
import classes from './connections.module.css'
import { Discovered } from './discovered.tsx'
import { EditorDialog } from './editor-dialog.tsx'
import { draftOf, type EditorDraft, emptyDraft } from './editor-draft.ts'
import { RemoveDialog } from './remove-dialog.tsx'
import { useConnectionTexts } from './texts.ts'

type Proposal = Extract<DeepLink, { kind: 'connect' }>

/** Which hosts this app knows, which one is in use, and the settings of the app itself. */
export default function ConnectionsPage() {
  return shell() ? <AppConnections /> : <BrowserHost />
}

function AppConnections() {
  const t = useConnectionTexts()
  const state = useShellState((store) => store.state)
  const [draft, setDraft] = useState<EditorDraft>()
  const [removing, setRemoving] = useState<ConnectionView>()
  useFollowedLink('connect', ({ target, name }: Proposal) => setDraft({ ...emptyDraft, target, name: name ?? '', proposed: true }))
  if (!state) return <LoadingState />
  return (
    <Page
      title={t('title')}
      sentence={t('sentence', { name: state.current.name })}
      actions={
        <Button variant="filled" onClick={() => setDraft(emptyDraft)} disabled={state.unreadable !== null}>
          {t('add')}
        </Button>
      }
    >
      {state.unreadable !== null && <Note level="warning">{t('unreadable', { file: state.unreadable })}</Note>}
      {state.notOpened !== null && (
        <Note level="warning">
          {t('notOpened', { name: state.notOpened.name })}
          <ErrorLine error={new CallError(state.notOpened.error)} />
        </Note>
      )}
      {state.current.target.kind === 'own' && state.host === 'remote' && <Note level="normal">{t('joined')}</Note>}
      <div className={classes.sections}>
        <Section title={t('remembered')}>
          <div className={classes.flush}>
            <ConnectionList state={state} onEdit={(connection) => setDraft(draftOf(connection))} onRemove={setRemoving} />
          </div>
        </Section>
        <Discovered state={state} onAdd={(target, name) => setDraft({ ...emptyDraft, target, name })} />
        <AppSettingsSection state={state} />
      </div>
      {draft && <EditorDialog initial={draft} state={state} onClose={() => setDraft(undefined)} />}
      <RemoveDialog connection={removing} onClose={() => setRemoving(undefined)} />
    </Page>
  )
}

function Note({ level, children }: { level: 'normal' | 'warning'; children: ReactNode }) {
  return (
    <div className={classes.note} data-level={level}>
      <LevelMark level={level} />
      <div>{children}</div>
    </div>
  )
}
