import { Button } from '@mantine/core'
import { useCallback, useEffect, useState } from 'react'
import type { ConnectionTarget, DiscoveredHost, ShellState } from '../../../contract/index.ts'
import { callShell } from '../../bridge/shell.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/page.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import classes from './connections.module.css'
import { useConnectionTexts } from './texts.ts'

interface DiscoveredProps {
  readonly state: ShellState
  readonly onAdd: (target: ConnectionTarget, name: string) => void
}

/** Hosts of other programs on this machine that are not remembered yet. */
export function Discovered({ state, onAdd }: DiscoveredProps) {
  const t = useConnectionTexts()
  const [hosts, setHosts] = useState<readonly DiscoveredHost[]>()
  const [error, setError] = useState<unknown>()
  const look = useCallback(async () => {
    setError(undefined)
    try {
      setHosts((await callShell('connections.discover', {})).hosts)
    } catch (failure) {
      setError(failure)
    }
  }, [])
  useEffect(() => void look(), [look])
  const isKnown = (host: DiscoveredHost) =>
    state.connections.some(
      ({ target }) =>
        (target.kind === 'socket' && target.path === host.socket) || (target.kind === 'own' && target.dataFolder === host.dataFolder),
    )
  const fresh = (hosts ?? []).filter((host) => !isKnown(host))
  return (
    <Section
      title={t('discovered')}
      actions={
        <Button className={classes.rowButton} variant="subtle" onClick={() => void look()}>
          {t('lookAgain')}
        </Button>
      }
    >
      {error !== undefined && <ErrorLine error={error} />}
      <div role="status">{hosts !== undefined && fresh.length === 0 && <p className={classes.quiet}>{t('noneFound')}</p>}</div>
      {fresh.length > 0 && (
        <div className={classes.flush}>
          <DataTable
            label={t('discovered')}
            rows={fresh}
            rowKey={({ socket }) => socket}
            columns={[
              { id: 'folder', title: t('dataFolder'), cell: ({ dataFolder }) => <code>{dataFolder}</code> },
              { id: 'pid', title: t('process'), numeric: true, cell: ({ pid }) => pid },
              {
                id: 'actions',
                title: '',
                numeric: true,
                cell: ({ socket, dataFolder }) => (
                  <Button
                    className={classes.rowButton}
                    aria-label={t('addFolder', { folder: dataFolder })}
                    onClick={() => onAdd({ kind: 'socket', path: socket }, dataFolder.split(/[\\/]/).at(-1)?.slice(0, 64) ?? '')}
                  >
                    {t('addThis')}
                  </Button>
                ),
              },
            ]}
          />
        </div>
      )}
    </Section>
  )
}
