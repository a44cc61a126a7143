import type { Mistake } from './mistake.ts'
import { parseTomlEntries, type TomlEntry, type TomlSyntaxError } from './toml-document.ts'

const maxSyntaxMistakes = 20

/**
 * Reads as much of the text as can be read. A parser stops at the first syntax error; where that error keeps to its own line, the line
 * is set aside and the rest is read again, so that a person sees all mistakes at once. Where it may reach further, nothing is guessed.
 * @returns `complete` false: what the entries hold must not be judged, since lines are missing that give them their place.
 */
export function readEntries(text: string): { entries: TomlEntry[]; mistakes: Mistake[]; complete: boolean } {
  const lines = text.split('\n')
  const mistakes: Mistake[] = []
  while (mistakes.length < maxSyntaxMistakes) {
    const read = parseTomlEntries(lines.join('\n'))
    if ('entries' in read) return { entries: read.entries, mistakes, complete: true }
    const index = lineIndexOf(lines, read.error)
    mistakes.push({ line: index + 1, key: keyAt(lines, index), expected: sentence(read.error.problem) })
    if (!staysInItsLine(lines[index] ?? '', read.error)) break
    lines[index] = ''
  }
  return { entries: [], mistakes: mistakes.sort((a, b) => a.line - b.line), complete: false }
}

const isDuplicate = (problem: string): boolean => problem.includes('multiple times')

function staysInItsLine(line: string, { problem }: TomlSyntaxError): boolean {
  // Brackets and triple quotes may open or close something that spans lines.
  const mayReachFurther = !/^\s*["'\w.-]/.test(line) || /[[\]{}]|"""|'''/.test(line)
  return !mayReachFurther && (isDuplicate(problem) || 'error' in parseTomlEntries(line))
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

function sentence(problem: string): string {
  if (isDuplicate(problem)) return 'expected once, but it is set more than once'
  return `expected valid TOML: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`
}
