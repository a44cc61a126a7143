import { resolve } from 'node:path'
import type { AnySetting } from './setting.ts'
import { camelCase, eachSetting, type Settings } from './settings-table.ts'

/** The value of a setting as the program uses it: paths absolute. */
export const usedValue = (setting: AnySetting, value: unknown, dataFolder: string): unknown =>
  setting.isPath ? resolve(dataFolder, value as string) : value

/** Defaults, and over them the values of the file (already read and checked by the same table). */
export function buildSettings(values: ReadonlyMap<string, { value: unknown }>, dataFolder: string): Settings {
  const settings: Record<string, unknown> = { dataFolder }
  for (const { path, setting } of eachSetting()) {
    const set = values.get(path.join('.'))
    place(settings, path.map(camelCase), usedValue(setting, set ? set.value : setting.default, dataFolder))
  }
  // The table gives both this object its shape and `Settings` its type.
  return deepFreeze(settings) as unknown as Settings
}

function place(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path as [string, ...string[]]
  if (rest.length === 0) {
    target[name] = value
    return
  }
  target[name] ??= {}
  place(target[name] as Record<string, unknown>, rest, value)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) deepFreeze(inner)
  return Object.freeze(value)
}
