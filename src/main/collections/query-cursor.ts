import { createHash } from 'node:crypto'
import { HoldfastError } from '../base/errors.ts'
import { type ByteText, bytesOf, canonicalJson } from '../persistence/indexes/index-order.ts'

/** What a page goes on by: the entries of an index, the keys of the records, or the order that was made in memory. */
export type CursorWay =
  | { readonly kind: 'index'; readonly id: string; readonly reverse: boolean }
  | { readonly kind: 'scan' }
  | { readonly kind: 'memory' }

export interface QueryCursor {
  readonly way: CursorWay
  /** Of the last record of the page before: its entry, its key in bytes, or its place in the order. */
  readonly at: ByteText
}

/** Names a query, so that a cursor is not taken for that of another one. */
export const fingerprintOf = (query: unknown): string => createHash('sha256').update(canonicalJson(query)).digest('hex').slice(0, 16)

export function encodeCursor({ way, at }: QueryCursor, fingerprint: string): string {
  const parts = [1, fingerprint, way.kind, way.kind === 'index' ? [way.id, way.reverse] : null, bytesOf(at).toString('base64')]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** Throws `invalid_request` for what `encodeCursor` did not make, or made for another query. */
export function decodeCursor(text: string, fingerprint: string): QueryCursor {
  try {
    const [format, name, kind, index, at] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    if (format !== 1 || name !== fingerprint || typeof at !== 'string') throw wrongCursor()
    const place = Buffer.from(at, 'base64').toString('latin1')
    if (kind === 'scan' || kind === 'memory') return { way: { kind }, at: place }
    const [id, reverse] = index as unknown[]
    if (kind !== 'index' || typeof id !== 'string' || typeof reverse !== 'boolean') throw wrongCursor()
    return { way: { kind, id, reverse }, at: place }
  } catch (error) {
    throw error instanceof HoldfastError ? error : wrongCursor()
  }
}

const wrongCursor = (): HoldfastError =>
  new HoldfastError('invalid_request', 'after: expected what "next" of a page of the same query was.', { details: { field: 'after' } })

export const indexIsGone = (): HoldfastError =>
  new HoldfastError('conflict', 'The index that this list was read by is not there any more. Begin the query again.')
