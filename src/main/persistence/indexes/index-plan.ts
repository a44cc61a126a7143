import { HoldfastError } from '../../base/errors.ts'
import { type Document, type FieldPath, fieldOf, toPath } from './document.ts'
import { type ByteText, bytesOf, encodeOrdered, inverted, tags, toByteText } from './index-order.ts'
import type { StoredIndex } from './stored-collection.ts'

/** Of an entry, the record's key included. LMDB takes more with pages of 8 KiB; a page should hold a few. */
const maxEntryBytes = 1900
/** Elements of one list. */
const maxElements = 1000

export interface IndexedField {
  readonly path: FieldPath
  readonly descending: boolean
}

/** An index, ready to be asked what it says of a document. */
export interface IndexPlan {
  readonly stored: StoredIndex
  /** Eight bytes, which every entry begins with. */
  readonly id: ByteText
  readonly fields: readonly IndexedField[]
}

export function planIndex(stored: StoredIndex): IndexPlan {
  const fields = stored.fields.map(({ path, descending }) => ({ path: toPath(path), descending }))
  return { stored, id: Buffer.from(stored.id, 'hex').toString('latin1'), fields }
}

/** One entry of one record without the record's key, which stands behind it. */
export type EntryHead = ByteText

/** Where an entry ends and the key of its record begins is kept beside it. */
export const entryOf = (head: EntryHead, key: string): ByteText => head + toByteText(key)

/**
 * The heads of the entries of one record, in order, each once. Throws `index_key_too_long`. A record that is no document lacks every field.
 */
export function headsOf(index: IndexPlan, key: string, document: Document | undefined): readonly EntryHead[] {
  const { stored, fields } = index
  const values = fields.map(({ path }) => fieldOf(document, path))
  const [first] = values
  if (stored.multi && !Array.isArray(first)) return []
  const needed = stored.multi ? values.slice(1) : values
  if (stored.sparse && needed.includes(undefined)) return []
  const elements = stored.multi ? (first as unknown[]) : [first]
  if (elements.length > maxElements) throw tooLong(index, key, `a list of more than ${maxElements} elements`)
  const rest = componentsOf(fields.slice(1), values.slice(1))
  const heads = elements.map((element) => index.id + component(fields[0] as IndexedField, element) + rest)
  const keyBytes = Buffer.byteLength(key)
  for (const head of heads) {
    if (head.length + keyBytes > maxEntryBytes) throw tooLong(index, key, `${head.length + keyBytes} bytes, its key included`)
  }
  return heads.length === 1 ? heads : [...new Set(heads)].sort()
}

const component = ({ descending }: IndexedField, value: unknown): ByteText =>
  descending ? inverted(encodeOrdered(value)) : encodeOrdered(value)

const componentsOf = (fields: readonly IndexedField[], values: readonly unknown[]): ByteText =>
  fields.map((field, place) => component(field, values[place])).join('')

function tooLong({ stored }: IndexPlan, key: string, what: string): HoldfastError {
  const fields = stored.fields.map(({ path }) => path).join(', ')
  return new HoldfastError(
    'index_key_too_long',
    `The record ${JSON.stringify(key)} would have ${what}, in the index ${stored.name} of ${fields}; an entry has at most ${maxEntryBytes} bytes. Shorten the field, or leave it out of the index.`,
    { details: { key, indexName: stored.name, field: stored.fields[0]?.path ?? '' } },
  )
}

/** What an entry has in the table beside it. */
export function encodeEntryValue(head: EntryHead): Buffer {
  const value = Buffer.allocUnsafe(2)
  value.writeUInt16LE(head.length)
  return value
}

export const keyOfEntry = (entry: ByteText, headBytes: number): string => bytesOf(entry.slice(headBytes)).toString('utf8')

/** Below and above every entry of the index. */
export const spanOf = ({ id }: Pick<IndexPlan, 'id'>): { readonly from: ByteText; readonly to: ByteText } => ({
  from: id + tags.missing,
  to: `${id}\xff`,
})
