import { hasExpired } from '../judge.ts'
import type { LmdbEnvironment } from '../lmdb-environment.ts'
import type { Overlay } from '../overlay.ts'
import type { PayloadMeans } from '../payload-codec.ts'
import { decodeRecord } from '../record-codec.ts'
import type { IndexHit, IndexHits, IndexSpan } from './collection-store.ts'
import type { ByteText } from './index-order.ts'
import { headsOf, keyOfEntry } from './index-plan.ts'
import type { OverlayIndex } from './overlay-index.ts'

export interface IndexScanSource {
  readonly environment: LmdbEnvironment
  readonly overlay: Overlay
  readonly overlayIndex: OverlayIndex
  readonly means: PayloadMeans
}

/** Of values, read in one turn: the entries of large records come a few at a time. */
const maxTurnBytes = 1024 * 1024

interface Found {
  readonly entry: ByteText
  readonly key: string
  /** From the overlay; undefined: the database has it. */
  readonly record: Buffer | undefined
}

/**
 * One run of an index over the database and the overlay, both read in the same tick: one state of the store (DN4). An entry only leads to a record: what it
 * is looked up by is read from the record itself, so an entry that is behind gives nothing, never something wrong.
 */
export function scanIndex(source: IndexScanSource, span: IndexSpan, wallMs: number): IndexHits {
  const hits: IndexHit[] = []
  let examined = 0
  let bytes = 0
  let last: ByteText | undefined
  for (const found of merged(source, span)) {
    // Another one follows; its record is not read for that.
    if (examined >= span.limit || bytes > maxTurnBytes) return { hits, examined, last }
    examined++
    last = found.entry
    const hit = follow(source, span, found, wallMs)
    if (hit === undefined) continue
    hits.push(hit)
    bytes += hit.record.meta.size
  }
  return { hits, examined, last: undefined }
}

function follow(
  { environment, means }: IndexScanSource,
  { collection, index }: IndexSpan,
  found: Found,
  wallMs: number,
): IndexHit | undefined {
  const bytes = found.record ?? environment.records.get(found.key)
  if (bytes === undefined) return undefined
  const { meta, value } = decodeRecord(found.key, bytes, means)
  if (hasExpired(meta, wallMs)) return undefined
  const document = collection.documentOf(meta.contentType, value)
  const heads = headsOf(index, found.key, document)
  const isSo = heads.some((head) => found.entry.startsWith(head))
  return isSo ? { entry: found.entry, record: { key: found.key, meta, value }, document, heads } : undefined
}

function* merged({ environment, overlay, overlayIndex }: IndexScanSource, { from, to, reverse }: IndexSpan): Generator<Found> {
  const above = overlay.size === 0 ? [].values() : overlayIndex.visible(from, to, reverse)
  let next = above.next()
  for (const { entry, headBytes } of environment.indexes.range(from, to, reverse)) {
    while (!next.done && (reverse ? next.value.entry > entry : next.value.entry < entry)) {
      yield ofOverlay(next.value)
      next = above.next()
    }
    const key = keyOfEntry(entry, headBytes)
    // What the overlay knows of the record counts, and comes from there.
    if (overlay.size === 0 || overlay.visible(key) === undefined) yield { entry, key, record: undefined }
  }
  for (; !next.done; next = above.next()) yield ofOverlay(next.value)
}

type OverlayFound = ReturnType<OverlayIndex['visible']> extends Generator<infer Item> ? Item : never

const ofOverlay = ({ entry, state }: OverlayFound): Found => ({ entry, key: state.key, record: state.record ?? undefined })
