import { Button, Menu } from '@mantine/core'
import { ChevronDown } from 'lucide-react'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import type { Status } from '../../contract/index.ts'
import { useIdentity, useKnownHost } from '../bridge/identity.ts'
import { useShellState } from '../bridge/shell.ts'
import { ConnectionMark, ProductionBadge } from '../ui/connection-mark.tsx'
import { wantConnection } from '../ui/switch-store.ts'
import classes from './connection-menu.module.css'
import { useAppTexts } from './texts.ts'

/**
 * Which host this is: name, colour and production mark, on every page. Opened, it lists the remembered hosts. The band of the same colour
 * lies above the whole frame.
 */
export function ConnectionMenu({ status }: { status: Status | undefined }) {
  const t = useAppTexts()
  const [, navigate] = useLocation()
  const state = useShellState((store) => store.state)
  const identity = useIdentity()
  const { hostname, dataFolder } = status ?? {}
  useEffect(() => {
    if (hostname !== undefined && dataFolder !== undefined) useKnownHost.setState({ status: { hostname, dataFolder } })
  }, [hostname, dataFolder])
  const name = identity?.name
  useEffect(() => {
    if (name !== undefined) document.title = `${name} – Holdfast`
  }, [name])
  if (!identity) return null
  const where = hostname === undefined ? identity.name : `${t('host')}: ${hostname}`
  return (
    <>
      <div className={classes.band} data-colour={identity.colour} data-production={identity.production} aria-hidden="true" />
      <Menu position="bottom-start">
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            className={classes.button}
            title={where}
            aria-label={t('connectionMenu', { name: identity.name })}
            leftSection={<ConnectionMark colour={identity.colour} />}
            rightSection={<ChevronDown size={14} aria-hidden="true" />}
          >
            <span className={classes.name}>{identity.name}</span>
            {identity.production && <ProductionBadge />}
          </Button>
        </Menu.Target>
        <Menu.Dropdown aria-label={t('connections')}>
          {state && (
            <Menu.RadioGroup value={state.current.id} onChange={wantConnection}>
              {state.connections.map(({ id, name, colour, production }) => (
                <Menu.RadioItem key={id} value={id} closeMenuOnClick>
                  <span className={classes.item}>
                    <ConnectionMark colour={colour} />
                    {name}
                    {production && <ProductionBadge />}
                  </span>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          )}
          {state && <Menu.Divider />}
          <Menu.Item onClick={() => navigate('/connections')}>{t(state ? 'manageConnections' : 'aboutHost')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}
