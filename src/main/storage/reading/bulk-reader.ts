import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfCancelled } from '../../base/errors.ts'
import { ThreadPool } from '../../base/thread-pool.ts'
import type { MeansMessage, PackMeans } from '../../persistence/pack-means.ts'
import { bundle, split } from '../../persistence/pack-messages.ts'
import type { PageQuery, RecordPage, RecordStore, StoredRecord } from '../../persistence/record-store.ts'
import type { ReadResult, ReadTask, ReadWork } from './read-messages.ts'
import { doReadTask, type FinderMemory } from './read-tasks.ts'

/** Less than this is done here: some tenths of a millisecond, and a thread would have to be woken. */
const inlineBytes = 32 * 1024
/** Pages that one reader has under way, however many threads there are: each takes memory. */
const mostAhead = 16

type ReadOf<Task extends ReadTask> = Extract<ReadResult, { kind: Task['kind'] }>

/** What was made of a page, and how many records it has. */
export interface ReadStep<Result> {
  readonly result: Result
  readonly records: number
}

export interface BulkReaderDeps {
  readonly store: Pick<RecordStore, 'page'>
  readonly means: PackMeans
  /** How many threads read at once (`max_read_threads`). */
  readonly threads: number
}

/**
 * Reads many records: the event loop only takes pages as they are kept, each one state of the store with everything that was acknowledged; threads check, decrypt,
 * decompress, search and write them down.
 */
export class BulkReader {
  readonly #store: Pick<RecordStore, 'page'>
  readonly #means: PackMeans
  readonly #pool: ThreadPool<MeansMessage, ReadWork, ReadResult>
  #pagesInThreads = 0

  constructor({ store, means, threads }: BulkReaderDeps) {
    this.#store = store
    this.#means = means
    this.#pool = new ThreadPool({
      name: 'holdfast reading',
      source: ['src', 'main', 'storage', 'reading', 'read-worker.ts'],
      built: ['out', 'main', 'read-worker.js'],
      most: threads,
      means,
    })
  }

  get figures(): { readonly threads: number; readonly pagesInThreads: number } {
    return { threads: this.#pool.begun, pagesInThreads: this.#pagesInThreads }
  }

  /**
   * Does the task with each page of the records in the range, in key order. Each page is one state of the store, the whole is not. Between pages others have their
   * turn, and nothing is held open in the database. Throws `cancelled`, `record_damaged`, and what the task throws.
   */
  async *each<Task extends ReadTask>(
    task: Task,
    range: Pick<PageQuery, 'prefix' | 'limit' | 'maxValueBytes'>,
    signal?: AbortSignal,
  ): AsyncGenerator<ReadStep<ReadOf<Task>>, void, undefined> {
    const pages = this.#pages(range)
    const memory: FinderMemory = { last: undefined }
    const underWay: Promise<ReadStep<ReadOf<Task>>>[] = []
    const ahead = Math.min(this.#pool.most, mostAhead)
    for (let isEnd = false; ; ) {
      throwIfCancelled(signal)
      while (!isEnd && underWay.length < ahead) {
        const next = pages.next()
        if (next.done) isEnd = true
        else underWay.push(heard(this.#read(task, next.value, memory)))
        await nextTurn()
      }
      const step = underWay.shift()
      if (step === undefined) return
      yield await step
    }
  }

  close(): Promise<void> {
    return this.#pool.close()
  }

  *#pages(range: Pick<PageQuery, 'prefix' | 'limit' | 'maxValueBytes'>): Generator<RecordPage['items']> {
    for (let after: string | undefined; ; ) {
      const query = { ...range, ...(after !== undefined && { after }), reverse: false, values: true, packed: true }
      const { items, more } = this.#store.page(query)
      after = items.at(-1)?.key
      if (items.length > 0) yield items
      if (!more || after === undefined) return
    }
  }

  async #read<Task extends ReadTask>(task: Task, items: RecordPage['items'], memory: FinderMemory): Promise<ReadStep<ReadOf<Task>>> {
    const page = bundle(items.map(({ key, value }) => ({ key, record: value as Buffer })))
    const isLittle = page.bytes.byteLength < inlineBytes
    if (!isLittle) this.#pagesInThreads++
    const result = isLittle ? doReadTask(task, page, this.#means, memory) : await this.#pool.do({ task, page }, [page.bytes])
    return { result: result as ReadOf<Task>, records: items.length }
  }
}

/** Its failure is told when its turn comes; until then somebody has to have heard of it. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}

/** The records of an opened page. */
export function recordsOf({ keys, metas, lengths, bytes }: ReadOf<{ kind: 'open' }>): StoredRecord[] {
  return split(bytes, lengths).map((value, index) => ({ key: keys[index] as string, meta: metas[index] as StoredRecord['meta'], value }))
}
