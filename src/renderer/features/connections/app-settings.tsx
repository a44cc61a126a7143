import { Select, Switch, useMantineColorScheme } from '@mantine/core'
import { useState } from 'react'
import type { ShellInput, ShellState } from '../../../contract/index.ts'
import { callShell, useShellState } from '../../bridge/shell.ts'
import { chooseLanguage, type Language, languageNames, languages, useLanguage } from '../../language/index.ts'
import { Section } from '../../ui/page.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import classes from './connections.module.css'
import { useConnectionTexts } from './texts.ts'

const themes = ['light', 'dark', 'auto'] as const
const switches = ['startAtLogin', 'keepRunning', 'notifications'] as const

/** The settings of the app itself. They are this person's, on this machine, and no host knows of them. */
export function AppSettingsSection({ state }: { state: ShellState }) {
  const t = useConnectionTexts()
  const [error, setError] = useState<unknown>()
  const change = async (what: ShellInput<'shell.settings'>) => {
    setError(undefined)
    try {
      useShellState.setState({ state: await callShell('shell.settings', what) })
    } catch (failure) {
      setError(failure)
    }
  }
  return (
    <Section title={t('thisApp')}>
      <div className={classes.settings}>
        <LookFields />
        {switches.map((name) => (
          <Switch
            key={name}
            label={t(`setting.${name}`)}
            description={
              name === 'startAtLogin' && state.startAtLoginPlace !== null
                ? t('startAtLoginFile', { file: state.startAtLoginPlace })
                : t(`settingHelp.${name}`)
            }
            checked={state.settings[name]}
            onChange={(event) => void change({ [name]: event.currentTarget.checked })}
          />
        ))}
        {error !== undefined && <ErrorLine error={error} />}
      </div>
    </Section>
  )
}

/** Language and theme, as in the header; here too, because here is where one looks for settings. */
export function LookFields() {
  const t = useConnectionTexts()
  const language = useLanguage()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <div className={classes.look}>
      <Select
        label={t('language')}
        value={language}
        data={languages.map((value) => ({ value, label: languageNames[value] }))}
        allowDeselect={false}
        onChange={(next) => next !== null && chooseLanguage(next as Language)}
      />
      <Select
        label={t('theme')}
        value={colorScheme}
        data={themes.map((value) => ({ value, label: t(`theme.${value}`) }))}
        allowDeselect={false}
        onChange={(next) => next !== null && setColorScheme(next as (typeof themes)[number])}
      />
    </div>
  )
}
