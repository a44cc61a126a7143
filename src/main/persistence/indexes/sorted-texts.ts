import type { ByteText } from './index-order.ts'

/** Byte texts in order, sorted when they are asked for: what came since the last time is merged in. */
export class SortedTexts {
  #present = new Set<ByteText>()
  #sorted: ByteText[] = []
  #added = new Set<ByteText>()
  #hasGaps = false

  add(text: ByteText): void {
    if (this.#present.has(text)) return
    this.#present.add(text)
    this.#added.add(text)
  }

  delete(text: ByteText): void {
    if (!this.#present.delete(text)) return
    if (!this.#added.delete(text)) this.#hasGaps = true
  }

  clear(): void {
    this.#present = new Set()
    this.#sorted = []
    this.#added = new Set()
    this.#hasGaps = false
  }

  /** From `from` on and before `to`. To be used up before anything changes. */
  *range(from: ByteText, to: ByteText, reverse: boolean): Generator<ByteText> {
    this.#sort()
    const low = lowerBound(this.#sorted, from)
    const high = lowerBound(this.#sorted, to)
    for (let step = 0; step < high - low; step++) yield this.#sorted[reverse ? high - 1 - step : low + step] as ByteText
  }

  #sort(): void {
    // One that went and came again is among the added ones.
    if (this.#hasGaps) this.#sorted = this.#sorted.filter((text) => this.#present.has(text) && !this.#added.has(text))
    this.#hasGaps = false
    if (this.#added.size === 0) return
    this.#sorted = merged(this.#sorted, [...this.#added].sort())
    this.#added = new Set()
  }
}

function merged(one: readonly ByteText[], other: readonly ByteText[]): ByteText[] {
  const all: ByteText[] = []
  let a = 0
  let b = 0
  while (a < one.length && b < other.length) {
    if ((one[a] as ByteText) < (other[b] as ByteText)) all.push(one[a++] as ByteText)
    else all.push(other[b++] as ByteText)
  }
  while (a < one.length) all.push(one[a++] as ByteText)
  while (b < other.length) all.push(other[b++] as ByteText)
  return all
}

function lowerBound(texts: readonly ByteText[], text: ByteText): number {
  let low = 0
  let high = texts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((texts[middle] as ByteText) < text) low = middle + 1
    else high = middle
  }
  return low
}
