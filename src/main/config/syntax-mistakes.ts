import type { Mistake } from './mistake.ts'
import { parseTomlEntries, type TomlEntry, type TomlSyntaxError } from './toml-document.ts'

const maxSyntaxMistakes = 20
const maxStatementLines = 50

interface ReadFile {
  readonly entries: TomlEntry[]
  readonly mistakes: Mistake[]
  /** False: what stands further below was not read, so keys must not be missed. */
  readonly complete: boolean
}

/**
 * Reads as much of the text as can be read. A parser stops at the first syntax error; where that error keeps to its own line or to its
 * own table, that is set aside and the rest is read again, so that a person sees all mistakes at once. Where it may reach further,
 * nothing is guessed: only what stands above is read.
 */
export function readEntries(text: string): ReadFile {
  const marks = new Set<string>()
  const mistakes: Mistake[] = []
  const done = (entries: readonly TomlEntry[], complete: boolean): ReadFile => ({
    entries: entries.map((entry) => ({ ...entry, path: entry.path.filter((name) => !marks.has(name)) })),
    mistakes: mistakes.sort((a, b) => a.line - b.line),
    complete,
  })
  let lines = text.split('\n')
  for (;;) {
    const read = parseTomlEntries(lines.join('\n'))
    if ('entries' in read) return done(read.entries, true)
    const index = lineIndexOf(lines, read.error)
    const mistake = { line: index + 1, key: keyAt(lines, index), expected: sentence(read.error.problem, lines[index] ?? '') }
    const next = mistakes.length + 1 < maxSyntaxMistakes ? setAside(lines, index, read.error, marks) : undefined
    if (next === undefined) {
      mistakes.push({ ...mistake, expected: `${mistake.expected}; what comes after it was not read` })
      return done(entriesAbove(lines, index), false)
    }
    mistakes.push(mistake)
    lines = next
  }
}

const isDuplicate = (problem: string): boolean => problem.includes('multiple times')

/** The lines without the error, each still in its place; undefined where it cannot be told how far it reaches. */
function setAside(lines: readonly string[], index: number, error: TomlSyntaxError, marks: Set<string>): string[] | undefined {
  if (isDuplicate(error.problem)) return toldApart(lines, error, marks)
  const line = lines[index] ?? ''
  if (!('error' in parseTomlEntries(line))) return undefined
  // A header ends in its line; what is in its table cannot be placed without it.
  const end = isHeader(line) ? endOfTable(lines, index) : staysInItsLine(line) ? index + 1 : index
  return end === index ? undefined : lines.map((other, at) => (at >= index && at < end ? '' : other))
}

/** A name of its own before a key that is there already lets the parser go on, so that what is in it can be judged too. */
function toldApart(lines: readonly string[], { index }: TomlSyntaxError, marks: Set<string>): string[] {
  const text = lines.join('\n')
  const mark = `\u0001${marks.size}`
  marks.add(mark)
  return `${text.slice(0, index)}${JSON.stringify(mark)}.${text.slice(index)}`.split('\n')
}

const countOf = (line: string, bracket: RegExp): number => line.match(bracket)?.length ?? 0

/** Brackets and triple quotes may open or close something that spans lines. */
const staysInItsLine = (line: string): boolean => !/"""|'''|^\s*[\]}]/.test(line) && countOf(line, /[[{]/g) === countOf(line, /[\]}]/g)

const isHeader = (line: string): boolean => /^\s*\[/.test(line)

/** The first line behind the table that begins in line `index`. */
function endOfTable(lines: readonly string[], index: number): number {
  const next = lines.findIndex((line, at) => at > index && isHeader(line))
  return next < 0 ? lines.length : next
}

/** What stands above a line in which reading ends: its statement may have begun some lines before it. */
function entriesAbove(lines: readonly string[], index: number): readonly TomlEntry[] {
  for (let end = index; end > 0 && end > index - maxStatementLines; end--) {
    const read = parseTomlEntries(lines.slice(0, end).join('\n'))
    if ('entries' in read) return read.entries
  }
  return []
}

/** The parser names the place where it gave up; a key without its value is noticed only at the next thing that follows. */
function lineIndexOf(lines: readonly string[], { line, problem }: TomlSyntaxError): number {
  const at = Math.min(line, lines.length) - 1
  if (!problem.includes('must be on the same line') || 'error' in parseTomlEntries(lines[at] ?? '')) return at
  for (let before = at - 1; before >= 0; before--) if (!/^\s*(#.*)?$/.test(lines[before] ?? '')) return before
  return at
}

/** The key of a line that cannot be parsed, as far as it can be told: for the message only. */
function keyAt(lines: readonly string[], index: number): string {
  const line = lines[index] ?? ''
  const header = headerOf(line)
  if (header !== undefined) return header
  const name = /^\s*([\w.-]{1,200})/.exec(line)?.[1]
  if (name === undefined) return 'TOML'
  for (let above = index - 1; above >= 0; above--) {
    const table = headerOf(lines[above] ?? '')
    if (table !== undefined) return `${table}.${name}`
  }
  return name
}

const headerOf = (line: string): string | undefined => /^\s*\[{1,2}\s*([\w.-]{1,200})/.exec(line)?.[1]

function sentence(problem: string, line: string): string {
  if (isDuplicate(problem)) return 'expected once, but it is set more than once'
  return `expected valid TOML: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}${hint(problem, line)}`
}

/** What people write most who know other formats. */
function hint(problem: string, line: string): string {
  if (problem.includes('escape sequence')) return '; a text with backslashes stands in single quotes'
  if (/^\s*[\w.-]+\s*:/.test(line)) return '; "=" stands between a key and its value'
  if (/^\s*[\w.-]+\s*=\s*(true|false)\b/i.test(line)) return '; true and false are written in small letters'
  if (/^\s*[\w.-]+\s*=\s*[\p{L}/.*]/u.test(line)) return '; a text stands in quotes'
  return /^\s*(;|\/\/)/.test(line) ? '; a remark begins with #' : ''
}
