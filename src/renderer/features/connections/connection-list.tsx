import { Button } from '@mantine/core'
import type { ConnectionView, ShellState } from '../../../contract/index.ts'
import { ConnectionMark, ProductionBadge } from '../../ui/connection-mark.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { wantConnection } from '../../ui/switch-store.ts'
import classes from './connections.module.css'
import { placeIn } from './editor-draft.ts'
import { useConnectionTexts } from './texts.ts'

interface ConnectionListProps {
  readonly state: ShellState
  readonly onEdit: (connection: ConnectionView) => void
  readonly onRemove: (connection: ConnectionView) => void
}

/** The remembered hosts, each with its name, colour, place and what can be done with it. */
export function ConnectionList({ state, onEdit, onRemove }: ConnectionListProps) {
  const t = useConnectionTexts()
  const isCurrent = ({ id }: ConnectionView) => id === state.current.id
  return (
    <DataTable
      label={t('remembered')}
      rows={state.connections}
      rowKey={({ id }) => id}
      columns={[
        {
          id: 'name',
          title: t('name'),
          cell: ({ name, colour, production }) => (
            <span className={classes.name}>
              <ConnectionMark colour={colour} />
              <strong>{name}</strong>
              {production && <ProductionBadge />}
            </span>
          ),
        },
        {
          id: 'place',
          title: t('place'),
          cell: ({ target }) => (
            <span className={classes.place}>
              <span className={classes.kind}>{t(`kind.${target.kind}`)}</span>
              <code>{placeIn(target)}</code>
            </span>
          ),
        },
        {
          id: 'state',
          title: t('state'),
          cell: (connection) => (isCurrent(connection) ? t('inUse') : connection.running ? t('running') : ''),
        },
        {
          id: 'actions',
          title: '',
          numeric: true,
          cell: (connection) => (
            <span className={classes.actions}>
              {!isCurrent(connection) && (
                <Button
                  className={classes.rowButton}
                  aria-label={t('switchTo', { name: connection.name })}
                  onClick={() => wantConnection(connection.id)}
                >
                  {t('switch')}
                </Button>
              )}
              <Button
                className={classes.rowButton}
                variant="subtle"
                aria-label={t('editName', { name: connection.name })}
                disabled={state.unreadable !== null}
                onClick={() => onEdit(connection)}
              >
                {t('edit')}
              </Button>
              {!connection.isFirst && !isCurrent(connection) && (
                <Button
                  className={classes.rowButton}
                  variant="subtle"
                  aria-label={t('removeName', { name: connection.name })}
                  disabled={state.unreadable !== null}
                  onClick={() => onRemove(connection)}
                >
                  {t('remove')}
                </Button>
              )}
            </span>
          ),
        },
      ]}
    />
  )
}
