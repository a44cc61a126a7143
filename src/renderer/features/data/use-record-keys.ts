import { keyCatalogue } from '../../ui/key-catalogue.ts'
import { useKeys } from '../../ui/keys.ts'

interface RecordKeys {
  readonly editing: boolean
  readonly edit: (() => void) | undefined
  /** To the changes, then to the store. */
  readonly save: () => void
  readonly duplicate: () => void
  readonly remove: () => void
}

/** `e` edits, `Ctrl S` shows the changes and then saves them, `d` duplicates, `Del` asks to delete. */
export function useRecordKeys({ editing, edit, save, duplicate, remove }: RecordKeys): void {
  useKeys([
    { ...keyCatalogue['record.edit'], run: editing ? undefined : edit },
    // Never the browser's own "save the page", also when nothing is edited.
    { ...keyCatalogue['record.save'], run: () => editing && save() },
    { ...keyCatalogue['record.duplicate'], run: editing ? undefined : duplicate },
    { ...keyCatalogue['record.delete'], run: editing ? undefined : remove },
  ])
}
