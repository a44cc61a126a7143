import { ActionIcon, NativeSelect, TextInput } from '@mantine/core'
import { Search, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { usePageRequest } from '../../ui/page-request.ts'
import { ErrorLine } from '../../ui/states.tsx'
import { clearMarks, type FindMode, useBrowseStore } from './browse-store.ts'
import { useBrowseTexts } from './browse-texts.ts'
import { useDataStore } from './data-store.ts'
import classes from './page.module.css'
import { useDataTexts } from './texts.ts'
import { endSearch, startSearch } from './use-search.ts'

/** A jump costs the host a few milliseconds; this only keeps a fast typist from asking for each letter. */
const typingPauseMs = 40
const modes: readonly FindMode[] = ['begins', 'contains', 'glob', 'regex', 'values']

/** Follows the keys to what is typed, as one types; or searches, when Enter is pressed. */
export function PrefixField() {
  const t = useDataTexts()
  const browse = useBrowseTexts()
  const field = useRef<HTMLInputElement>(null)
  const mode = useBrowseStore((store) => store.mode)
  const { text, setText, clear, error, search } = useFind(mode)
  usePageRequest('search', () => {
    field.current?.focus()
    field.current?.select()
  })
  const label = mode === 'begins' ? t('prefix') : browse(`find.${mode}`)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') clear()
    if (event.key !== 'ArrowDown' && event.key !== 'Enter') return
    event.preventDefault()
    if (event.key === 'Enter' && mode !== 'begins') void search()
    else document.querySelector<HTMLElement>('[data-pane="keys"]')?.focus()
  }
  return (
    <div className={classes.search}>
      <NativeSelect
        aria-label={browse('find.mode')}
        value={mode}
        onChange={(event) => {
          useBrowseStore.setState({ mode: event.currentTarget.value as FindMode })
          endSearch()
          field.current?.focus()
        }}
        data={modes.map((name) => ({ value: name, label: name === 'begins' ? browse('find.begins') : browse(`find.${name}`) }))}
      />
      <TextInput
        ref={field}
        aria-label={label}
        placeholder={mode === 'begins' ? label : browse('find.hint')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        leftSection={<Search size={14} aria-hidden="true" />}
        rightSection={
          text !== '' && (
            <ActionIcon
              size={20}
              aria-label={t('clear')}
              onClick={() => {
                clear()
                field.current?.focus()
              }}
            >
              <X size={14} />
            </ActionIcon>
          )
        }
        classNames={{ input: classes.prefix }}
        spellCheck={false}
        autoComplete="off"
      />
      {error !== undefined && (
        <div className={classes.problem}>
          <ErrorLine error={error} />
        </div>
      )}
    </div>
  )
}

function useFind(mode: FindMode) {
  const prefix = useDataStore((store) => store.prefix)
  const [text, setText] = useState(prefix)
  const [error, setError] = useState<unknown>()
  useEffect(() => setText(prefix), [prefix])
  useEffect(() => {
    if (mode !== 'begins' || text === useDataStore.getState().prefix) return
    const timer = setTimeout(() => {
      clearMarks()
      useDataStore.setState({ prefix: text })
    }, typingPauseMs)
    return () => clearTimeout(timer)
  }, [text, mode])
  const clear = () => {
    setText('')
    setError(undefined)
    endSearch()
    if (mode === 'begins') useDataStore.setState({ prefix: '' })
  }
  const search = async () => {
    if (mode === 'begins' || text === '') return
    setError(undefined)
    try {
      await startSearch(mode, text)
    } catch (failure) {
      setError(failure)
    }
  }
  return { text, setText, clear, error, search }
}
