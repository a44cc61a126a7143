import { dottedKey } from './mistake.ts'
import { layOutToml, type PairSpan, type Span, type TomlLayout } from './toml-layout.ts'

/** What replaces a part of the text. */
interface Edit extends Span {
  readonly text: string
}

/**
 * Sets one key of a TOML text, or removes it (`literal` null), and leaves every other byte as it is: comments, order, spaces, line ends.
 * A comment that stood inside a replaced value moves to a line of its own above it; one behind a removed value stays on its line.
 * @param literal the value as TOML writes it, in one line
 */
export function editToml(text: string, path: readonly string[], literal: string | null): string {
  const layout = layOutToml(text)
  const pair = layout.pairs.find((candidate) => isSame(candidate.path, path))
  if (literal === null) return pair ? removePair(text, layout, pair) : text
  if (pair) {
    const value = { start: pair.valueStart, end: pair.end }
    return applyEdits(text, [...movedComments(text, layout, pair, value), { ...value, text: literal }])
  }
  return applyEdits(text, [insertion(text, layout, path, literal)])
}

/** A JSON value as TOML writes it. Texts are basic strings. */
export function tomlLiteral(value: string | number | boolean | readonly string[]): string {
  // JSON and TOML escape alike, but for DEL, which TOML does not take as it is.
  if (typeof value === 'string') return JSON.stringify(value).replaceAll('\u007f', '\\u007f')
  return typeof value === 'object' ? `[${value.map(tomlLiteral).join(', ')}]` : String(value)
}

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name, index) => name === other[index])

const beginsWith = (path: readonly string[], start: readonly string[]): boolean => isSame(path.slice(0, start.length), start)

/** From the end to the beginning, so that offsets stay true; where two begin together, what is put there comes after what is taken away. */
const applyEdits = (text: string, edits: readonly Edit[]): string =>
  [...edits]
    .sort((one, other) => other.start - one.start || other.end - one.end)
    .reduce((changed, { start, end, text: put }) => changed.slice(0, start) + put + changed.slice(end), text)

const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1
/** Behind the line's end, or the end of the text. */
const nextLine = (text: string, offset: number): number => {
  const end = text.indexOf('\n', offset)
  return end < 0 ? text.length : end + 1
}

/** How the line ends in which something stands, else how the first line does. */
function lineEndAt(text: string, offset: number): string {
  const end = text.indexOf('\n', offset)
  const known = end < 0 ? text.indexOf('\n') : end
  return known > 0 && text[known - 1] === '\r' ? '\r\n' : '\n'
}

/** What stands before a statement on its line: its indentation. */
const indentAt = (text: string, offset: number): string => /[ \t]*$/.exec(text.slice(lineStart(text, offset), offset))?.[0] ?? ''

function movedComments(text: string, { comments }: TomlLayout, { statementStart }: PairSpan, lost: Span): Edit[] {
  const indent = indentAt(text, statementStart)
  const moved = comments
    .filter(({ start, end }) => start >= lost.start && end <= lost.end)
    .map(({ start, end }) => indent + text.slice(start, end).trimEnd() + lineEndAt(text, statementStart))
  const at = lineStart(text, statementStart)
  return moved.length === 0 ? [] : [{ start: at, end: at, text: moved.join('') }]
}

function removePair(text: string, layout: TomlLayout, pair: PairSpan): string {
  const lost = pair.inline ? inlineSpanToRemove(text, pair, pair.inline) : spanToRemove(text, pair)
  return applyEdits(text, [...movedComments(text, layout, pair, { start: pair.start, end: pair.end }), { ...lost, text: '' }])
}

/** The whole line, unless a comment stands behind the value. */
function spanToRemove(text: string, { start, end }: PairSpan): Span {
  const after = nextLine(text, end)
  const rest = text.slice(end, after)
  if (rest.trim() === '') return { start: lineStart(text, start), end: after }
  return { start, end: end + (rest.length - rest.trimStart().length) }
}

/** The pair with the one comma that it leaves over. */
function inlineSpanToRemove(text: string, { start, end }: PairSpan, { previousEnd, nextStart }: NonNullable<PairSpan['inline']>): Span {
  if (previousEnd !== undefined) return { start: previousEnd, end }
  if (nextStart !== undefined) return { start, end: nextStart }
  return { start, end: end + (/^\s*,/.exec(text.slice(end))?.[0].length ?? 0) }
}

/** Where a key that is not there yet goes: beside its siblings, however their table is written, else into a new table at the end. */
function insertion(text: string, layout: TomlLayout, path: readonly string[], literal: string): Edit {
  for (let length = path.length - 1; length > 0; length--) {
    const table = path.slice(0, length)
    const inline = layout.inlineTables.find((candidate) => isSame(candidate.path, table))
    if (inline) return intoInlineTable(inline, path, literal)
    const header = layout.tables.find((candidate) => isSame(candidate.path, table))
    if (header && length < path.length - 1) break
    if (header) return onALine(text, header.end, header.firstPair, statement(path, table, literal))
    const sibling = layout.pairs.findLast(
      ({ path: own, basePath }) => own.length > length && basePath.length < length && beginsWith(own, table),
    )
    if (sibling) return besides(text, layout, sibling, path, literal)
  }
  return inANewTable(text, path, literal)
}

const statement = (path: readonly string[], basePath: readonly string[], literal: string): string =>
  `${dottedKey(path.slice(basePath.length))} = ${literal}`

/** Its table is written as dotted keys: one more of them. */
function besides(text: string, layout: TomlLayout, sibling: PairSpan, path: readonly string[], literal: string): Edit {
  const inline = sibling.inline && layout.inlineTables.find((candidate) => isSame(candidate.path, sibling.basePath))
  if (inline) return intoInlineTable(inline, path, literal)
  return onALine(text, sibling.end, sibling.start, statement(path, sibling.basePath, literal))
}

function intoInlineTable(
  { path: basePath, start, contentEnd }: TomlLayout['inlineTables'][number],
  path: readonly string[],
  literal: string,
): Edit {
  const put = statement(path, basePath, literal)
  if (contentEnd === undefined) return { start: start + 1, end: start + 1, text: ` ${put} ` }
  return { start: contentEnd, end: contentEnd, text: `, ${put}` }
}

/** On the line below `after`, indented as what stands at `like`. */
function onALine(text: string, after: number, like: number | undefined, put: string): Edit {
  const at = nextLine(text, after)
  const line = (like === undefined ? '' : indentAt(text, like)) + put
  const isEnded = at > 0 && text[at - 1] === '\n'
  return { start: at, end: at, text: isEnded ? line + lineEndAt(text, after) : lineEndAt(text, after) + line }
}

function inANewTable(text: string, path: readonly string[], literal: string): Edit {
  const end = lineEndAt(text, text.length)
  const before = text === '' ? '' : text.endsWith('\n') ? end : end + end
  const put = `${before}[${dottedKey(path.slice(0, -1))}]${end}${statement(path, path.slice(0, -1), literal)}${end}`
  return { start: text.length, end: text.length, text: put }
}
