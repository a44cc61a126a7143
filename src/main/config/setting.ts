import type { ConfigView } from '../../contract/index.ts'
import type { TomlValue } from './toml-document.ts'

/** What was expected instead (`line` when that is not the line of the key), and what else is wrong with the same value. */
export interface Refusal {
  readonly expected: string
  readonly line?: number
  readonly further?: readonly { readonly expected: string; readonly line: number }[]
}

export type Reading<T> = { value: T } | Refusal

export type SettingForm = ConfigView['entries'][number]['form']

/**
 * One key of the configuration file. Everything that is known of it stands here: reading, checking, the settings page,
 * `docs/configuration.md` and the notices at start are all made from it.
 */
export interface Setting<T> {
  readonly node: 'setting'
  /** What may stand there, in words that fit after "expected": "a whole number from 1 to 9". */
  readonly expected: string
  readonly default: T
  readonly unit?: string
  /** One sentence. */
  readonly description: string
  /** Hidden wherever it is shown: in full, or only the user and password inside a URL. */
  readonly secret?: 'all' | 'credentials'
  /** A relative path, resolved against the data folder. */
  readonly isPath?: true
  /** The part of Holdfast that will use it. Absent: it is in effect. */
  readonly arrivesWith?: string
  /** The running parts take a change of it as it is made; others read it at the start. */
  readonly appliesNow?: true
  /** Why a program must not change it, and what a person does instead. */
  readonly byHand?: string
  /** What a form asks for. */
  readonly form: SettingForm
  read(value: TomlValue): Reading<T>
}

export interface SettingTable<E extends Record<string, SettingNode>> {
  readonly node: 'table'
  readonly description: string
  readonly entries: E
}

export type AnySetting = Setting<unknown>
export type SettingNode = AnySetting | SettingTable<Record<string, SettingNode>>

export const table = <E extends Record<string, SettingNode>>(description: string, entries: E): SettingTable<E> => ({
  node: 'table',
  description,
  entries,
})

interface Facts<T> {
  default: T
  unit?: string
  description: string
  arrivesWith?: string
  appliesNow?: true
  byHand?: string
}

const foundKinds: Record<TomlValue['kind'], string> = {
  text: 'a text',
  integer: 'a whole number',
  float: 'a fraction',
  boolean: 'true or false',
  date: 'a date or time',
  list: 'a list',
  table: 'a table',
  tables: 'a list of tables',
}

/** "…, found X": the value itself where it is short and harmless, else its kind. */
function found(value: TomlValue): string {
  switch (value.kind) {
    case 'text':
      return value.value.length <= 60 ? `the text ${JSON.stringify(value.value)}` : 'a long text'
    case 'float':
      return `the fraction ${Number.isInteger(value.value) ? value.value.toFixed(1) : value.value}`
    case 'integer':
    case 'boolean':
      return String(value.value)
    case 'date':
    case 'list':
    case 'table':
    case 'tables':
      return foundKinds[value.kind]
    default:
      return value satisfies never
  }
}

const refused = (expected: string, value: TomlValue): { expected: string } => ({ expected: `expected ${expected}, found ${found(value)}` })

export function wholeNumber(facts: Facts<number> & { min: number; max: number }): Setting<number> {
  const { min, max, ...rest } = facts
  const expected = `a whole number${facts.unit ? ` of ${facts.unit}` : ''} from ${min} to ${max}`
  return {
    node: 'setting',
    ...rest,
    expected,
    form: { kind: 'number', min, max },
    read: (value) =>
      value.kind === 'integer' && value.value >= min && value.value <= max ? { value: Number(value.value) } : refused(expected, value),
  }
}

export function trueOrFalse(facts: Facts<boolean>): Setting<boolean> {
  const expected = 'true or false'
  return {
    node: 'setting',
    ...facts,
    expected,
    form: { kind: 'switch' },
    read: (value) => (value.kind === 'boolean' ? { value: value.value } : refused(expected, value)),
  }
}

export function oneOf<const T extends string>(facts: Facts<NoInfer<T>> & { choices: readonly T[] }): Setting<T> {
  const { choices, ...rest } = facts
  const expected = choices.length === 1 ? `"${choices[0]}"` : `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`
  return {
    node: 'setting',
    ...rest,
    expected,
    form: { kind: 'choice', choices: [...choices] },
    read: (value) => {
      const choice = value.kind === 'text' ? choices.find((name) => name === value.value) : undefined
      return choice === undefined ? refused(expected, value) : { value: choice }
    },
  }
}

interface TextFacts<T> extends Facts<T> {
  expected: string
  secret?: 'all' | 'credentials'
  isValid(text: string): boolean
}

/** A text that a predicate accepts. What was found instead is not repeated when it may hold a secret. */
export function text<T extends string | null>(facts: TextFacts<T>): Setting<string | T> {
  const { isValid, ...rest } = facts
  return {
    node: 'setting',
    ...rest,
    form: { kind: 'text' },
    read: (value) => {
      if (value.kind === 'text' && isValid(value.value)) return { value: value.value }
      return facts.secret ? { expected: `expected ${facts.expected}` } : refused(facts.expected, value)
    },
  }
}

/** A list of texts; a wrong item is reported with its own line. */
export function textList(facts: TextFacts<readonly string[]> & { maxItems: number }): Setting<readonly string[]> {
  const { isValid, maxItems, expected: item, ...rest } = facts
  const expected = `a list of at most ${maxItems}, each ${item}`
  return {
    node: 'setting',
    ...rest,
    expected,
    form: { kind: 'list', maxItems },
    read: (value) => {
      if (value.kind !== 'list' || value.items.length > maxItems)
        return facts.secret ? { expected: `expected ${expected}` } : refused(expected, value)
      const [wrong, ...further] = value.items
        .filter((one) => one.kind !== 'text' || !isValid(one.value))
        .map((one) => ({ expected: facts.secret ? `expected ${item}` : refused(item, one).expected, line: one.line }))
      if (wrong) return { ...wrong, further }
      return { value: value.items.flatMap((one) => (one.kind === 'text' ? [one.value] : [])) }
    },
  }
}

/** A folder that holds what the host writes: another one would be an empty one. */
export const movedByHand = (what: string): string =>
  `expected to be changed by hand, because ${what} has to move with it: stop Holdfast, move the folder, set the key in the file, start again`

const maxPathLength = 4096

/** A path in this machine's file system; relative ones are below the data folder. */
export function path(facts: Facts<string>): Setting<string> {
  const expected = 'a path; a relative one is below the data folder'
  return {
    node: 'setting',
    ...facts,
    expected,
    isPath: true,
    form: { kind: 'path' },
    read: (value) => {
      if (value.kind !== 'text' || value.value === '' || value.value.length > maxPathLength || value.value.includes('\0')) {
        return refused(expected, value)
      }
      if (/^~([/\\]|$)/.test(value.value)) return { expected: 'expected the path in full: "~" is not replaced by the home folder here' }
      return { value: value.value }
    },
  }
}
