import type { Actor, HoldfastEvent } from '../../../src/contract/index.ts'
import type { ActivityPort } from '../../../src/main/base/activity.ts'
import type { Clock } from '../../../src/main/base/clock.ts'
import type { JobContext, JobProgress } from '../../../src/main/base/job-context.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { MemoryTier } from '../../../src/main/cache/memory-tier.ts'
import type { RecordStore } from '../../../src/main/persistence/record-store.ts'
import { EventHub } from '../../../src/main/storage/event-hub.ts'
import { StorageManager } from '../../../src/main/storage/storage-manager.ts'
import { StorageMeter } from '../../../src/main/storage/storage-meter.ts'
import { readerOver } from '../../support/readers.ts'
import { ManualClock, PlainStore } from './plain-store.ts'

export const bytes = (text: string) => new Uint8Array(Buffer.from(text))
export const text = (value: Uint8Array) => Buffer.from(value).toString('utf8')

/** A StorageManager over the given store (a plain one by default), with all its parts at hand. */
export function storageOver<S extends RecordStore = PlainStore, C extends Clock = ManualClock>(
  options: {
    clock?: C
    store?: S
    maxValueBytes?: number
    batchRecords?: number
    prefetchRecords?: number
    tierBytes?: number
    actor?: () => Actor | undefined
    activity?: ActivityPort
  } = {},
) {
  const clock = (options.clock ?? new ManualClock()) as C
  const store = (options.store ?? new PlainStore(clock)) as S
  const events = new EventHub({ boot: 'boot', log: silentLog })
  const seen: HoldfastEvent[] = []
  events.subscribe((event) => seen.push(event))
  const memoryTier = new MemoryTier({ maxBytes: options.tierBytes ?? 1024 * 1024, clock })
  const meter = new StorageMeter({ clock })
  const limits = {
    maxValueBytes: options.maxValueBytes ?? 16 * 1024 * 1024,
    defaultDurability: 'durable' as const,
    batchRecords: options.batchRecords ?? 500,
    prefetchRecords: options.prefetchRecords ?? 500,
  }
  const reader = readerOver(store)
  const storage = new StorageManager({
    store,
    reader,
    memoryTier,
    events,
    clock,
    log: silentLog,
    meter,
    limits,
    ...(options.actor && { actor: options.actor }),
    ...(options.activity && { activity: options.activity }),
  })
  const put = (key: string, value: string, more: { ttlSeconds?: number } = {}) =>
    storage.put({ key, value: bytes(value), contentType: 'text/plain', ...more })
  return { clock, store, reader, events, seen, memoryTier, meter, storage, put }
}

export function testJob(controller = new AbortController()): JobContext & { reports: JobProgress[]; cancel(): void } {
  const reports: JobProgress[] = []
  return {
    id: 'job',
    signal: controller.signal,
    log: silentLog,
    report: (progress) => reports.push(progress),
    reports,
    cancel: () => controller.abort(),
  }
}

export async function* chunksOf(content: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(content)
  for (let start = 0; start < all.length; start += size) yield all.subarray(start, start + size)
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}
