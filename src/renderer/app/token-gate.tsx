import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { keepToken, parsePastedToken } from '../bridge/token.ts'
import { focusAtOnce } from '../ui/focus-at-once.ts'
import { LevelMark } from '../ui/level-mark.tsx'
import classes from './frame.module.css'
import { useAppTexts } from './texts.ts'

/** What a browser shows without a valid token: how to get the address, and a field for it. */
export function TokenGate({ refused }: { refused: boolean }) {
  const t = useAppTexts()
  const [text, setText] = useState('')
  const [invalid, setInvalid] = useState(false)
  const open = (event: FormEvent) => {
    event.preventDefault()
    const token = parsePastedToken(text)
    if (token === undefined) {
      setInvalid(true)
      return
    }
    keepToken(window.sessionStorage, token)
    window.location.reload()
  }
  return (
    <main className={classes.gate}>
      <div className={classes.gateBox}>
        <h1>{t('tokenTitle')}</h1>
        {refused && (
          <p role="alert">
            <LevelMark level="critical" /> {t('tokenRefused')}
          </p>
        )}
        <p>{t('tokenText')}</p>
        <p>{t('tokenFile')}</p>
        <form onSubmit={open}>
          <TextInput
            w="100%"
            label={t('tokenLabel')}
            value={text}
            onChange={(event) => {
              setText(event.currentTarget.value)
              setInvalid(false)
            }}
            error={invalid ? t('tokenInvalid') : undefined}
            autoComplete="off"
            spellCheck={false}
            ref={focusAtOnce}
          />
          <Button type="submit" variant="filled">
            {t('tokenOpen')}
          </Button>
        </form>
      </div>
    </main>
  )
}
