import { encryptionTable, journalTable, limitsTable, logTable, serverTable, undoTable } from './further-tables.ts'
import { type AnySetting, type Setting, type SettingNode, type SettingTable, table } from './setting.ts'
import { backupTable, filesystemTable, lmdbTable, redisTable } from './specified-tables.ts'

/** Every table and key that a configuration file may have. */
export const settingsTable = table('The configuration file.', {
  database: table('Where records live.', { lmdb: lmdbTable }),
  cache: table('The cache. Its memory tier is bounded by `database.lmdb.cache_size_mb`.', { redis: redisTable }),
  storage: table('Where files live.', { filesystem: filesystemTable }),
  backup: backupTable,
  server: serverTable,
  journal: journalTable,
  encryption: encryptionTable,
  limits: limitsTable,
  undo: undoTable,
  log: logTable,
})

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : S
type SettingsOf<N> =
  N extends Setting<infer V>
    ? V
    : N extends SettingTable<infer E>
      ? { readonly [K in keyof E & string as Camel<K>]: SettingsOf<E[K]> }
      : never

/** The checked configuration: names of the file in camel case, units at their ends, paths absolute. */
export type Settings = SettingsOf<typeof settingsTable> & { readonly dataFolder: string }

/** Every setting with its whole path, in the order of the table. */
export function* eachSetting(
  node: SettingNode = settingsTable,
  path: readonly string[] = [],
): Generator<{ path: readonly string[]; setting: AnySetting }> {
  if (node.node === 'setting') yield { path, setting: node }
  else for (const [name, entry] of Object.entries(node.entries)) yield* eachSetting(entry, [...path, name])
}

/** What the table has at a path: a setting, a table, or nothing. */
export function nodeAt(path: readonly string[]): SettingNode | undefined {
  let node: SettingNode = settingsTable
  for (const name of path) {
    if (node.node !== 'table' || !Object.hasOwn(node.entries, name)) return undefined
    node = node.entries[name] as SettingNode
  }
  return node
}

export const camelCase = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
