import type { ConfigView } from '../../../contract/index.ts'

export type ConfigEntry = ConfigView['entries'][number]

export interface EntryFilter {
  readonly search: string
  readonly onlyChanged: boolean
}

/** Every word of the search is somewhere in the key or the meaning. */
export function filterEntries(entries: readonly ConfigEntry[], { search, onlyChanged }: EntryFilter): ConfigEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  return entries.filter((entry) => {
    const text = `${entry.key} ${entry.description}`.toLowerCase()
    return (!onlyChanged || entry.changed) && words.every((word) => text.includes(word))
  })
}

/** By the table of the file that a key stands in, in the order of the entries. */
export function groupByTable(entries: readonly ConfigEntry[]): { table: string; entries: ConfigEntry[] }[] {
  const groups = new Map<string, ConfigEntry[]>()
  for (const entry of entries) {
    const table = entry.key.slice(0, entry.key.lastIndexOf('.'))
    const group = groups.get(table)
    if (group) group.push(entry)
    else groups.set(table, [entry])
  }
  return [...groups].map(([table, group]) => ({ table, entries: group }))
}
