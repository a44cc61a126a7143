/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

const single = /^bytes[ \t]*=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*$/i

/**
 * The one range that a Range header asks for. `whole`: the header asks for several ranges, in another unit or in no known form, and the
 * whole value is the right answer. `unsatisfiable`: it lies outside of the value.
 */
export function parseByteRange(header: string, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const [matched, firstText, lastText, suffixText] = single.exec(header) ?? []
  if (matched === undefined) return 'whole'
  if (suffixText !== undefined) return suffixRange(Number(suffixText), size)
  const first = Number(firstText)
  const last = lastText === '' ? Number.POSITIVE_INFINITY : Number(lastText)
  if (last < first) return 'whole'
  if (first >= size) return 'unsatisfiable'
  return { first, last: Math.min(last, size - 1) }
}

function suffixRange(length: number, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  if (length === 0) return 'unsatisfiable'
  // The last bytes of an empty value are an empty value, for which a range has no words.
  if (size === 0) return 'whole'
  return { first: Math.max(0, size - length), last: size - 1 }
}
