import type { ConfigView } from '../../contract/index.ts'
import { usedValue } from './build-settings.ts'
import type { AnySetting } from './setting.ts'
import { camelCase, eachSetting, type Settings } from './settings-table.ts'

const hidden = '•••'

/** The configuration as it may be shown: every key with its value, default and meaning, secrets hidden. */
export function describeSettings(settings: Settings, file: string | null): ConfigView {
  const entries = [...eachSetting()].map(({ path, setting }) => {
    const value = valueAt(settings, path)
    return {
      key: path.join('.'),
      value: shownValue(setting, value),
      default: setting.default,
      ...(setting.unit !== undefined && { unit: setting.unit }),
      description: setting.description,
      changed: !isSame(value, usedValue(setting, setting.default, settings.dataFolder)),
      secret: setting.secret !== undefined,
      inEffect: setting.arrivesWith === undefined,
    }
  })
  return { file, entries }
}

function valueAt(settings: Settings, path: readonly string[]): unknown {
  let value: unknown = settings
  for (const name of path) value = (value as Record<string, unknown>)[camelCase(name)]
  return value
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

function shownValue(setting: AnySetting, value: unknown): unknown {
  if (setting.secret === undefined) return value
  if (Array.isArray(value)) return value.map((item) => shownText(setting, item))
  return shownText(setting, value)
}

function shownText(setting: AnySetting, value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value
  return setting.secret === 'all' ? hidden : withoutCredentials(value)
}

function withoutCredentials(text: string): string {
  if (!URL.canParse(text)) return hidden
  const url = new URL(text)
  // A query may carry a password too (`redis://host?password=…`).
  const query = url.search === '' ? '' : `?${hidden}`
  const user = url.username === '' && url.password === '' ? '' : `${hidden}@`
  return `${url.protocol}//${user}${url.host}${url.pathname}${query}`
}
