/** Entity tags (RFC 9110): opaque quoted strings of timeline and version, so that a restored store never matches what was read before. */

export interface EntityTag {
  /** Without the quotes. */
  readonly opaque: string
  readonly weak: boolean
}

/** `*`, a list of tags, or `malformed`. */
export type TagCondition = '*' | 'malformed' | readonly EntityTag[]

export const entityTag = (timelineTag: string, version: string): string => `"${timelineTag}.${version}"`

// Only one place for blanks on either side of what may be absent: two would be tried in every division, for minutes.
const element = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(,|$)/y

export function parseTagCondition(header: string): TagCondition {
  if (header.trim() === '*') return '*'
  const tags: EntityTag[] = []
  element.lastIndex = 0
  for (;;) {
    const match = element.exec(header)
    if (!match) return 'malformed'
    if (match[2] !== undefined) tags.push({ opaque: match[2], weak: match[1] !== undefined })
    if (match[3] === '') return tags
  }
}

/** Strong comparison: weak tags never match. `current` is quoted. */
export const matchesStrongly = (tags: readonly EntityTag[], current: string): boolean =>
  tags.some((tag) => !tag.weak && `"${tag.opaque}"` === current)

/** Weak comparison: only the opaque part counts. */
export const matchesWeakly = (tags: readonly EntityTag[], current: string): boolean => tags.some((tag) => `"${tag.opaque}"` === current)

const httpDate =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/

/** Milliseconds since 1970; undefined when it is no date of HTTP, which is then as good as absent. */
export function parseHttpDate(text: string): number | undefined {
  if (!httpDate.test(text)) return undefined
  const ms = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
  return Number.isNaN(ms) ? undefined : ms
}
