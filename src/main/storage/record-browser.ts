import type { OutputOf, ParsedInputOf } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import type { JobContext } from '../base/job-context.ts'
import type { RecordStore } from '../persistence/record-store.ts'
import { checkBulk } from './bulk-run.ts'
import { KeyPositions } from './key-positions.ts'
import { childrenOf } from './key-tree.ts'
import type { BulkReader } from './reading/bulk-reader.ts'
import { SearchRegistry } from './search-registry.ts'

/** Of one page of a count, between two of which others have their turn. */
const countedAtOnce = 1000

/** Looks around among the records, for people: as a tree, by place, by search. It changes nothing. */
export class RecordBrowser {
  readonly #store: RecordStore
  readonly #clock: Clock
  readonly #positions: KeyPositions
  readonly searches: SearchRegistry

  constructor({ store, reader, clock }: { store: RecordStore; reader: Pick<BulkReader, 'each'>; clock: Clock }) {
    this.#store = store
    this.#clock = clock
    this.#positions = new KeyPositions(store, clock)
    const total = (prefix: string) => this.#positions.locate({ prefix }).total
    this.searches = new SearchRegistry({ store, reader, clock, total })
  }

  children(input: ParsedInputOf<'records.children'>, signal?: AbortSignal): Promise<OutputOf<'records.children'>> {
    const budget = this.#positions.newBudget()
    const countBelow = (prefix: string) => this.#positions.countBelow(prefix, budget)
    return childrenOf({ store: this.#store, clock: this.#clock, countBelow }, input, signal)
  }

  position(input: ParsedInputOf<'records.position'>): OutputOf<'records.position'> {
    return this.#positions.locate(input)
  }

  /** The job of `records.count`. Result: {records, bytes}; the number is kept until a record with the prefix changes. */
  async count(job: JobContext, { prefix }: { prefix: string }): Promise<Record<string, unknown>> {
    const { sequence } = this.#store.figures()
    const { matched, bytes } = await checkBulk({ store: this.#store, batchRecords: countedAtOnce }, job, { prefix })
    if (this.#store.figures().sequence === sequence) this.#positions.keepCount(prefix, matched)
    return { records: matched, bytes }
  }

  close(): void {
    this.#positions.close()
  }
}
