import { ActionIcon, TextInput } from '@mantine/core'
import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { usePageRequest } from '../../ui/page-request.ts'
import { useDataStore } from './data-store.ts'
import classes from './page.module.css'
import { useDataTexts } from './texts.ts'

const typingPauseMs = 120

/** Jumps to what is typed, as one types. */
export function PrefixField() {
  const t = useDataTexts()
  const field = useRef<HTMLInputElement>(null)
  const prefix = useDataStore((store) => store.prefix)
  const [text, setText] = useState(prefix)
  usePageRequest('search', () => {
    field.current?.focus()
    field.current?.select()
  })
  useEffect(() => setText(prefix), [prefix])
  useEffect(() => {
    if (text === useDataStore.getState().prefix) return
    const timer = setTimeout(() => useDataStore.setState({ prefix: text }), typingPauseMs)
    return () => clearTimeout(timer)
  }, [text])
  const clear = () => {
    useDataStore.setState({ prefix: '' })
    field.current?.focus()
  }
  return (
    <div className={classes.search}>
      <TextInput
        ref={field}
        aria-label={t('prefix')}
        placeholder={t('prefix')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') clear()
          if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault()
            document.querySelector<HTMLElement>(`.${classes.pane} [role="listbox"]`)?.focus()
          }
        }}
        leftSection={<Search size={14} aria-hidden="true" />}
        rightSection={
          text !== '' && (
            <ActionIcon size={20} aria-label={t('clear')} onClick={clear}>
              <X size={14} />
            </ActionIcon>
          )
        }
        classNames={{ input: classes.prefix }}
        spellCheck={false}
        autoComplete="off"
      />
    </div>
  )
}
