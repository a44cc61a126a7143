import { dottedKey, type Mistake } from './mistake.ts'
import { nearestName } from './nearest-name.ts'
import type { AnySetting, Refusal, SettingNode, SettingTable } from './setting.ts'
import { eachSetting, nodeAt, settingsTable } from './settings-table.ts'
import type { TomlEntry } from './toml-document.ts'

/** A value that the file sets. `key` is the setting's own dotted name, `writtenKey` the one in the file (which may say `sled`). */
export interface SetValue {
  readonly key: string
  readonly writtenKey: string
  readonly line: number
  readonly value: unknown
}

export interface CheckedEntries {
  readonly values: ReadonlyMap<string, SetValue>
  readonly mistakes: readonly Mistake[]
  readonly readsSled: boolean
}

const writtenName = 'database.sled'
const ownName = ['database', 'lmdb']
const isSled = (path: readonly string[]): boolean => path[0] === 'database' && path[1] === 'sled'
const isLmdb = (path: readonly string[]): boolean => path[0] === 'database' && path[1] === 'lmdb'

/** Reads the entries of a file against the table: all values that hold, and all mistakes. */
export function checkEntries(entries: readonly TomlEntry[]): CheckedEntries {
  const values = new Map<string, SetValue>()
  const mistakes: Mistake[] = []
  const reported = new Set<string>()

  const lmdb = entries.find(({ path }) => isLmdb(path))
  const sled = entries.find(({ path }) => isSled(path))
  if (lmdb && sled) {
    const expected = `expected only one of [database.lmdb] and [${writtenName}]: they are the same table; the other is in line ${Math.min(lmdb.line, sled.line)}`
    mistakes.push({ line: Math.max(lmdb.line, sled.line), key: lmdb.line > sled.line ? 'database.lmdb' : writtenName, expected })
  }

  for (const entry of entries) {
    if (startsOf(entry.path).some((start) => reported.has(start))) continue
    const outcome = checkEntry(entry)
    if (outcome === undefined) continue
    if ('expected' in outcome) {
      const key = dottedKey(outcome.path)
      for (const { line, expected } of [outcome, ...(outcome.further ?? [])]) mistakes.push({ line, key, expected })
      reported.add(key)
    } else values.set(outcome.key, outcome)
  }
  return { values, mistakes: mistakes.sort((a, b) => a.line - b.line), readsSled: sled !== undefined }
}

const startsOf = (path: readonly string[]): string[] => path.map((_, index) => dottedKey(path.slice(0, index + 1)))

/** The names of the table for a path of the file. */
const ownPath = (path: readonly string[]): readonly string[] => (isSled(path) ? [...ownName, ...path.slice(2)] : path)

type Outcome = SetValue | (Refusal & { path: readonly string[]; line: number }) | undefined

function checkEntry(entry: TomlEntry): Outcome {
  const { path, line, value } = entry
  for (let length = 1; length < path.length; length++) {
    const node = nodeAt(ownPath(path.slice(0, length)))
    // A misspelt table is one mistake, not one for each key in it.
    if (node === undefined) return { path: path.slice(0, length), line, expected: unknownName(path.slice(0, length), true) }
    if (node.node === 'setting') return { path: path.slice(0, length), line, expected: `expected ${node.expected}, found a table` }
  }
  const node = nodeAt(ownPath(path))
  if (node === undefined) return { path, line, expected: unknownName(path, value.kind === 'table' || value.kind === 'tables') }
  if (node.node === 'table') {
    if (value.kind === 'table') return undefined
    const found = value.kind === 'tables' ? `a list of tables: write [${dottedKey(path)}] with single brackets` : 'a value'
    return { path, line, expected: `expected a table, found ${found}` }
  }
  return readSetting(node, entry)
}

function readSetting(setting: AnySetting, { path, line, value }: TomlEntry): Outcome {
  const reading = setting.read(value)
  if ('expected' in reading) return { ...reading, path, line: reading.line ?? line }
  return { key: ownPath(path).join('.'), writtenKey: dottedKey(path), line, value: reading.value }
}

/** Says that a name is unknown and which right one is nearest: among its siblings, else anywhere. */
function unknownName(path: readonly string[], isTable: boolean): string {
  const unknown = isTable ? 'unknown table' : 'unknown key'
  const parent = nodeAt(ownPath(path.slice(0, -1))) as SettingTable<Record<string, SettingNode>>
  const name = path.at(-1) ?? ''
  const siblings = Object.keys(parent.entries)
  const sibling = nearestName(name, siblings)
  if (sibling !== undefined) return `${unknown}; did you mean ${dottedKey([...path.slice(0, -1), sibling])}?`
  const elsewhere = namesElsewhere(isTable).find((candidate) => candidate.at(-1) === name)
  if (elsewhere) return `${unknown} here; did you mean ${elsewhere.join('.')}?`
  return `${unknown}; expected one of ${siblings.join(', ')}`
}

function namesElsewhere(tables: boolean): (readonly string[])[] {
  if (!tables) return [...eachSetting()].map(({ path }) => path)
  return [...eachTable(settingsTable, [])]
}

function* eachTable(node: SettingNode, path: readonly string[]): Generator<readonly string[]> {
  if (node.node !== 'table') return
  yield path
  for (const [name, entry] of Object.entries(node.entries)) yield* eachTable(entry, [...path, name])
}
