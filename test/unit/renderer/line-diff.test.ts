import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changedPlaces } from '../../../src/renderer/features/data/viewers/changed-places.ts'
import { diffLines, type LineDiff } from '../../../src/renderer/features/data/viewers/line-diff.ts'

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 14 })

/** What the changes make of `a`. */
function applied(a: readonly string[], b: readonly string[], { changes }: LineDiff): string[] {
  const out: string[] = []
  let at = 0
  for (const { fromA, toA, fromB, toB } of changes) {
    out.push(...a.slice(at, fromA), ...b.slice(fromB, toB))
    at = toA
  }
  return [...out, ...a.slice(at)]
}

const editsOf = ({ changes }: LineDiff) => changes.reduce((sum, { fromA, toA, fromB, toB }) => sum + toA - fromA + toB - fromB, 0)

/** The length of the longest common subsequence, by the table that everybody knows. */
function common(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (const [x, line] of a.entries()) {
    for (const [y, other] of b.entries()) {
      const row = table[x] as number[]
      const next = table[x + 1] as number[]
      next[y + 1] = line === other ? (row[y] ?? 0) + 1 : Math.max(row[y + 1] ?? 0, next[y] ?? 0)
    }
  }
  return table[a.length]?.[b.length] ?? 0
}

describe('the lines in which two texts differ', () => {
  test('make one text of the other, and are the fewest that do', () => {
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const diff = diffLines(a, b)
        expect(diff.isRough).toBe(false)
        expect(applied(a, b, diff)).toEqual(b)
        expect(editsOf(diff)).toBe(a.length + b.length - 2 * common(a, b))
      }),
    )
  })

  test('still make one text of the other when too much differs to find the fewest', () => {
    fc.assert(
      fc.property(lines, lines, fc.integer({ min: 0, max: 4 }), (a, b, edits) => {
        const diff = diffLines(a, b, edits)
        expect(applied(a, b, diff)).toEqual(b)
        expect(diff.isRough).toBe(editsOf(diffLines(a, b)) > edits)
      }),
    )
  })

  test('come one after the other with something in between', () => {
    fc.assert(
      fc.property(lines, lines, (a, b) => {
        const { changes } = diffLines(a, b)
        for (const [place, { fromA, fromB }] of changes.entries()) {
          const last = changes[place - 1]
          if (last) expect(fromA > last.toA && fromB > last.toB).toBe(true)
        }
      }),
    )
  })
})

describe('the places where two large texts differ', () => {
  test('of a text that is one line, what differs is shown and not its beginning', () => {
    const line = 'x'.repeat(100_000)
    const { places, count } = changedPlaces(`${line}old${line}`, `${line}new${line}`)
    expect(count).toBe(1)
    expect(places[0]).toMatchObject({ line: 1, character: 100_000 - 60 + 1 })
    expect(places[0]?.before.lines[0]).toMatch(/^…x{60}oldx+…$/)
    expect(places[0]?.after.lines[0]?.length).toBeLessThan(400)
  })

  test('are as many as a person reads, of each the first lines', () => {
    const text = (word: string) => Array.from({ length: 300 }, (_, line) => (line % 2 === 0 ? 'same' : `${word} ${line}`)).join('\n')
    const many = changedPlaces(text('old'), text('new'))
    expect(many).toMatchObject({ count: 150, isRough: false })
    expect(many.places).toHaveLength(100)
    const [long] = changedPlaces('', 'line\n'.repeat(1000)).places
    expect(long?.after).toMatchObject({ lines: new Array(12).fill('line'), more: 988 })
  })
})
