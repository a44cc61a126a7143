import { randomBytes } from 'node:crypto'
import type { ActivityTarget, UndoState } from '../../contract/index.ts'
import type { StoredEntry } from '../activity/activity-file.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { Log } from '../base/log.ts'
import type { ContextIds } from '../base/request-context.ts'
import type { PackMeans } from '../persistence/pack-means.ts'
import type { GenerationalStore, OperationResult, WriteOperation } from '../persistence/record-store.ts'
import type { Commit, KeptAct, PlannedAct, UndoPort } from '../storage/undo-port.ts'
import { noteOf } from './change-note.ts'
import { SafetyPoints } from './safety-points.ts'
import { undoRecords } from './undo-run.ts'

const sweepEveryMs = 3_600_000

export interface UndoManagerDeps {
  /** Of the safety points, beside the generations. */
  readonly folder: string
  readonly store: GenerationalStore
  readonly activity: ActivityLog
  readonly ids: ContextIds
  readonly clock: Clock
  readonly log: Log
  readonly means?: PackMeans
  readonly limits: { readonly keepMs: number; readonly maxBytes: number }
}

/** What undoing an entry means. */
export type UndoPlan = { readonly kind: 'records'; readonly target: string | undefined } | { readonly kind: 'generation' }

/** Keeps what people's and bulk changes replace, and puts it back. */
export class UndoManager implements UndoPort {
  readonly #deps: UndoManagerDeps
  readonly #points: SafetyPoints
  #timer: NodeJS.Timeout | undefined

  private constructor(deps: UndoManagerDeps, points: SafetyPoints) {
    this.#deps = deps
    this.#points = points
  }

