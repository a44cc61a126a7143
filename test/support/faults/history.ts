import type { ValueId } from './values.ts'

/** What a read shows of a key. */
export type Seen = { readonly id: ValueId; readonly version: string } | null

/** One key of one write that was sent. Times in nanoseconds (`nowNs`). */
export interface WriteEvent {
  readonly key: string
  /** Null: a delete. */
  readonly id: ValueId | null
  readonly client: number
  /** The keys of one transaction share it. */
  readonly transaction: string
  readonly durable: boolean
  /** The version that the write was bound to; null: must not exist. */
  readonly condition?: string | null
  readonly sentNs: number
  /** `unknown`: no answer, or one that says so. `refused`: an answer that says that nothing was written. */
  outcome: 'unknown' | 'acknowledged' | 'refused'
  answeredNs?: number
  version?: string
  /** Opaque; which timeline the acknowledgement belongs to, where the answer says it. */
  timeline?: string
}

export interface ReadEvent {
  readonly key: string
  readonly client: number
  readonly sentNs: number
  readonly answeredNs: number
  readonly seen: Seen
}

/** Everything that clients sent and were told in one life of a host, on top of a state that was checked before. */
export class History {
  readonly base: ReadonlyMap<string, { readonly id: ValueId; readonly version: string }>
  /** No version was ever higher before this history began. */
  readonly versionFloor: string
  readonly writes: WriteEvent[] = []
  readonly reads: ReadEvent[] = []

  constructor(base: History['base'] = new Map(), versionFloor = '') {
    this.base = base
    this.versionFloor = versionFloor
  }

  send(writes: readonly Omit<WriteEvent, 'outcome'>[]): WriteEvent[] {
    const events = writes.map((write): WriteEvent => ({ ...write, outcome: 'unknown' }))
    this.writes.push(...events)
    return events
  }

  read(event: ReadEvent): void {
    this.reads.push(event)
  }

  highestVersion(): string {
    let highest = this.versionFloor
    const raise = (version: string | undefined) => {
      if (version !== undefined && version > highest) highest = version
    }
    for (const write of this.writes) raise(write.version)
    for (const read of this.reads) raise(read.seen?.version)
    return highest
  }
}
