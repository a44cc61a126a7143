import { chunkName, indexPartName, manifestName } from './archive-format.ts'
import type { Manifest, PackedEntry } from './manifest.ts'

/** What of a manifest no host could have written, whatever its checksum says; undefined for a sound one. */
export function contradictionOf({ start, entries, records, system }: Manifest): string | undefined {
  if (start.name !== manifestName) return `it begins with ${JSON.stringify(start.name)}`
  if (new Set(system.map(([key]) => key)).size !== system.length) return 'it has an entry of the system table twice'
  const seen = new Seen()
  for (const entry of entries) {
    const problem = entry.kind === 'chunk' ? seen.chunk(entry) : seen.indexPart(entry)
    if (problem !== undefined) return problem
  }
  if (seen.waiting.length > 0) return 'it has chunks that are in no index'
  return seen.records === records ? undefined : `it counts ${records} records, its chunks ${seen.records}`
}

class Seen {
  records = 0
  /** Chunks that the next part of the index is about. */
  waiting: PackedEntry[] = []
  #chunks = 0
  #parts = 0
  #lastKey: Buffer | undefined

  chunk(entry: PackedEntry): string | undefined {
    const { name, records, firstKey, lastKey } = entry
    const expected = chunkName(++this.#chunks)
    if (name !== expected) return `it has ${JSON.stringify(name)} in the place of ${expected}`
    const first = Buffer.from(firstKey)
    const last = Buffer.from(lastKey)
    const order = first.compare(last)
    if (order > 0 || (order === 0) !== (records === 1)) return `the keys of ${name} are not those of ${records} records`
    if (this.#lastKey !== undefined && this.#lastKey.compare(first) >= 0) return `the keys of ${name} do not follow those before it`
    this.#lastKey = last
    this.records += records
    this.waiting.push(entry)
    return undefined
  }

  indexPart({ name, records, firstKey, lastKey }: PackedEntry): string | undefined {
    const expected = indexPartName(++this.#parts)
    if (name !== expected) return `it has ${JSON.stringify(name)} in the place of ${expected}`
    const counted = this.waiting.reduce((sum, chunk) => sum + chunk.records, 0)
    const isOfThem = records === counted && firstKey === this.waiting[0]?.firstKey && lastKey === this.waiting.at(-1)?.lastKey
    this.waiting = []
    return isOfThem ? undefined : `${name} is not the index of the chunks before it`
  }
}
