import { diffLines, type LineChange } from './line-diff.ts'

/** Lines of one side of a place, the first of them, each cut when it is long. */
export interface PlaceSide {
  readonly lines: readonly string[]
  /** How many more there are. */
  readonly more: number
}

export interface ChangedPlace {
  /** Of the text after, from 1. */
  readonly line: number
  /** Where in a long line what is shown begins, from 1; 1 is the line's own beginning. */
  readonly character: number
  readonly before: PlaceSide
  readonly after: PlaceSide
}

/** Where two large texts differ: the first places, as much of each as a person reads. */
export interface ChangedPlaces {
  readonly places: readonly ChangedPlace[]
  /** Of all places. */
  readonly count: number
  /** So much differs that the last place stands for all that comes after it. */
  readonly isRough: boolean
}

const shownPlaces = 100
const shownLines = 12
const shownCharacters = 300
/** So much of a long line is shown before what differs. */
const leadCharacters = 60

export function changedPlaces(before: string, after: string): ChangedPlaces {
  const a = before.split('\n')
  const b = after.split('\n')
  const { changes, isRough } = diffLines(a, b)
  return { places: changes.slice(0, shownPlaces).map((change) => placeOf(change, a, b)), count: changes.length, isRough }
}

function placeOf({ fromA, toA, fromB, toB }: LineChange, a: readonly string[], b: readonly string[]): ChangedPlace {
  const firstA = toA > fromA ? a[fromA] : undefined
  const firstB = toB > fromB ? b[fromB] : undefined
  const from = firstA === undefined || firstB === undefined ? 0 : startOfDifference(firstA, firstB)
  const side = (lines: readonly string[], start: number, end: number): PlaceSide => ({
    lines: lines.slice(start, Math.min(end, start + shownLines)).map((line, place) => cut(line, place === 0 ? from : 0)),
    more: Math.max(0, end - start - shownLines),
  })
  return { line: fromB + 1, character: from + 1, before: side(a, fromA, toA), after: side(b, fromB, toB) }
}

/** Where to begin, so that what differs is seen. */
function startOfDifference(one: string, other: string): number {
  let at = 0
  while (at < one.length && at < other.length && one.charCodeAt(at) === other.charCodeAt(at)) at++
  return at + leadCharacters < shownCharacters ? 0 : at - leadCharacters
}

const cut = (line: string, from: number): string =>
  `${from > 0 ? '…' : ''}${line.slice(from, from + shownCharacters)}${line.length > from + shownCharacters ? '…' : ''}`
