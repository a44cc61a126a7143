import { HoldfastError } from '../base/errors.ts'
import { usedValue } from './build-settings.ts'
import { checkEntries } from './check-settings.ts'
import { hidden } from './describe-settings.ts'
import type { AnySetting } from './setting.ts'
import { nodeAt, type Settings } from './settings-table.ts'
import type { TomlValue } from './toml-document.ts'
import { tomlLiteral } from './toml-edit.ts'

/** One key that somebody wants changed, checked by itself. */
export interface AskedChange {
  /** The setting's own name. */
  readonly path: readonly string[]
  readonly setting: AnySetting
  /** As TOML writes it; null: the key is to be removed from the file. */
  readonly literal: string | null
}

interface KeyMistake {
  readonly key: string
  readonly expected: string
}

/**
 * Reads changes as they come from a caller: each key against the table of settings, in the words of the check of a file.
 * @throws HoldfastError `config_invalid` with every mistake, one a line and by key.
 */
export function readChanges(changes: Readonly<Record<string, unknown>>, running: Settings): AskedChange[] {
  const read = Object.entries(changes).map(([key, value]) => readChange(key, value, running))
  const mistakes = read.filter((one): one is KeyMistake => 'expected' in one)
  if (mistakes.length > 0) throw changesRefused(mistakes)
  return read as AskedChange[]
}

export const changesRefused = (mistakes: readonly KeyMistake[]): HoldfastError =>
  new HoldfastError('config_invalid', mistakes.map(({ key, expected }) => `${key}: ${expected}`).join('\n'), { details: { mistakes } })

function readChange(key: string, value: unknown, running: Settings): AskedChange | KeyMistake {
  const path = key.split('.')
  const line = 0
  // What is removed has no value to check, but its name has to be one.
  const { mistakes, values } = checkEntries([{ path, line, value: value === null ? { kind: 'date', line } : toTomlValue(value) }])
  const own = path[0] === 'database' && path[1] === 'sled' ? ['database', 'lmdb', ...path.slice(2)] : path
  const setting = nodeAt(own)
  if (setting?.node !== 'setting') return { key, expected: mistakes[0]?.expected ?? 'expected the name of a key, found that of a table' }
  if (setting.byHand !== undefined) return { key, expected: setting.byHand }
  if (value === null) return { path: own, setting, literal: null }
  if ([value].flat().some((text) => typeof text === 'string' && !text.isWellFormed())) return { key, expected: 'expected whole characters' }
  if (mistakes[0]) return { key, expected: mistakes[0].expected }
  const read = values.get(own.join('.'))?.value
  if (setting.secret !== undefined && JSON.stringify(read).includes(hidden)) {
    return { key, expected: `expected the whole value: ${hidden} only stands for what is hidden` }
  }
  return { path: own, setting, literal: literalOf(setting, read, running) }
}

function literalOf(setting: AnySetting, value: unknown, { dataFolder }: Settings): string {
  // A form shows a path whole; the default written whole is still the default, and stays right when the data folder moves.
  const isDefaultPath = setting.isPath && usedValue(setting, value, dataFolder) === usedValue(setting, setting.default, dataFolder)
  return tomlLiteral((isDefaultPath ? setting.default : value) as Parameters<typeof tomlLiteral>[0])
}

function toTomlValue(value: unknown, line = 0): TomlValue {
  if (typeof value === 'string') return { kind: 'text', value, line }
  if (typeof value === 'boolean') return { kind: 'boolean', value, line }
  if (typeof value === 'number')
    return Number.isInteger(value) ? { kind: 'integer', value: BigInt(value), line } : { kind: 'float', value, line }
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => toTomlValue(item)), line }
  return { kind: 'table', line }
}
