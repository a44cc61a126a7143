import { Button } from '@mantine/core'
import { EmptyState, ErrorState, LoadingState, StaleNote } from '../../ui/states.tsx'
import { useDataStore } from './data-store.ts'
import { KeyList } from './key-list.tsx'
import type { KeyListModel } from './key-list-model.ts'
import classes from './page.module.css'
import type { PageAction } from './page-actions.tsx'
import { useDataTexts } from './texts.ts'
import { useKeyListState } from './use-key-list.ts'

interface KeyPaneProps {
  readonly model: KeyListModel
  readonly rowPx: number
  readonly onSelect: (choose: () => Promise<unknown>) => void
  readonly onChoose: (action: PageAction) => void
}

/** The list, or why it is empty. */
export function KeyPane({ model, rowPx, onSelect, onChoose }: KeyPaneProps) {
  const state = useKeyListState(model, (whole) => whole)
  const t = useDataTexts()
  const retry = () => void model.refresh()
  if (state.phase === 'loading') return <LoadingState />
  if (state.phase === 'failed') return <ErrorState error={state.error} retry={retry} />
  if (state.window.items.length === 0 && state.prefix !== '') {
    const clear = <Button onClick={() => useDataStore.setState({ prefix: '' })}>{t('clear')}</Button>
    return <EmptyState title={t('noMatch', { prefix: state.prefix })} actions={clear} />
  }
  if (state.window.items.length === 0) {
    return (
      <EmptyState
        title={t('noRecords')}
        actions={
          <>
            <Button onClick={() => onChoose('import')}>{t('import')}</Button>
            <Button onClick={() => onChoose('create')}>{t('create')}</Button>
          </>
        }
      >
        {t('noRecordsText')}
      </EmptyState>
    )
  }
  return (
    <div className={classes.keys}>
      {state.error !== undefined && <StaleNote since={state.readAtMs} retry={retry} />}
      <KeyList model={model} state={state} rowPx={rowPx} onSelect={onSelect} />
    </div>
  )
}
