import type { SearchHit, SearchInput } from '../../../contract/index.ts'
import type { StoredRecord } from '../../persistence/record-store.ts'
import { toItem } from '../record-item.ts'
import { type Matcher, makeMatcher } from '../search-matcher.ts'

/** Of a longer value only the beginning is searched by a pattern. */
const patternBytes = 256 * 1024
const snippetMargin = 40

export type Finder = (records: readonly StoredRecord[]) => SearchHit[]

/** Finds the records whose value matches. Throws `invalid_request` for a pattern that is none; the finder for one that takes too long. */
export function finderInValues(input: SearchInput): Finder {
  const match = makeMatcher(input)
  return (records) => hitsInValues(records, match, input)
}

function hitsInValues(records: readonly StoredRecord[], match: Matcher, input: SearchInput): SearchHit[] {
  const mayHold = quickLook(input)
  const readBytes = input.mode === 'contains' ? Number.POSITIVE_INFINITY : patternBytes
  const candidates = records.flatMap(({ key, meta, value }) => {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return mayHold(bytes) ? [{ key, meta, text: readable(bytes.toString('utf8', 0, Math.min(bytes.length, readBytes))) }] : []
  })
  const found = match(candidates.map(({ text }) => text))
  return candidates.flatMap(({ key, meta, text }, place) => {
    const at = found[place]
    return at === undefined ? [] : [{ ...toItem(key, meta), snippet: snippetOf(text, at) }]
  })
}

/** Looks at the bytes before they are made into text. A backslash may be an escape for what is looked for. */
function quickLook({ text, mode, caseSensitive }: SearchInput): (value: Buffer) => boolean {
  if (mode !== 'contains' || !caseSensitive) return () => true
  const bytes = Buffer.from(text)
  return (value) => value.includes(bytes) || value.includes('\\u')
}

/** JSON without its escapes, so that "é" is found where it is written "\u00e9". */
function readable(text: string): string {
  if (!text.includes('\\u')) return text
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

/** The text around what was found, on one line. */
function snippetOf(text: string, { from, to }: { from: number; to: number }): NonNullable<SearchHit['snippet']> {
  const start = Math.max(0, from - snippetMargin)
  const end = Math.min(text.length, Math.min(to, from + 2 * snippetMargin) + snippetMargin)
  const shown = text.slice(start, end).toWellFormed().replace(/\s/gu, ' ')
  return { text: shown, from: from - start, to: Math.min(to - start, shown.length) }
}
