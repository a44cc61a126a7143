import type { Collection } from '../../../contract/index.ts'
import { call } from '../../bridge/call.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import classes from './collections.module.css'
import { withoutIndex } from './definition.ts'
import { chooseNone } from './query-store.ts'
import { useQueryTexts } from './texts.ts'

interface RemoveDialogProps {
  /** The dialog is open while there is one. */
  readonly collection: Collection | undefined
  readonly onRemoved: () => void
  readonly onClose: () => void
}

export function RemoveDialog({ collection, onRemoved, onClose }: RemoveDialogProps) {
  const t = useQueryTexts()
  const language = useLanguage()
  return (
    <ConfirmDialog
      opened={collection !== undefined}
      title={t('remove.title', { name: collection?.name ?? '' })}
      action={t('remove.action')}
      dangerous
      onConfirm={async () => {
        if (collection === undefined) return
        await call('collections.remove', { name: collection.name, ifVersion: collection.version })
        chooseNone()
        onRemoved()
      }}
      onClose={onClose}
    >
      <p className={classes.text}>{t('remove.text', { n: formatNumber(collection?.records ?? 0, language) })}</p>
    </ConfirmDialog>
  )
}

interface DropDialogProps {
  readonly collection: Collection
  /** The dialog is open while there is one. */
  readonly index: string | undefined
  readonly onDropped: () => void
  readonly onClose: () => void
}

export function DropDialog({ collection, index, onDropped, onClose }: DropDialogProps) {
  const t = useQueryTexts()
  return (
    <ConfirmDialog
      opened={index !== undefined}
      title={t('drop.title', { name: index ?? '' })}
      action={t('drop.action')}
      dangerous
      onConfirm={async () => {
        if (index === undefined) return
        // The indexes that stay were accepted when they were made.
        await call('collections.put', { ...withoutIndex(collection, index), ifVersion: collection.version, acceptPlaintextIndex: true })
        onDropped()
      }}
      onClose={onClose}
    >
      <p className={classes.text}>{t('drop.text')}</p>
    </ConfirmDialog>
  )
}
