import { Button, Popover, TextInput } from '@mantine/core'
import { useState } from 'react'
import { chooseDelimiters } from './browse-store.ts'
import { useBrowseTexts } from './browse-texts.ts'
import classes from './tree.module.css'

/** Shows by which characters keys are split, and lets them be changed. */
export function DelimiterMenu({ delimiters }: { delimiters: string }) {
  const t = useBrowseTexts()
  const [opened, setOpened] = useState(false)
  const [text, setText] = useState(delimiters)
  const choose = (wanted: string | undefined) => {
    chooseDelimiters(wanted)
    setOpened(false)
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus withinPortal>
      <Popover.Target>
        <button
          type="button"
          className={classes.delimiters}
          aria-label={t('tree.delimiters', { delimiters: [...delimiters].join(' ') })}
          title={t('tree.delimiters', { delimiters: [...delimiters].join(' ') })}
          onClick={() => {
            setText(delimiters)
            setOpened(!opened)
          }}
        >
          {[...delimiters].map((delimiter) => (
            <kbd key={delimiter}>{delimiter}</kbd>
          ))}
        </button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={classes.form}
          onSubmit={(event) => {
            event.preventDefault()
            choose([...new Set(text)].slice(0, 8).join('') || undefined)
          }}
        >
          <TextInput
            label={t('tree.delimitersLabel')}
            description={t('tree.delimitersText')}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            spellCheck={false}
            autoComplete="off"
            data-autofocus
          />
          <div className={classes.formActions}>
            <Button onClick={() => choose(undefined)}>{t('tree.detect')}</Button>
            <Button type="submit" variant="filled">
              {t('tree.apply')}
            </Button>
          </div>
        </form>
      </Popover.Dropdown>
    </Popover>
  )
}
