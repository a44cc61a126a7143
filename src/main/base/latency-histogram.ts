const subBuckets = 16
const bucketCount = 29 * subBuckets

/** Counts at one moment; two of them subtracted give what happened between. */
export interface LatencyCounts {
  readonly counts: Float64Array
  readonly total: number
  readonly sumMs: number
}

/**
 * Latencies in buckets that are at most 6 % wide, from 1 µs to 35 minutes: sixteen steps for each doubling, as HDR histograms have
 * them. Recording is two array accesses and no allocation, which is what the hot path can afford.
 */
export class LatencyHistogram {
  readonly #counts = new Float64Array(bucketCount)
  #total = 0
  #sumMs = 0

  /** `weight`: how many like it one sampled measurement stands for. */
  record(ms: number, weight = 1): void {
    const index = bucketOf(ms)
    this.#counts[index] = (this.#counts[index] as number) + weight
    this.#total += weight
    this.#sumMs += ms * weight
  }

  get total(): number {
    return this.#total
  }

  get sumMs(): number {
    return this.#sumMs
  }

  snapshot(): LatencyCounts {
    return { counts: this.#counts.slice(), total: this.#total, sumMs: this.#sumMs }
  }

  /** How many took less than 2^power microseconds; exact, since buckets never straddle a power of two. */
  countBelow(power: number): number {
    const end = bucketOf(2 ** power / 1000)
    let count = 0
    for (let index = 0; index < end; index++) count += this.#counts[index] as number
    return count
  }
}

/** What several histograms hold together. */
export function mergeCounts(parts: readonly LatencyCounts[]): LatencyCounts {
  const counts = new Float64Array(bucketCount)
  for (const part of parts)
    for (let index = 0; index < bucketCount; index++) counts[index] = (counts[index] as number) + (part.counts[index] as number)
  return {
    counts,
    total: parts.reduce((sum, { total }) => sum + total, 0),
    sumMs: parts.reduce((sum, { sumMs }) => sum + sumMs, 0),
  }
}

/** The latency in milliseconds below which the share `quantile` lies, of what happened after `before`; null when nothing did. */
export function quantileMs(now: LatencyCounts, before: LatencyCounts | undefined, quantile: number): number | null {
  const total = now.total - (before?.total ?? 0)
  if (total <= 0) return null
  const rank = Math.max(1, Math.ceil(total * quantile))
  let seen = 0
  for (let index = 0; index < bucketCount; index++) {
    seen += (now.counts[index] as number) - (before?.counts[index] ?? 0)
    if (seen >= rank) return middleMs(index)
  }
  return middleMs(bucketCount - 1)
}

function bucketOf(ms: number): number {
  // A clock that stood still or a broken one must not write outside of the array.
  const micros = Math.min(2 ** 31 - 1, Math.max(0, ms * 1000)) | 0
  if (micros < subBuckets) return micros
  const exponent = 31 - Math.clz32(micros)
  return (exponent - 3) * subBuckets + ((micros >>> (exponent - 4)) & (subBuckets - 1))
}

function middleMs(index: number): number {
  if (index < subBuckets) return (index + 0.5) / 1000
  const exponent = Math.floor(index / subBuckets) + 3
  const width = 2 ** (exponent - 4)
  const start = 2 ** exponent + (index % subBuckets) * width
  return (start + width / 2) / 1000
}
