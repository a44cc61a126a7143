import { ActionIcon, type MantineColorScheme, Menu, Tooltip, useMantineColorScheme } from '@mantine/core'
import { Check, Keyboard, Languages, Monitor, Moon, Search, Sun } from 'lucide-react'
import { useState } from 'react'
import { useConnection } from '../bridge/connection.ts'
import { useOperation } from '../bridge/query.ts'
import { chooseLanguage, type Language, languageNames, languages, useLanguage } from '../language/index.ts'
import { keyCatalogue } from '../ui/key-catalogue.ts'
import { KeyHint } from '../ui/key-hint.tsx'
import { StatePill } from '../ui/state-pill.tsx'
import { useActionTexts } from './action-texts.ts'
import { ConnectionMenu } from './connection-menu.tsx'
import classes from './frame.module.css'
import { hostStateOf } from './host-state.ts'
import { JobCentre } from './job-centre.tsx'
import { pages } from './pages.ts'
import { useShell } from './shell.ts'
import { useAppTexts } from './texts.ts'

const statusEveryMs = 5000

/** Host and data folder, the overall state with its cause, and what is wanted everywhere: jobs, language, theme, keys. */
export function Header() {
  const t = useAppTexts()
  const { showKeys } = useShell()
  const status = useOperation('status.get', {}, { refetchMs: statusEveryMs })
  const connection = useConnection((state) => state.state)
  const known = status.state === 'ready' ? status.data : undefined
  const state = hostStateOf(connection, known, status.state === 'failed')
  const cause = t(state.text)
  const text = state.others > 0 ? `${cause} ${t('more', { count: state.others })}` : cause
  const href = pages.some((page) => page.path === state.href) ? state.href : undefined
  return (
    <header className={classes.header} data-region>
      <ConnectionMenu status={known} />
      {known && (
        <div className={classes.place}>
          <span className={classes.folder} title={`${t('dataFolder')}: ${known.dataFolder}`}>
            <bdi>{known.dataFolder}</bdi>
          </span>
        </div>
      )}
      <div className={classes.state}>
        <StatePill level={state.level} text={text} title={state.detail ?? text} {...(href === undefined ? {} : { href })} />
      </div>
      <PaletteButton />
      <div className={classes.tools}>
        <JobCentre />
        <LanguageMenu />
        <ThemeMenu />
        <Tooltip label={`${t('keys')} · ?`}>
          <ActionIcon aria-label={t('keys')} onClick={showKeys}>
            <Keyboard size={18} strokeWidth={1.75} />
          </ActionIcon>
        </Tooltip>
      </div>
    </header>
  )
}

function PaletteButton() {
  const t = useActionTexts()
  const { showPalette } = useShell()
  return (
    <button type="button" className={classes.search} onClick={showPalette} title={t('title')} aria-haspopup="dialog">
      <Search size={14} aria-hidden="true" />
      <span className={classes.searchText}>{t('open')}</span>
      <span aria-hidden="true">
        <KeyHint keys={keyCatalogue.palette.keys[0]} />
      </span>
    </button>
  )
}

const tick = <Check size={14} aria-hidden="true" />

function LanguageMenu() {
  const t = useAppTexts()
  const current = useLanguage()
  const [opened, setOpened] = useState(false)
  return (
    <Menu position="bottom-end" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Tooltip label={t('language')} disabled={opened}>
          <ActionIcon aria-label={t('language')}>
            <Languages size={18} strokeWidth={1.75} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown aria-label={t('language')}>
        <Menu.RadioGroup value={current} onChange={(language) => chooseLanguage(language as Language)}>
          {languages.map((language) => (
            <Menu.RadioItem key={language} lang={language} value={language} checkIcon={tick} closeMenuOnClick>
              {languageNames[language]}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}

const themes = [
  { id: 'light', icon: Sun },
  { id: 'dark', icon: Moon },
  { id: 'auto', icon: Monitor },
] as const

function ThemeMenu() {
  const t = useAppTexts()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const Icon = themes.find((theme) => theme.id === colorScheme)?.icon ?? Monitor
  const [opened, setOpened] = useState(false)
  return (
    <Menu position="bottom-end" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <Tooltip label={t('theme')} disabled={opened}>
          <ActionIcon aria-label={t('theme')}>
            <Icon size={18} strokeWidth={1.75} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown aria-label={t('theme')}>
        <Menu.RadioGroup value={colorScheme} onChange={(id) => setColorScheme(id as MantineColorScheme)}>
          {themes.map(({ id }) => (
            <Menu.RadioItem key={id} value={id} checkIcon={tick} closeMenuOnClick>
              {t(`theme.${id}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}
