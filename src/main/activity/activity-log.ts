import { randomBytes } from 'node:crypto'
import type { OutputOf, ParsedInputOf, UndoState } from '../../contract/index.ts'
import type { ActivityNote, ActivityPort } from '../base/activity.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { ContextIds } from '../base/request-context.ts'
import { ActivityFile, type StoredEntry } from './activity-file.ts'

/** As many as the files on disk can hold of usual length. */
const maxEntries = 20_000
/** While the disk takes nothing, so many wait for it; further ones are known until the host stops. */
const maxWaiting = 1000
const maxTextCharacters = 2048

export interface ActivityLogDeps {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  readonly ids: ContextIds
  readonly onNoted: (id: string) => void
}

/** What people, programs and the host did: in memory, newest last, and on disk beside the generations, so that no restore turns it back. */
export class ActivityLog implements ActivityPort {
  readonly #deps: ActivityLogDeps
  readonly #file: ActivityFile
  readonly #entries: Map<string, StoredEntry>
  /** By the id of an entry: the one that undid it. */
  readonly #undoneBy = new Map<string, string>()
  /** By id: what the disk does not have yet. */
  readonly #waiting = new Map<string, StoredEntry>()
  #writing: Promise<void> | undefined
  #isFailing = false

  private constructor(deps: ActivityLogDeps, file: ActivityFile, entries: readonly StoredEntry[]) {
    this.#deps = deps
    this.#file = file
    this.#entries = new Map()
    for (const entry of entries) this.#take(entry)
  }

  /** An activity list that cannot be read is begun anew beside it; nothing is deleted. Never throws. */
  static async open(deps: ActivityLogDeps): Promise<ActivityLog> {
    const file = new ActivityFile({ folder: deps.folder, log: deps.log })
    try {
      return new ActivityLog(deps, file, (await file.read()).slice(-maxEntries))
    } catch (error) {
      deps.log.error({ err: error }, 'The activity list cannot be read; it begins empty')
      return new ActivityLog(deps, file, [])
    }
  }

  note(act: ActivityNote): string {
    const entry = this.#joined(act) ?? this.#made(act)
    this.#take(entry)
    this.#waiting.set(entry.id, entry)
    if (this.#waiting.size > maxWaiting) this.#waiting.delete(this.#waiting.keys().next().value as string)
    this.#writing ??= this.#write()
    this.#deps.onNoted(entry.id)
    return entry.id
  }

  /** The entry that undid this one. */
  undoneBy(id: string): string | undefined {
    return this.#undoneBy.get(id)
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  get(id: string): StoredEntry | undefined {
    return this.#entries.get(id)
  }

  /** The newest that the predicate holds for. */
  findLast(isWanted: (entry: StoredEntry) => boolean): StoredEntry | undefined {
    return [...this.#entries.values()].findLast(isWanted)
  }

  /** The newest attempt to back up, when it came to nothing; one that somebody cancelled is none. */
  lastBackupFailure(): { at: string; code: string; detail: string } | undefined {
    const last = this.findLast(({ action, outcome }) => action === 'backup.made' && outcome !== 'cancelled')
    if (last === undefined || last.outcome === 'succeeded') return undefined
    return { at: last.at, code: last.error?.code ?? 'interrupted', detail: last.error?.detail ?? 'The host stopped before it was done.' }
  }

  /** Newest first. `stateOf` tells what can be said of an entry's undo. Throws `invalid_request` when `after` is no entry. */
  list(
    { after, limit, actor, action, undoable }: ParsedInputOf<'activity.list'>,
    stateOf: (entry: StoredEntry) => UndoState | undefined,
  ): OutputOf<'activity.list'> {
    const all = [...this.#entries.values()].reverse()
    const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
    if (after !== undefined && start === 0) {
      throw new HoldfastError('invalid_request', 'after: expected the id of an entry in the list.', { details: { field: 'after' } })
    }
    const items: OutputOf<'activity.list'>['items'] = []
    for (const entry of all.slice(start)) {
      if (actor !== undefined && entry.actor.kind !== actor) continue
      if (action !== undefined && entry.action !== action && !entry.action.startsWith(`${action}.`)) continue
      const undo = stateOf(entry)
      if (undoable && undo?.state !== 'possible') continue
      if (items.length === limit) return { items, next: items.at(-1)?.id ?? null }
      const { undo: _, ...facts } = entry
      items.push({ ...facts, ...(undo && { undo }) })
    }
    return { items, next: null }
  }

  /** Resolves when the disk has been asked to take what was noted. */
  async close(): Promise<void> {
    await this.#writing
    if (this.#waiting.size > 0) await this.#write()
  }

  #take(entry: StoredEntry): void {
    this.#entries.set(entry.id, entry)
    if (entry.undoes !== undefined && entry.outcome === 'succeeded') this.#undoneBy.set(entry.undoes, entry.id)
    if (this.#entries.size <= maxEntries) return
    const [oldest] = this.#entries.keys()
    this.#entries.delete(oldest as string)
    this.#undoneBy.delete(oldest as string)
  }

  #made(act: ActivityNote): StoredEntry {
    const { clock, ids } = this.#deps
    const { joinMs, actor, error, outcome = 'succeeded', id = newId(clock), ...facts } = act
    const by = actor ?? ids.current?.actor ?? { kind: 'host' as const }
    const failure = error && { error: { code: error.code, detail: error.detail.slice(0, maxTextCharacters) } }
    return { id, at: toIso(clock.wallMs()), actor: by, outcome, ...facts, ...failure }
  }

  /** The newest entry with this one's counts added, when it is of the same act. */
  #joined(act: ActivityNote): StoredEntry | undefined {
    if (act.joinMs === undefined) return undefined
    const last = this.findLast(() => true)
    const made = this.#made(act)
    if (last === undefined || Date.parse(made.at) - Date.parse(last.at) > act.joinMs) return undefined
    if (sameAct(last) !== sameAct(made)) return undefined
    const facts = { ...last.facts }
    for (const [name, value] of Object.entries(made.facts ?? {})) {
      const before = facts[name]
      facts[name] = typeof before === 'number' && typeof value === 'number' ? before + value : value
    }
    this.#entries.delete(last.id)
    return { ...last, at: made.at, facts }
  }

  // One after the other, each with everything that waits: an act never waits for its entry.
  async #write(): Promise<void> {
    // What is noted in the same turn goes in one write.
    await Promise.resolve()
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting.values()]
      try {
        await this.#file.append(batch)
        for (const entry of batch) if (this.#waiting.get(entry.id) === entry) this.#waiting.delete(entry.id)
        this.#isFailing = false
      } catch (error) {
        // Tried again with the next act.
        if (!this.#isFailing)
          this.#deps.log.error({ err: error }, 'The activity list could not be written; the acts themselves are not affected')
        this.#isFailing = true
        break
      }
    }
    this.#writing = undefined
  }
}

const newId = (clock: Clock): string => `${clock.wallMs().toString(36)}-${randomBytes(4).toString('hex')}`

const sameAct = ({ action, actor, target, outcome }: StoredEntry): string => JSON.stringify([action, actor, target, outcome])
