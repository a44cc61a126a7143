import { Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useKeyTexts } from '../ui/key-catalogue.ts'
import { KeyHint } from '../ui/key-hint.tsx'
import { useUiTexts } from '../ui/texts.ts'
import classes from './key-help.module.css'
import { keyGroups, type ListedKey } from './key-list.ts'
import { useAppTexts } from './texts.ts'

/** Every key, grouped by where it works; made from the registry, so it cannot say what is not so. */
export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useAppTexts()
  const ui = useUiTexts()
  return (
    <Modal opened={opened} onClose={onClose} title={t('keysTitle')} size="lg" closeButtonProps={{ 'aria-label': ui('close') }}>
      <KeyTable />
    </Modal>
  )
}

function KeyTable() {
  const t = useKeyTexts()
  const nameOf = useKeyName()
  const [filter, setFilter] = useState('')
  const wanted = filter.trim().toLowerCase()
  const groups = keyGroups()
    .map(({ scope, keys }) => ({
      scope,
      keys: keys.filter((key) => `${nameOf(key)} ${key.keys.join(' ')}`.toLowerCase().includes(wanted)),
    }))
    .filter(({ keys }) => keys.length > 0)
  return (
    <>
      <TextInput
        className={classes.filter ?? ''}
        type="search"
        aria-label={t('filter')}
        placeholder={t('filter')}
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
        data-autofocus
      />
      <div className={classes.groups}>
        {groups.map(({ scope, keys }) => (
          <section key={scope} className={classes.group}>
            <h3>{t(`scope.${scope}`)}</h3>
            <dl className={classes.keys}>
              {keys.map((key) => (
                <KeyLine key={key.id} ways={key.keys} text={nameOf(key)} />
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className={classes.note} role="status">
        {groups.length === 0 ? t('nothing') : t('inLists')}
      </p>
    </>
  )
}

/** What a key does, in words. */
function useKeyName(): (key: ListedKey) => string {
  const t = useKeyTexts()
  const app = useAppTexts()
  return ({ id }) => (isPage(id) ? app(id) : t(id))
}

const isPage = (id: ListedKey['id']): id is Extract<ListedKey['id'], `page.${string}`> => id.startsWith('page.')

function KeyLine({ ways, text }: { ways: readonly string[]; text: string }) {
  const t = useKeyTexts()
  return (
    <div className={classes.line}>
      <dt>{text}</dt>
      <dd>
        {ways.map((way, place) => (
          <span key={way}>
            {place > 0 && <span className={classes.or}>{t('or')} </span>}
            <KeyHint keys={way} />
          </span>
        ))}
      </dd>
    </div>
  )
}
