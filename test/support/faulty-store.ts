import { HoldfastError, throwIfCancelled } from '../../src/main/base/errors.ts'
import type {
  CommitOptions,
  CommittedChange,
  KeySpan,
  KeyStride,
  OperationResult,
  PageQuery,
  RecordMeta,
  RecordPage,
  RecordStore,
  StoredRecord,
  StoreFigures,
  StoreMode,
  WriteOperation,
} from '../../src/main/persistence/record-store.ts'
import type { SystemTable } from '../../src/main/persistence/system-table.ts'

/** What goes wrong with one call. `delay`: it is late. `refuse`: nothing was done. `lose`: it was done, and the answer got lost. */
export type Fault =
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'refuse'; readonly error: HoldfastError }
  | { readonly kind: 'lose' }

export interface FaultPlan {
  readonly read?: (key: string) => HoldfastError | undefined
  readonly write?: (operations: readonly WriteOperation[]) => Fault | undefined
}

/** A store around another that fails as its plan says. With an empty plan it is the other one. */
export class FaultyStore implements RecordStore {
  readonly #inner: RecordStore
  readonly #stateListeners = new Set<(change: 'mode' | 'timeline') => void>()
  #plan: FaultPlan = {}
  #mode: StoreMode | undefined

  constructor(inner: RecordStore) {
    this.#inner = inner
  }

  set plan(plan: FaultPlan) {
    this.#plan = plan
  }

  /** Shows another mode than the store's own, and refuses writes as that mode does; undefined: its own again. */
  pretend(mode: StoreMode | undefined): void {
    this.#mode = mode
    for (const listener of this.#stateListeners) listener('mode')
  }

  get timeline(): string {
    return this.#inner.timeline
  }

  get mode(): StoreMode {
    return this.#mode ?? this.#inner.mode
  }

  get(key: string): StoredRecord | undefined {
    this.#failRead(key)
    return this.#inner.get(key)
  }

  getMeta(key: string): RecordMeta | undefined {
    this.#failRead(key)
    return this.#inner.getMeta(key)
  }

  page(query: PageQuery): RecordPage {
    this.#failRead(query.prefix)
    return this.#inner.page(query)
  }

  stride(span: KeySpan): KeyStride {
    this.#failRead(span.from)
    return this.#inner.stride(span)
  }

  get system(): SystemTable {
    return this.#inner.system
  }

  async commit(operations: readonly WriteOperation[], options: CommitOptions): Promise<readonly OperationResult[]> {
    const mode = this.#mode
    if (mode !== undefined && mode.kind !== 'running')
      throw new HoldfastError(mode.code === 'healing' ? 'read_only' : mode.code, mode.reason)
    const fault = this.#plan.write?.(operations)
    if (fault?.kind === 'refuse') throw fault.error
    if (fault?.kind === 'delay') {
      await new Promise((resolve) => setTimeout(resolve, fault.ms))
      throwIfCancelled(options.signal)
    }
    const results = await this.#inner.commit(operations, options)
    if (fault?.kind === 'lose') throw new HoldfastError('outcome_unknown', 'The disk failed during this write.')
    return results
  }

  onCommitted(listener: (change: CommittedChange) => void): () => void {
    return this.#inner.onCommitted(listener)
  }

  onStateChange(listener: (change: 'mode' | 'timeline') => void): () => void {
    this.#stateListeners.add(listener)
    const stop = this.#inner.onStateChange(listener)
    return () => {
      this.#stateListeners.delete(listener)
      stop()
    }
  }

  figures(): StoreFigures {
    return this.#inner.figures()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  #failRead(key: string): void {
    const error = this.#plan.read?.(key)
    if (error !== undefined) throw error
  }
}
