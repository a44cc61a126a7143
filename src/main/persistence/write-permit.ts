import { HoldfastError } from '../base/errors.ts'
import type { StoreMode, WriteOperation } from './record-store.ts'

type Blocked = Exclude<StoreMode, { kind: 'running' }>

/** Why nothing is written, the gravest first. Each comes and goes by itself; the gravest that is there is the store's mode. */
const obstacles = ['damaged', 'broken', 'healing', 'undrained', 'full', 'low-space'] as const
export type Obstacle = (typeof obstacles)[number]

const full: Blocked = {
  kind: 'full',
  code: 'disk_full',
  reason: 'The disk is full, so nothing more is written. Free some space; writing goes on by itself. Nothing acknowledged is lost.',
}

const modes: Record<Obstacle, Blocked> = {
  damaged: {
    kind: 'stopped',
    code: 'store_damaged',
    reason: 'The database is damaged, so nothing is read or written. Nothing was deleted.',
  },
  broken: {
    kind: 'read-only',
    code: 'read_only',
    reason:
      'The disk failed, so the store only reads. What was acknowledged as durable is in the journal. Check the disk, then start Holdfast again.',
  },
  healing: {
    kind: 'read-only',
    code: 'healing',
    reason: 'The disk failed while the database was saved, so a healthy copy is being made. Writing goes on by itself when that works.',
  },
  /** What waits for the database found no room there: it ends when that is written, whatever the disk says of its free space. */
  undrained: full,
  full,
  'low-space': {
    kind: 'full',
    code: 'disk_full',
    reason: 'The disk is nearly full, so nothing more is written. Free some space, or delete records; writing goes on by itself.',
  },
}

/** Whether anything may be written, or read, and why not. */
export class WritePermit {
  readonly #present = new Map<Obstacle, Blocked>()
  readonly #onModeChange: () => void
  #isClosed = false

  constructor(deps: { onModeChange: () => void }) {
    this.#onModeChange = deps.onModeChange
  }

  get mode(): StoreMode {
    const gravest = this.#gravest
    return gravest === undefined ? { kind: 'running' } : (this.#present.get(gravest) as Blocked)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  has(obstacle: Obstacle): boolean {
    return this.#present.has(obstacle)
  }

  /** `reason`: a better sentence than the usual one. */
  block(obstacle: Obstacle, reason?: string): void {
    this.#changing(() => this.#present.set(obstacle, { ...modes[obstacle], ...(reason !== undefined && { reason }) }))
  }

  clear(obstacle: Obstacle): void {
    this.#changing(() => this.#present.delete(obstacle))
  }

  /** The store is stopping: nothing is written any more, whatever else is true. */
  close(): void {
    this.#isClosed = true
  }

  /** Throws `store_damaged`: what a damaged database answers cannot be trusted. */
  refuseReads(): void {
    const damage = this.#present.get('damaged')
    if (damage !== undefined) throw new HoldfastError('store_damaged', damage.reason)
  }

  /** Throws `stopping`, `store_damaged`, `read_only` or `disk_full`. Deletes make room, so they pass while there is a reserve for them. */
  refuse(operations: readonly WriteOperation[]): void {
    if (this.#isClosed) throw new HoldfastError('stopping', 'Holdfast is stopping. Try again when it runs.')
    const gravest = this.#gravest
    if (gravest === undefined) return
    if (gravest === 'low-space' && operations.length > 0 && operations.every(({ kind }) => kind === 'delete')) return
    const { code, reason } = this.#present.get(gravest) as Blocked
    throw new HoldfastError(code === 'healing' ? 'read_only' : code, reason)
  }

  get #gravest(): Obstacle | undefined {
    return this.#present.size === 0 ? undefined : obstacles.find((obstacle) => this.#present.has(obstacle))
  }

  #changing(change: () => void): void {
    const before = this.#gravest
    change()
    if (this.#gravest !== before) this.#onModeChange()
  }
}
