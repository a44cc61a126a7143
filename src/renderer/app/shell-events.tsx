import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import type { DeepLink, ShellEvent } from '../../contract/index.ts'
import { callShell, refreshShellState, shell } from '../bridge/shell.ts'
import { useLanguage } from '../language/index.ts'
import { followLink } from '../ui/deep-link.ts'
import { notify } from '../ui/notify.tsx'
import { wantConnection } from '../ui/switch-store.ts'
import { useAppTexts } from './texts.ts'

const placeOf = (link: DeepLink): string => (link.kind === 'connect' ? '/connections' : `/${link.kind}`)

/** Follows what the app around the page says: places to go to, links, a switch that was chosen in the tray. Draws nothing. */
export function ShellEvents() {
  const t = useAppTexts()
  const [, navigate] = useLocation()
  const language = useLanguage()
  const { colorScheme } = useMantineColorScheme()
  const take = (event: ShellEvent) => {
    switch (event.kind) {
      case 'changed':
        void refreshShellState()
        break
      case 'go':
        navigate(event.path)
        break
      case 'link':
        navigate(placeOf(event.link))
        followLink(event.link)
        break
      case 'bad-link':
        notify({ subject: 'link', level: 'critical', message: `${t('badLink')} ${t(`linkFault.${event.fault}`)}` })
        break
      case 'switch':
        wantConnection(event.id)
        break
      default:
        event satisfies never
    }
  }
  const latest = useRef(take)
  useEffect(() => {
    latest.current = take
  })
  useEffect(() => shell()?.subscribe((event) => latest.current(event)), [])
  // Tray, menu and the window's background speak the language and wear the theme that were chosen here.
  useEffect(() => {
    if (shell()) void callShell('shell.settings', { language, theme: colorScheme }).catch(() => undefined)
  }, [language, colorScheme])
  return null
}
