import type { ConfigView } from '../../../contract/index.ts'

export type ConfigEntry = ConfigView['entries'][number]

export interface EntryFilter {
  readonly search: string
  readonly only: 'all' | 'changed' | 'restart'
}

/** Every word of the search is somewhere in the key, the meaning or the name of the group. */
export function filterEntries(
  entries: readonly ConfigEntry[],
  { search, only }: EntryFilter,
  groupName: (table: string) => string = () => '',
): ConfigEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return entries.filter((entry) => {
    const text = `${entry.key} ${entry.description} ${groupName(tableOf(entry.key))}`.toLowerCase()
    const isAsked = only === 'all' || (only === 'changed' ? entry.changed : entry.needsRestart)
    return isAsked && words.every((word) => text.includes(word))
  })
}

const tableOf = (key: string): string => key.slice(0, key.lastIndexOf('.'))

/** By the table of the file that a key stands in, in the order of the entries; `first`: a table that needs a look. */
export function groupByTable(entries: readonly ConfigEntry[], first?: string): { table: string; entries: ConfigEntry[] }[] {
  const groups = [...Map.groupBy(entries, ({ key }) => tableOf(key))].map(([table, group]) => ({ table, entries: group }))
  return groups.sort((one, other) => Number(other.table === first) - Number(one.table === first))
}

export const isSameValue = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
