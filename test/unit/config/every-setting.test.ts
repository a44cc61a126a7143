import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkConfiguration } from '../../../src/main/config/index.ts'
import { eachSetting } from '../../../src/main/config/settings-table.ts'

const specification = await readFile(new URL('../../fixtures/config/specification.toml', import.meta.url), 'utf8')
const check = (content: string) => checkConfiguration(Buffer.from(content), '/data')

describe.each([...eachSetting()].map(({ path, setting }) => ({ key: path.join('.'), setting })))('$key', ({ key, setting }) => {
  test.runIf(setting.default !== null && !Array.isArray(setting.default))('accepts its own default', () => {
    expect(check(`${key} = ${JSON.stringify(setting.default)}`).mistakes).toEqual([])
  })

  test('refuses what is of another kind, with the line and what was expected', () => {
    for (const wrong of [
      '{ }',
      '[[3]]',
      '1979-05-27',
      'nan',
      typeof setting.default === 'number' ? '"3"' : '3',
      typeof setting.default === 'boolean' ? '"true"' : 'true',
    ]) {
      const { mistakes } = check(`\n${key} = ${wrong}`)
      expect(mistakes, wrong).toEqual([{ line: 2, key, expected: expect.stringMatching(/^expected /) }])
    }
  })

  test('is named when it is written wrong', () => {
    const [mistake] = check(`${key}x = 1`).mistakes
    expect(mistake).toEqual({ line: 1, key: `${key}x`, expected: `unknown key; did you mean ${key}?` })
  })

  test('says in its notice that it is not in effect, exactly when it is not', () => {
    const { notices } = check(`${key} = ${JSON.stringify(setting.default)}`)
    const told = notices.some(({ code, text }) => code === 'setting_not_in_effect' && text.includes(key))
    expect(told).toBe(setting.arrivesWith !== undefined)
  })
})

test('whatever stands in a file, it is read or its mistakes are named', () => {
  const lines = specification.split('\n')
  const damage = fc.array(
    fc.tuple(fc.nat(lines.length - 1), fc.oneof(fc.string(), fc.constantFrom(...lines), fc.constantFrom('[', ']', '"""', '{ a = ', '= 1'))),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(damage, (changes) => {
      const changed = [...lines]
      for (const [at, line] of changes) changed[at] = line
      const { mistakes } = check(changed.join('\n'))
      for (const { line, key, expected } of mistakes) {
        expect(line).toBeGreaterThan(0)
        expect(line).toBeLessThanOrEqual(changed.join('\n').split('\n').length)
        expect(key).not.toBe('')
        expect(expected).not.toBe('')
      }
    }),
    { numRuns: 300 },
  )
})