  /** Finds the safety points again, and notes the acts that the last end of the host cut off. */
  static async open(deps: UndoManagerDeps): Promise<UndoManager> {
    const { points, interrupted } = await SafetyPoints.open(deps)
    const undo = new UndoManager(deps, points)
    for (const { header, records } of interrupted) {
      if (deps.activity.has(header.id)) continue
      const { id, action, actor, target } = header
      deps.activity.note({ id, action, actor, ...(target && { target }), outcome: 'interrupted', undo: { kind: 'records', records } })
    }
    await points.sweep()
    undo.#timer = setInterval(() => void points.sweep(), sweepEveryMs).unref()
    return undo
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** What was kept so far cannot be undone any more: no file holds it. */
  dropAll(): Promise<void> {
    return this.#points.dropAll()
  }

  get isPersonActing(): boolean {
    const current = this.#deps.ids.current
    return current?.actor?.kind === 'person' && current.jobId === undefined
  }

  async changeForPerson(
    operations: readonly WriteOperation[],
    commit: Commit,
    { undo }: { undo: boolean },
  ): Promise<readonly OperationResult[]> {
    const kept = undo ? await this.#keepIfPossible(operations) : undefined
    const [first] = operations
    const before = operations.length === 1 && first?.kind === 'put' ? this.#deps.store.get(first.key) : undefined
    try {
      const results = await (kept === undefined ? commit(operations) : kept.change(operations, commit))
      await kept?.end()
      const note = noteOf(operations, results, before)
      if (note !== undefined) this.#deps.activity.note({ ...note, ...(kept && this.meansOf(kept.id)) })
      return results
    } catch (error) {
      await kept?.end()
      throw error
    }
  }

  keep(act: PlannedAct): Promise<KeptAct> {
    return this.#begin(act, false)
  }

  /** For the entry of the act with this id: the means to undo it, if anything was kept. */
  meansOf(id: string): { id: string; undo?: NonNullable<StoredEntry['undo']> } {
    const point = this.#points.get(id)
    return point === undefined ? { id } : { id, undo: { kind: 'records', records: point.records } }
  }

  /** What can be said of an entry's undo. Undefined: there never was one. */
  stateOf = ({ id, undo }: StoredEntry): UndoState | undefined => {
    if (undo === undefined) return undefined
    const by = this.#undoneBy(id)
    if (undo.kind === 'generation') {
      if (this.#deps.store.previousGeneration?.id === undo.generation && by === undefined) return { state: 'possible' }
      return by === undefined ? { state: 'expired' } : { state: 'undone', by }
    }
    const { records } = undo
    if (by !== undefined) return { state: 'undone', records, by }
    const point = this.#points.get(id)
    if (point === undefined || this.#points.isExpired(point)) return { state: 'expired', records }
    return { state: 'possible', records: point.records, until: toIso(this.#points.untilMs(point)) }
  }

  /** Throws `not_found`, `nothing_to_undo`, `already_undone`, `undo_expired`. */
  plan(id: string): UndoPlan {
    const entry = this.#deps.activity.get(id)
    if (entry === undefined) throw new HoldfastError('not_found', `There is no entry ${JSON.stringify(id)} in the activity list.`)
    const state = this.stateOf(entry)
    if (state === undefined) {
      throw new HoldfastError(
        'nothing_to_undo',
        'Nothing was kept of this act, so it cannot be undone. The newest backup may hold what you look for.',
      )
    }
    switch (state.state) {
      case 'undone':
        throw new HoldfastError('already_undone', 'This was undone already. To have it back, undo that undo.', {
          details: { by: state.by },
        })
      case 'expired':
        throw new HoldfastError('undo_expired', 'What was kept to undo this is gone: its time is over, or something else took its place.')
      case 'possible':
        return entry.undo?.kind === 'generation' ? { kind: 'generation' } : { kind: 'records', target: nameOf(entry.target) }
      default:
        throw state.state satisfies never
    }
  }

  /** The job that puts records back. Result: {undoes, restored, removed, left, expired, damaged, failed, leftKeys, failures}; without `undoes` when some failed: once the indexes can take them, the same undo brings them back. */
  async run(job: JobContext, id: string, commit: (operations: readonly WriteOperation[], signal: AbortSignal) => ReturnType<Commit>) {
    this.plan(id)
    const held = await this.#points.hold(id)
    if (held === undefined) throw new HoldfastError('undo_expired', 'What was kept to undo this cannot be read any more.')
    try {
      const { header } = held.contents
      const act = await this.#begin({ action: 'undo.records', bytes: 0, ...(header.target && { target: header.target }) }, true)
      try {
        const { store, clock } = this.#deps
        const result = await undoRecords({ store, clock, act, commit }, held, job, this.#points.get(id)?.records ?? 0)
        if (result.failed > 0) return { ...result }
        await this.#points.markUndone(id, held.file, held.contents, job.id)
        return { undoes: id, ...result }
      } finally {
        await act.end()
      }
    } finally {
      await held.release()
    }
  }

  #begin({ bytes, ...act }: PlannedAct, beyondRoom: boolean) {
    const { clock, ids } = this.#deps
    const atMs = clock.wallMs()
    const id = ids.current?.jobId ?? `${atMs.toString(36)}-${randomBytes(4).toString('hex')}`
    return this.#points.begin({ id, atMs, actor: ids.current?.actor ?? { kind: 'host' }, ...act }, { bytes }, beyondRoom)
  }

  /** Without room a deletion is refused: it alone leaves nothing behind. Of a write the new value stays, and its entry says that there is no undo. */
  async #keepIfPossible(operations: readonly WriteOperation[]): Promise<KeptAct | undefined> {
    const bytes = operations.reduce((sum, { key }) => sum + (this.#deps.store.getMeta(key)?.size ?? 0), 0)
    const [first] = operations
    const target = operations.length === 1 && first ? { key: first.key } : undefined
    try {
      return await this.#begin({ action: target ? 'record.changed' : 'records.changed', bytes, ...(target && { target }) }, false)
    } catch (error) {
      const isDeletion = operations.some(({ kind }) => kind === 'delete')
      if (isDeletion || !(error instanceof HoldfastError) || error.code !== 'undo_not_kept') throw error
      this.#deps.log.warn({ err: error }, 'A change of a person goes on without undo')
      return undefined
    }
  }

  #undoneBy(id: string): string | undefined {
    return this.#points.get(id)?.undoneBy ?? this.#deps.activity.undoneBy(id)
  }
}

const nameOf = (target: ActivityTarget | undefined): string | undefined => target?.key ?? target?.prefix ?? target?.name
