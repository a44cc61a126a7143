import { createHash } from 'node:crypto'
import { compress, type Dictionary } from './payload-codec.ts'

/** What is loaded with every value that is compressed with it: larger ones save little more and take longer. */
const mostBytes = 8 * 1024
const fewestSamples = 100
/** Of the samples, what is kept apart to see whether it helps. */
const triedShare = 5
/** It must make values at least so much smaller, by share, than they are without. */
const smallestGain = 0.15
/** A sample of which the dictionary saves so much already adds nothing to it. */
const knownShare = 0.7

/** The id is what a record names it by: the beginning of the SHA-256 of its bytes, and not 0. */
export function dictionaryOf(bytes: Uint8Array): Dictionary & { readonly sha256: string } {
  const digest = createHash('sha256').update(bytes).digest()
  return { id: digest.readUInt32LE(0) || 1, bytes: Buffer.from(bytes), sha256: digest.toString('hex') }
}

/** A dictionary of samples that differ, one behind the other; undefined where it would not help. */
export function makeDictionary(samples: readonly Buffer[]): Dictionary | undefined {
  if (samples.length < fewestSamples) return undefined
  const tried = samples.filter((_, index) => index % triedShare === 0)
  const made = dictionaryOf(gather(samples.filter((_, index) => index % triedShare !== 0)))
  const without = sizeOf(tried, undefined)
  return sizeOf(tried, made) <= without * (1 - smallestGain) ? made : undefined
}

function gather(samples: readonly Buffer[]): Buffer {
  let gathered: Buffer = Buffer.alloc(0)
  for (const sample of samples) {
    if (gathered.length + sample.length > mostBytes) continue
    if (gathered.length > 0 && compress(sample, { id: 0, bytes: gathered }).length < sample.length * (1 - knownShare)) continue
    // What stands last is found at the shortest distance.
    gathered = Buffer.concat([gathered, sample])
  }
  return gathered
}

/** As they would be stored: never larger than they are. */
const sizeOf = (values: readonly Buffer[], dictionary: Dictionary | undefined): number =>
  values.reduce((sum, value) => sum + Math.min(value.length, compress(value, dictionary).length), 0)
