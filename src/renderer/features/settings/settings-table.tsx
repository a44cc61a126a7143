import type { ConfigEntry } from './entries.ts'
import { SettingRow } from './setting-row.tsx'
import classes from './settings.module.css'
import type { StagedChange } from './staged.ts'
import { useSettingsTexts } from './texts.ts'
import type { Checked } from './use-check.ts'

interface SettingsTableProps {
  readonly table: string
  readonly entries: readonly ConfigEntry[]
  readonly staged: readonly StagedChange[]
  readonly checked: Checked
  readonly version: string
}

/** The settings of one table of the file. */
export function SettingsTable({ table, entries, staged, checked, version }: SettingsTableProps) {
  const t = useSettingsTexts()
  return (
    <table className={classes.table} aria-label={table}>
      <colgroup>
        <col className={classes.keyColumn} />
        <col className={classes.valueColumn} />
        <col />
      </colgroup>
      <thead className={classes.head}>
        <tr>
          <th scope="col">{t('key')}</th>
          <th scope="col">{t('value')}</th>
          <th scope="col">{t('meaning')}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <SettingRow
            key={entry.key}
            table={table}
            entry={entry}
            staged={staged.find(({ key }) => key === entry.key)}
            mistake={checked.mistakes[entry.key]}
            version={version}
          />
        ))}
      </tbody>
    </table>
  )
}
