import { Modal } from '@mantine/core'
import { KeyHint } from '../ui/key-hint.tsx'
import { useUiTexts } from '../ui/texts.ts'
import classes from './frame.module.css'
import { pages } from './pages.ts'
import { useAppTexts } from './texts.ts'

const more = [
  ['/', 'search'],
  ['↑ ↓', 'list'],
  ['Home End', 'ends'],
  ['a … z', 'jump'],
  ['Space', 'mark'],
  ['F6', 'pane'],
  ['n', 'create'],
  ['e', 'edit'],
  ['Ctrl S', 'save'],
  ['Del', 'delete'],
  ['?', 'help'],
  ['Esc', 'close'],
] as const

export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useAppTexts()
  const ui = useUiTexts()
  return (
    <Modal opened={opened} onClose={onClose} title={t('keysTitle')} closeButtonProps={{ 'aria-label': ui('close') }}>
      <dl className={classes.keyList}>
        {pages.map(({ id, key }) => (
          <KeyLine key={id} keys={`g ${key}`} text={t('keys.go', { page: t(`page.${id}`) })} />
        ))}
        {more.map(([keys, name]) => (
          <KeyLine key={name} keys={keys} text={t(`keys.${name}`)} />
        ))}
      </dl>
    </Modal>
  )
}

function KeyLine({ keys, text }: { keys: string; text: string }) {
  return (
    <>
      <dt>
        <KeyHint keys={keys} />
      </dt>
      <dd>{text}</dd>
    </>
  )
}
