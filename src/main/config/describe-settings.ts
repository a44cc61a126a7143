import type { ConfigChange, ConfigView } from '../../contract/index.ts'
import { usedValue } from './build-settings.ts'
import type { AnySetting } from './setting.ts'
import { camelCase, eachSetting, type Settings } from './settings-table.ts'

/** Stands for a secret; nobody may set it. */
export const hidden = '•••'

/** When a change of this setting takes effect. */
export const appliesWhen = ({ arrivesWith, appliesNow }: AnySetting): ConfigChange['applies'] =>
  arrivesWith !== undefined ? 'later' : appliesNow ? 'now' : 'restart'

/** Every key as it may be shown: what runs, what the file says, default and meaning, secrets hidden. */
export const describeEntries = (running: Settings, stored: Settings): ConfigView['entries'] =>
  [...eachSetting()].map(({ path, setting }) => {
    const [value, storedValue] = [valueAt(running, path), valueAt(stored, path)]
    return {
      key: path.join('.'),
      value: shownValue(setting, value),
      stored: shownValue(setting, storedValue),
      default: setting.default,
      ...(setting.unit !== undefined && { unit: setting.unit }),
      description: setting.description,
      expected: setting.expected,
      form: setting.form,
      changed: !isSame(storedValue, usedValue(setting, setting.default, stored.dataFolder)),
      secret: setting.secret !== undefined,
      inEffect: setting.arrivesWith === undefined,
      applies: appliesWhen(setting),
      needsRestart: setting.arrivesWith === undefined && !isSame(value, storedValue),
      ...(setting.byHand !== undefined && { byHand: setting.byHand }),
    }
  })

/** What differs between two configurations, secrets hidden. */
export const differences = (before: Settings, after: Settings): ConfigChange[] =>
  [...eachSetting()].flatMap(({ path, setting }) => {
    const [from, to] = [valueAt(before, path), valueAt(after, path)]
    if (isSame(from, to)) return []
    return [{ key: path.join('.'), from: shownValue(setting, from), to: shownValue(setting, to), applies: appliesWhen(setting) }]
  })

/** The keys that the host would only take at its next start. */
export const keysForRestart = (running: Settings, stored: Settings): string[] =>
  [...eachSetting()]
    .filter(({ path, setting }) => setting.arrivesWith === undefined && !isSame(valueAt(running, path), valueAt(stored, path)))
    .map(({ path }) => path.join('.'))

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
