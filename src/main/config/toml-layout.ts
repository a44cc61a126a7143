import type { AST } from 'toml-eslint-parser'
import { parseTOML } from 'toml-eslint-parser'
import { namesOf } from './toml-document.ts'

/** A part of the text: UTF-16 offsets, the end excluded. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** One `key = value`, wherever it stands. */
export interface PairSpan extends Span {
  readonly path: readonly string[]
  /** The whole path of the table in which it is written; the rest of its own path is its key there. */
  readonly basePath: readonly string[]
  readonly valueStart: number
  /** Present when it stands between the braces of an inline table: its neighbours there. */
  readonly inline?: { readonly previousEnd: number | undefined; readonly nextStart: number | undefined }
  /** Where the line-wise statement begins that it is, or is a part of. */
  readonly statementStart: number
}

/** A `[table]`; `end` is behind its header or behind its last pair. `firstPair` is where its first pair begins. */
interface TableSpan {
  readonly path: readonly string[]
  readonly end: number
  readonly firstPair: number | undefined
}

/** A `{ … }`; `contentEnd` is behind its last pair, undefined when it has none. */
interface InlineSpan extends Span {
  readonly path: readonly string[]
  readonly contentEnd: number | undefined
}

/** Where everything stands in a TOML text, so that a part of it can be changed without touching the rest. */
export interface TomlLayout {
  readonly pairs: readonly PairSpan[]
  readonly tables: readonly TableSpan[]
  readonly inlineTables: readonly InlineSpan[]
  readonly comments: readonly Span[]
}

/** @throws ParseError of the parser: the text must have been read without mistakes before. */
export function layOutToml(text: string): TomlLayout {
  const document = parseTOML(text)
  const layout = { pairs: [] as PairSpan[], tables: [] as TableSpan[], inlineTables: [] as InlineSpan[] }
  for (const item of document.body[0].body) {
    if (item.type === 'TOMLKeyValue') addPair(layout, item, [], item.range[0])
    else if (item.kind === 'standard') addTable(layout, item)
  }
  return { ...layout, comments: document.comments.map(({ range }) => ({ start: range[0], end: range[1] })) }
}

interface Growing {
  readonly pairs: PairSpan[]
  readonly tables: TableSpan[]
  readonly inlineTables: InlineSpan[]
}

function addTable(layout: Growing, item: AST.TOMLTable): void {
  const path = namesOf(item.key)
  // The node ends with its last pair, or with its header's bracket.
  layout.tables.push({ path, end: item.range[1], firstPair: item.body[0]?.range[0] })
  for (const pair of item.body) addPair(layout, pair, path, pair.range[0])
}

function addPair(
  layout: Growing,
  pair: AST.TOMLKeyValue,
  basePath: readonly string[],
  statementStart: number,
  inline?: PairSpan['inline'],
): void {
  const path = [...basePath, ...namesOf(pair.key)]
  const [start, end] = pair.range
  layout.pairs.push({ path, basePath, start, end, valueStart: pair.value.range[0], statementStart, ...(inline && { inline }) })
  if (pair.value.type !== 'TOMLInlineTable') return
  const { body, range } = pair.value
  layout.inlineTables.push({ path, start: range[0], end: range[1], contentEnd: body.at(-1)?.range[1] })
  for (const [index, inner] of body.entries()) {
    addPair(layout, inner, path, statementStart, { previousEnd: body[index - 1]?.range[1], nextStart: body[index + 1]?.range[0] })
  }
}
