import { useCommand } from '../../bridge/query.ts'
import { formatBytes, useLanguage } from '../../language/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { useDeletedNotice } from '../../ui/undo-dialog.tsx'
import { useDataTexts } from './texts.ts'
import { useLast } from './use-last.ts'

interface DeleteDialogProps {
  readonly record: { readonly key: string; readonly version: string; readonly size: number } | undefined
  readonly onClose: () => void
  readonly onDeleted: () => void
}

/** Deletes the version that was seen, not one that came since. */
export function DeleteDialog({ record, onClose, onDeleted }: DeleteDialogProps) {
  const t = useDataTexts()
  const language = useLanguage()
  const remove = useCommand('records.delete')
  const shown = useLast(record)
  const notice = useDeletedNotice()
  const { value, unit } = formatBytes(shown?.size ?? 0, language)
  return (
    <ConfirmDialog
      opened={record !== undefined}
      title={t('delete.title', { key: shown?.key ?? '' })}
      action={t('delete.action')}
      dangerous
      onConfirm={async () => {
        if (!record) return
        await remove.run({ key: record.key, ifVersion: record.version })
        onDeleted()
        void notice(record.key)
      }}
      onClose={onClose}
    >
      {t('delete.text', { size: `${value} ${unit}` })}
    </ConfirmDialog>
  )
}
