import { joined, type RecordBundle, split } from '../../persistence/pack-messages.ts'
import type { PayloadMeans } from '../../persistence/payload-codec.ts'
import { decodeRecord } from '../../persistence/record-codec.ts'
import type { StoredRecord } from '../../persistence/record-store.ts'
import { formatLine } from '../ndjson-line.ts'
import type { ReadResult, ReadTask } from './read-messages.ts'
import { type Finder, finderInValues } from './value-finder.ts'

/** Finders by what they look for: a search asks for the same one with each of its pages. */
export interface FinderMemory {
  last: { readonly wish: string; readonly find: Finder } | undefined
}

/** Throws `record_damaged`, `key_missing`, and `invalid_request` for a pattern that takes too long. */
export function doReadTask(task: ReadTask, page: RecordBundle, means: PayloadMeans, memory: FinderMemory): ReadResult {
  const records = openedOf(page, means)
  switch (task.kind) {
    case 'open': {
      const values = records.map(({ value }) => value)
      const lengths = Uint32Array.from(values, ({ byteLength }) => byteLength)
      return { kind: 'open', keys: page.keys, metas: records.map(({ meta }) => meta), lengths, bytes: joined(values) }
    }
    case 'lines':
      return { kind: 'lines', bytes: joined(records.map((record) => Buffer.from(formatLine(record, task.maxLineBytes)))) }
    case 'search':
      return { kind: 'search', hits: finderOf(task, memory)(records) }
    default:
      return task satisfies never
  }
}

function openedOf({ keys, lengths, bytes }: RecordBundle, means: PayloadMeans): StoredRecord[] {
  return split(bytes, lengths).map((record, index) => {
    const key = keys[index] as string
    return { key, ...decodeRecord(key, record, means) }
  })
}

function finderOf({ input }: Extract<ReadTask, { kind: 'search' }>, memory: FinderMemory): Finder {
  const wish = JSON.stringify(input)
  if (memory.last?.wish !== wish) memory.last = { wish, find: finderInValues(input) }
  return memory.last.find
}
