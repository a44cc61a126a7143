import { describe, expect, test } from 'vitest'
import { CallError } from '../../../src/renderer/bridge/call.ts'
import { type ConfigEntry, filterEntries, groupByTable } from '../../../src/renderer/features/settings/entries.ts'
import { readRefusal } from '../../../src/renderer/features/settings/use-check.ts'

const entry = (key: string, change: Partial<ConfigEntry> = {}): ConfigEntry => ({
  key,
  value: 1,
  stored: 1,
  default: 1,
  description: `What ${key} means.`,
  expected: 'a number',
  form: { kind: 'number', min: 0, max: 9 },
  changed: false,
  secret: false,
  inEffect: true,
  applies: 'now',
  needsRestart: false,
  ...change,
})
const entries = [
  entry('log.level', { description: 'The least important lines.' }),
  entry('log.files', { changed: true }),
  entry('a.b.c', { needsRestart: true }),
]
const keysOf = (found: readonly ConfigEntry[]) => found.map(({ key }) => key)

describe('the list of settings', () => {
  test('is searched in keys, meanings and names of groups, every word of it', () => {
    expect(keysOf(filterEntries(entries, { search: 'IMPORTANT level', only: 'all' }))).toEqual(['log.level'])
    expect(keysOf(filterEntries(entries, { search: 'diary', only: 'all' }, (table) => (table === 'log' ? 'Diary' : '')))).toEqual([
      'log.level',
      'log.files',
    ])
    expect(filterEntries(entries, { search: 'level files', only: 'all' })).toEqual([])
  })

  test('is narrowed to what was changed and to what waits for a restart', () => {
    expect(keysOf(filterEntries(entries, { search: '', only: 'changed' }))).toEqual(['log.files'])
    expect(keysOf(filterEntries(entries, { search: '', only: 'restart' }))).toEqual(['a.b.c'])
  })

  test('is grouped by table, in its order', () => {
    expect(groupByTable(entries).map(({ table }) => table)).toEqual(['log', 'a.b'])
  })
})

describe('a refusal', () => {
  const refused = (mistakes: unknown) =>
    new CallError({ code: 'config_invalid', message: 'Wrong.', retryable: false, details: { mistakes } })
  const staged = [{ key: 'log.files', from: 5, to: 0 }]

  test('goes to the fields that it is about', () => {
    const { mistakes, problem } = readRefusal(refused([{ key: 'log.files', expected: 'expected more' }]), staged)
    expect(mistakes).toEqual({ 'log.files': 'expected more' })
    expect(problem).toBeUndefined()
  })

  test('about anything else is said as it is', () => {
    expect(readRefusal(refused([{ key: 'log.level', expected: 'expected less', line: 3 }]), staged).problem?.message).toBe('Wrong.')
    expect(readRefusal(refused('nonsense'), staged).problem?.message).toBe('Wrong.')
  })
})
