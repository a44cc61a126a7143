import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvRows, csvCell, detectDialect } from '../../../src/formats/csv-rows.ts'
import type { CsvPlan } from '../../../src/formats/import-plan.ts'
import { UnreadableFile } from '../../../src/formats/problem.ts'
import { guessed, readAll, recordsOf } from './read.ts'

const comma = { delimiter: ',', quote: '"', newline: '\n' } as const

function rowsOf(text: string, size: number, dialect: CsvPlan['dialect'] = comma) {
  const rows = new CsvRows(dialect, 10_000)
  const read = []
  for (let at = 0; at < text.length; at += size) read.push(...rows.push(text.slice(at, at + size)))
  return [...read, ...rows.end()]
}

describe('a table', () => {
  it('is read to the same cells that were written, however it is cut and whatever its line ends are', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 8 }),
      fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', '城'), maxLength: 8 }),
    )
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 20 }), (rows, end, size) => {
        // A row of empty cells is still a row: only one without any text is blank.
        const text = rows.map((cells) => cells.map((value) => csvCell(value, comma)).join(',')).join(end)
        const kept = rows.filter((cells) => !cells[0]?.startsWith('#import-error'))
        expect(rowsOf(text, size).map(({ fields }) => fields)).toEqual(kept)
      }),
      { numRuns: 500 },
    )
  })

  it('knows the line on which each row begins, with line ends inside of cells', () => {
    const rows = rowsOf('a,b\n"one\ntwo",x\r\n\r\nlast,y', 3)
    expect(rows.map(({ line, fields }) => [line, ...fields])).toEqual([
      [1, 'a', 'b'],
      [2, 'one\ntwo', 'x'],
      [5, 'last', 'y'],
    ])
    expect(rows[1]?.raw).toBe('"one\ntwo",x')
  })

  it('says of a row that a quote in it is not closed or stands wrong', () => {
    expect(rowsOf('a,b\n"x,y', 100)[1]).toMatchObject({ line: 2, problem: 'open-quote' })
    expect(rowsOf('a,b\n"x"z,y\nc,d', 100)[1]).toMatchObject({ problem: 'bad-quote' })
  })

  it('is not read into memory for ever behind a quote that is never closed', () => {
    expect(() => rowsOf(`a,"${'x\n'.repeat(20_000)}`, 100)).toThrow(UnreadableFile)
  })

  it.each([
    ['a;b\n1,5;2', ';'],
    ['a\tb\n1\t2', '\t'],
    ['a|b\n1|2', '|'],
    ['only one column\nx', ','],
  ])('is taken for what it is: %j', (text, delimiter) => {
    expect(detectDialect(text).delimiter).toBe(delimiter)
  })
})

describe('a plan for a table', () => {
  const text = 'id,name,population,capital,zip\n1,Bern,134794,true,03000\n2,"Zürich, Kreis 1",,false,08000\n'

  it('is guessed from the beginning: types, the key, numbers that are names', () => {
    const plan = guessed('cities.csv', text) as CsvPlan
    expect(plan).toMatchObject({ header: true, key: '{id}' })
    expect(plan.columns.map(({ type }) => type)).toEqual(['number', 'text', 'number', 'boolean', 'text'])
    expect(recordsOf(readAll(text, plan))).toEqual([
      { key: '1', value: { id: 1, name: 'Bern', population: 134794, capital: true, zip: '03000' } },
      { key: '2', value: { id: 2, name: 'Zürich, Kreis 1', population: null, capital: false, zip: '08000' } },
    ])
  })

  it('makes keys of columns, prefix and text, leaves columns out, and takes TTL and type from columns', () => {
    const plan = guessed('x.csv', 'id,name,ttl,content_type\n1,Bern,60,text/x-city\n2,Thun,,\n3,Biel,soon,\n') as CsvPlan
    const chosen: CsvPlan = { ...plan, key: 'city:{name}/{id}{{}}', prefix: 'p:', value: { kind: 'column', column: 'name' } }
    expect(recordsOf(readAll('id,name,ttl,content_type\n1,Bern,60,text/x-city\n2,Thun,,\n3,Biel,soon,\n', chosen))).toEqual([
      { key: 'p:city:Bern/1{}', value: 'Bern', encoding: 'text', ttlSeconds: 60, contentType: 'text/x-city' },
      { key: 'p:city:Thun/2{}', value: 'Thun', encoding: 'text' },
      { line: 4, problem: { code: 'not-ttl', column: 'ttl', value: 'soon' } },
    ])
  })

  it('says of each row why it makes no record', () => {
    const plan = guessed('x.csv', 'id,n\n1,1\n') as CsvPlan
    const found = recordsOf(readAll('id,n\n1,many\n2,12345678901234567890\n,3\n4\n5,5\n', plan))
    expect(found).toMatchObject([
      { line: 2, problem: { code: 'not-number', column: 'n', value: 'many' } },
      { line: 3, problem: { code: 'long-number' } },
      { line: 4, problem: { code: 'no-key-part', column: 'id' } },
      { line: 5, problem: { code: 'column-count', expected: 2, found: 1 } },
      { key: '5', value: { n: 5 } },
    ])
  })

  it('has names for columns without a header and for two of one name', () => {
    expect((guessed('x.csv', '1,2\n3,4\n') as CsvPlan).columns.map(({ name }) => name)).toEqual(['column1', 'column2'])
    const plan = guessed('x.csv', 'a,a\nx,y\n') as CsvPlan
    expect(
      recordsOf(
        readAll('a,a\nx,y\n', {
          ...plan,
          header: true,
          columns: [
            { name: 'a', type: 'text', included: true },
            { name: 'a_2', type: 'text', included: true },
          ],
          key: '{a}',
        }),
      ),
    ).toEqual([{ key: 'x', value: { a: 'x', a_2: 'y' } }])
  })
})
