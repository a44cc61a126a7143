import { describe, expect, it } from 'vitest'
import { ErrorsFile } from '../../../src/formats/errors-file.ts'
import { exportWriter } from '../../../src/formats/export-format.ts'
import { FileReader } from '../../../src/formats/file-reader.ts'
import { flatten } from '../../../src/formats/flatten.ts'
import type { CsvPlan } from '../../../src/formats/import-plan.ts'
import { guessed, readAll, recordsOf } from './read.ts'

/** The file of what failed, as it would be saved. */
function errorsOf(text: string, plan: ReturnType<typeof guessed>): string {
  const reader = new FileReader(plan)
  const errors = new ErrorsFile(plan)
  for (const item of [...reader.push({ text, damaged: false }), ...reader.end()]) {
    if ('problem' in item) errors.add(item, `it is ${item.problem.code}, "so"`)
  }
  return errors.pieces(reader.headerRow).join('')
}

describe('the file of failed rows', () => {
  it('of a table has the rows as they were, can be mended and is read by the same plan', () => {
    const text = 'id,n\n1,1\n2,"two, or so"\n3,3\n4,four\n'
    const plan = guessed('x.csv', 'id,n\n1,1\n') as CsvPlan
    const errors = errorsOf(text, plan)
    expect(errors.split('\n')).toEqual([
      '#import-error,id,n',
      '"#import-error line 3: it is not-number, ""so""",2,"two, or so"',
      '"#import-error line 5: it is not-number, ""so""",4,four',
      '',
    ])
    expect(recordsOf(readAll(errors.replace('"two, or so"', '2'), plan))).toMatchObject([{ key: '2', value: { id: 2, n: 2 } }, { line: 3 }])
    // What fails again has one reason, not two.
    expect(errorsOf(errors, plan).match(/import-error/g)).toHaveLength(3)
  })

  it('of one object a line, of an array and of an object of keys can be mended too', () => {
    const lines = '{"id":1}\n{"id":\n'
    const linePlan = guessed('x.ndjson', lines)
    expect(recordsOf(readAll(errorsOf(lines, linePlan).replace('{"id":', '{"id":2}'), linePlan))).toMatchObject([{ key: '2' }])
    const array = '[{"id":1},{"id":},{"id":3},7]'
    const arrayPlan = guessed('x.json', array)
    const mended = errorsOf(array, arrayPlan).replace('{"id":}', '{"id":2}').replace('\n7', '\n{"id":4}')
    expect(recordsOf(readAll(mended, arrayPlan))).toMatchObject([{ key: '2' }, { key: '4' }])
    const members = '{"a": 1, "b": x}'
    const memberPlan = guessed('x.json', members)
    expect(recordsOf(readAll(errorsOf(members, memberPlan).replace('x}', '2}').replace(': x', ': 2'), memberPlan))).toEqual([
      { key: 'b', value: 2 },
    ])
  })
})

describe('an export', () => {
  const item = { key: 'k', version: 'v', size: 1, createdAt: '', updatedAt: '' }
  const items = [
    { ...item, key: 'a', value: { n: 1, o: { x: 'é, "q"' } }, encoding: 'json' as const, contentType: 'application/json' },
    { ...item, key: 'b', value: 'plain', encoding: 'text' as const, contentType: 'text/html', expiresAt: '2030-01-01T00:00:00.000Z' },
  ]
  const textOf = (format: 'json' | 'csv' | 'ndjson', columns: string[] = []) => {
    const writer = exportWriter(format, columns)
    return writer.begin() + writer.records(items.slice(0, 1)) + writer.records(items.slice(1)) + writer.end()
  }

  it('as a JSON array is imported as the same records', () => {
    const text = textOf('json')
    expect(JSON.parse(text)).toHaveLength(2)
    expect(recordsOf(readAll(text, guessed('x.json', text)))).toEqual(
      textOf('ndjson')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    )
  })

  it('as a table has a column for each member, and one for values that have none', () => {
    const text = textOf('csv', ['n', 'o.x', 'value'])
    expect(text).toBe('\ufeffkey,n,o.x,value\r\na,1,"é, ""q""",\r\nb,,,plain\r\n')
  })

  it('flattens objects in objects, and keeps lists and empty objects as JSON', () => {
    expect([...flatten({ a: { b: 1, c: [1, { d: 2 }] }, e: {}, f: null, g: 'x' })]).toEqual([
      ['a.b', '1'],
      ['a.c', '[1,{"d":2}]'],
      ['e', '{}'],
      ['f', ''],
      ['g', 'x'],
    ])
  })
})
