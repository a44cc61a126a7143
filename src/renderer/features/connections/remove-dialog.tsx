import type { ConnectionView } from '../../../contract/index.ts'
import { callShell, refreshShellState } from '../../bridge/shell.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useConnectionTexts } from './texts.ts'

/** Forgets a connection. The data behind it is not touched. */
export function RemoveDialog({ connection, onClose }: { connection: ConnectionView | undefined; onClose: () => void }) {
  const t = useConnectionTexts()
  return (
    <ConfirmDialog
      opened={connection !== undefined}
      title={t('removeTitle', { name: connection?.name ?? '' })}
      action={t('remove')}
      onConfirm={async () => {
        if (connection) await callShell('connections.remove', { id: connection.id })
        await refreshShellState()
      }}
      onClose={onClose}
    >
      <p>{t('removeText')}</p>
      {connection?.running && <p>{t('removeRunning')}</p>}
    </ConfirmDialog>
  )
}
