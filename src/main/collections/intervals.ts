import { type ByteText, encodeOrdered, encodePrefix, inverted, successor, tags, topOfValues } from '../persistence/indexes/index-order.ts'

/** Values in their order, from `from` on and before `to`. A point holds one value. */
export interface Interval {
  readonly from: ByteText
  readonly to: ByteText
  readonly isPoint: boolean
}

export const anyValue: readonly Interval[] = [{ from: tags.missing, to: topOfValues, isPoint: false }]

export function point(value: unknown): Interval {
  const from = encodeOrdered(value)
  return { from, to: successor(from), isPoint: true }
}

/** Values of the kind of `value` on one side of it. */
export function side(value: unknown, operator: '$gt' | '$gte' | '$lt' | '$lte'): Interval {
  const at = encodeOrdered(value)
  const kind = at.slice(0, 1)
  const isUp = operator === '$gt' || operator === '$gte'
  const edge = operator === '$gt' || operator === '$lte' ? successor(at) : at
  return isUp ? { from: edge, to: successor(kind), isPoint: false } : { from: kind, to: edge, isPoint: false }
}

/** Whether values on one side of it make sense: numbers, texts, dates and bytes have an order that people know. */
export const hasOrder = (value: unknown): boolean =>
  ([tags.number, tags.text, tags.date, tags.bytes] as string[]).includes(encodeOrdered(value).slice(0, 1))

/** Whether an object of one member stands for a value that has no form of its own in JSON. */
export const isTagged = (value: unknown): boolean => !encodeOrdered(value).startsWith(tags.other)

export function beginningWith(prefix: string): Interval {
  const from = encodePrefix(prefix)
  return { from, to: successor(from), isPoint: false }
}

export const existing: Interval = { from: successor(tags.missing), to: topOfValues, isPoint: false }
export const missing: Interval = { from: tags.missing, to: successor(tags.missing), isPoint: true }

/** In order, without overlap. */
export function union(intervals: readonly Interval[]): readonly Interval[] {
  const sorted = [...intervals].sort((one, other) => (one.from < other.from ? -1 : one.from > other.from ? 1 : 0))
  const joined: Interval[] = []
  for (const interval of sorted) {
    if (interval.from >= interval.to) continue
    const last = joined.at(-1)
    if (last === undefined || last.to <= interval.from) joined.push(interval)
    else if (interval.to > last.to) joined[joined.length - 1] = { from: last.from, to: interval.to, isPoint: false }
  }
  return joined
}

const inOrder = (one: ByteText, other: ByteText): readonly [ByteText, ByteText] => (one < other ? [one, other] : [other, one])

export function intersection(some: readonly Interval[], others: readonly Interval[]): readonly Interval[] {
  const shared: Interval[] = []
  for (const one of some) {
    for (const other of others) {
      const [, from] = inOrder(one.from, other.from)
      const [to] = inOrder(one.to, other.to)
      if (from < to) shared.push({ from, to, isPoint: one.isPoint || other.isPoint })
    }
  }
  return union(shared)
}

export const contains = (intervals: readonly Interval[], value: unknown): boolean => {
  const encoded = encodeOrdered(value)
  return intervals.some(({ from, to }) => from <= encoded && encoded < to)
}

/**
 * The same values where they are ordered the other way round. What lies from `from` on lies below everything that begins as `from` does, turned; what
 * lies before `to` lies above everything that begins as `to` does, turned.
 */
export const turned = (intervals: readonly Interval[]): readonly Interval[] =>
  [...intervals]
    .reverse()
    .map(({ from, to, isPoint }) =>
      isPoint
        ? { from: inverted(from), to: successor(inverted(from)), isPoint }
        : { from: successor(inverted(to)), to: successor(inverted(from)), isPoint },
    )
