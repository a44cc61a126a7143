import { LmdbEnvironment } from './lmdb-environment.ts'
import type { LmdbRecordTable } from './lmdb-record-table.ts'
import { checkRecord } from './record-codec.ts'
import { lockPrefix, type SystemChange } from './system-table.ts'

/** A record as it lies in the database. */
export interface RawRecord {
  readonly key: string
  readonly record: Buffer
}

/**
 * One state of a generation, for reading it whole: in a worker of the process that writes it, or of one that does not run. All of it is read in one
 * transaction, so the applied sequence and the records belong together (CP1).
 */
export class LmdbReader {
  readonly #environment: LmdbEnvironment

  private constructor(environment: LmdbEnvironment) {
    this.#environment = environment
  }

  /** Throws `store_damaged` when there is no database in the folder, or one that cannot be opened. */
  static open(generationFolder: string): LmdbReader {
    return new LmdbReader(LmdbEnvironment.open(generationFolder, { readOnly: true }))
  }

  /** Begins a read of one state. It pins old pages, so it should end soon. */
  begin(): LmdbSnapshot {
    return new LmdbSnapshot(this.#environment)
  }

  close(): Promise<void> {
    return this.#environment.close()
  }
}

export class LmdbSnapshot implements Disposable {
  readonly #environment: LmdbEnvironment
  readonly #transaction: ReturnType<LmdbRecordTable['beginRead']>
  readonly appliedSequence: number
  readonly timeline: string
  readonly storeId: string
  /** Records in it, expired ones included. */
  readonly count: number

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment
    this.#transaction = environment.records.beginRead()
    const state = environment.stateIn(this.#transaction)
    this.appliedSequence = state.appliedSequence
    this.timeline = state.timeline
    this.storeId = state.storeId
    this.count = environment.records.count
  }

  /** All records in key order, each one checked. Throws `record_damaged` naming the key. */
  *records(): Generator<RawRecord> {
    for (const { key, record } of this.#environment.records.rangeIn(this.#transaction)) {
      checkRecord(key, record)
      yield { key, record }
    }
  }

  /** What of the system table belongs to the records: not the locks. */
  system(): SystemChange[] {
    return this.#environment.systemEntries(this.#transaction).filter(({ key }) => !key.startsWith(lockPrefix))
  }

  [Symbol.dispose](): void {
    this.#transaction.done()
  }
}
