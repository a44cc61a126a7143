import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildSettings } from '../../../src/main/config/build-settings.ts'
import { editConfiguration } from '../../../src/main/config/edit-configuration.ts'
import { checkConfiguration } from '../../../src/main/config/load-settings.ts'
import { readChanges } from '../../../src/main/config/read-changes.ts'
import { layOutToml } from '../../../src/main/config/toml-layout.ts'
import { type MadeFile, tomlFile, validChanges } from './toml-files.ts'

const folder = '/data'
const defaults = buildSettings(new Map(), folder)

function edited(text: string, changes: Record<string, unknown>): string {
  const bytes = editConfiguration(new TextEncoder().encode(text), readChanges(changes, defaults))
  return new TextDecoder().decode(bytes as Uint8Array)
}

function valuesOf(text: string): Record<string, unknown> {
  const { values, mistakes } = checkConfiguration(new TextEncoder().encode(text), folder)
  expect(mistakes, text).toEqual([])
  return Object.fromEntries([...values].map(([key, { value }]) => [key, value]))
}

function wantedAfter({ values }: MadeFile, changes: Record<string, unknown>): Record<string, unknown> {
  const wanted = { ...Object.fromEntries(values), ...changes }
  return Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null))
}

/** Lines that no change has to do with, in their order. */
const untouchedLines = ({ lines }: MadeFile, changes: Record<string, unknown>): string[] =>
  lines
    .filter(({ keys }) => !Object.keys(changes).some((key) => keys.includes(key) || keys.includes(`${key.split('.')[0]}.*`)))
    .map(({ text }) => text)

function expectInOrder(lines: readonly string[], text: string): void {
  const found = text.split(/\r?\n/)
  let from = 0
  for (const line of lines) {
    const at = found.indexOf(line, from)
    expect(at, `${JSON.stringify(line)} in ${text}`).toBeGreaterThanOrEqual(0)
    from = at + 1
  }
}

const commentsOf = (text: string): string[] =>
  layOutToml(text)
    .comments.map(({ start, end }) => text.slice(start, end).trimEnd())
    .sort()

const runs = { numRuns: 1500 }

describe('a change in any file that people may have written', () => {
  test('what the file says afterwards is exactly what was asked for', () => {
    fc.assert(
      fc.property(tomlFile, validChanges, (file, changes) => {
        expect(valuesOf(edited(file.text, changes))).toEqual(wantedAfter(file, changes))
      }),
      runs,
    )
  })

  test('every comment, every other line and every line end stays', () => {
    fc.assert(
      fc.property(tomlFile, validChanges, (file, changes) => {
        const after = edited(file.text, changes)
        expectInOrder(untouchedLines(file, changes), after)
        expect(commentsOf(after)).toEqual(commentsOf(file.text))
        if (file.text.includes('\r\n')) expect(after.replaceAll('\r\n', '')).not.toContain('\n')
        else if (file.text.includes('\n')) expect(after).not.toContain('\r\n')
      }),
      runs,
    )
  })

  test('asking for what is there already changes no byte', () => {
    fc.assert(
      fc.property(tomlFile, (file) => {
        expect(edited(file.text, Object.fromEntries(file.values))).toBe(file.text)
      }),
      runs,
    )
  })
})
