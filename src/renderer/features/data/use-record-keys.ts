import { keyCatalogue } from '../../ui/key-catalogue.ts'
import { useKeys } from '../../ui/keys.ts'

interface RecordKeys {
  readonly editing: boolean
  readonly edit: (() => void) | undefined
  readonly save: () => void
  readonly remove: () => void
}

/** `e` edits, `Ctrl S` saves, `Del` asks to delete. */
export function useRecordKeys({ editing, edit, save, remove }: RecordKeys): void {
  useKeys([
    { ...keyCatalogue['record.edit'], run: editing ? undefined : edit },
    // Never the browser's own "save the page", also when nothing is edited.
    { ...keyCatalogue['record.save'], run: () => editing && save() },
    { ...keyCatalogue['record.delete'], run: editing ? undefined : remove },
  ])
}
