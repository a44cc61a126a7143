import type { ConfigChange, ConfigChangeReport, ConfigView } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { buildSettings } from './build-settings.ts'
import type { SetValue } from './check-settings.ts'
import { type FileState, readConfigFile, replaceConfigFile, stateOf } from './config-file.ts'
import { describeEntries, differences, keysForRestart } from './describe-settings.ts'
import { editConfiguration } from './edit-configuration.ts'
import { type CheckedConfiguration, checkConfiguration, type LoadedSettings, mistakesError } from './load-settings.ts'
import { type Notice, noticesFor } from './notices.ts'
import { type AskedChange, readChanges } from './read-changes.ts'
import type { Settings } from './settings-table.ts'
import type { UndoNote, UndoNotes } from './undo-note.ts'

/** A change of the configuration that was made. */
export interface ConfigurationChanged {
  readonly changes: readonly ConfigChange[]
  readonly isUndo: boolean
  /** What runs from now on. */
  readonly running: Settings
}

export type ConfigurationListener = (change: ConfigurationChanged) => void

export interface ConfigManagerDeps {
  /** Where the file is, or would be. */
  readonly path: string
  readonly dataFolder: string
  readonly loaded: Pick<LoadedSettings, 'settings' | 'values'>
  readonly undoNotes: UndoNotes
  readonly clock: Clock
  readonly log: Log
}

export interface PatchRequest {
  readonly changes: Readonly<Record<string, unknown>>
  readonly ifVersion?: string | undefined
  readonly dryRun: boolean
}

/**
 * The configuration of a running host: what runs, what the file says, and the way from one to the other. The file belongs to people: it
 * is read anew for every answer, and only what was asked for is changed in it.
 */
export class ConfigManager {
  readonly #deps: ConfigManagerDeps
  readonly #values: Map<string, SetValue>
  readonly #listeners: ConfigurationListener[] = []
  #running: Settings
  #tail: Promise<unknown> = Promise.resolve()

  constructor(deps: ConfigManagerDeps) {
    this.#deps = deps
    this.#values = new Map(deps.loaded.values)
    this.#running = deps.loaded.settings
  }

  /** What the host works with now. */
  get running(): Settings {
    return this.#running
  }

  /** The one place where a change is announced: after the file is written. For the life of the host. */
  onChanged(listener: ConfigurationListener): void {
    this.#listeners.push(listener)
  }

  /** What a person should know of the settings, a restart that is waited for included. */
  async notices(): Promise<Notice[]> {
    const { settings, values } = this.#checked(await readConfigFile(this.#deps.path).catch(() => undefined))
    const waiting = keysForRestart(this.#running, settings)
    const notices = noticesFor(
      this.#running,
      values,
      [...values.values()].some(({ writtenKey }) => writtenKey.startsWith('database.sled')),
    )
    if (waiting.length === 0) return notices
    const text = `Restart Holdfast to bring changed settings into effect: ${waiting.join(', ')}.`
    return [{ code: 'restart_pending', text }, ...notices]
  }

  async view(): Promise<ConfigView> {
    return this.#view(await readConfigFile(this.#deps.path))
  }

  /**
   * Changes keys in the file and, where the host can take them as it runs, in the host.
   * @throws HoldfastError `config_invalid` with every mistake by key; `config_changed` when the file is not that of `ifVersion`;
   * `config_not_writable`, `disk_full`. Then nothing has changed.
   */
  patch({ changes, ifVersion, dryRun }: PatchRequest): Promise<ConfigChangeReport> {
    return this.#oneAtATime(async () => {
      const asked = readChanges(changes, this.#running)
      const file = await readConfigFile(this.#deps.path)
      this.#refuseOtherVersion(file, ifVersion, asked)
      const next = stateOf(editConfiguration(file.bytes, asked))
      const { settings } = this.#flawless(next)
      const made = differences(this.#checked(file).settings, settings)
      if (dryRun || next.version === file.version) return { ...(await this.#view(file)), changes: made }
      await this.#replace(file, next, made, false)
      return { ...(await this.#view(next)), changes: made }
    })
  }

  /** @throws HoldfastError `nothing_to_undo`, `config_changed` when the file was edited since, and what `patch` throws. */
  undo(): Promise<ConfigChangeReport> {
    return this.#oneAtATime(async () => {
      const { path, undoNotes } = this.#deps
      const file = await readConfigFile(path)
      const note = await undoNotes.read()
      if (note === null || note.file !== path || file.version === note.beforeVersion) throw nothingToUndo()
      if (file.version !== note.afterVersion) throw editedSince(path, note)
      const before = stateOf(note.before === null ? null : Buffer.from(note.before, 'base64'))
      const made = differences(this.#checked(file).settings, this.#flawless(before).settings)
      await this.#replace(file, before, made, true)
      return { ...(await this.#view(before)), changes: made }
    })
  }

  async #replace(file: FileState, next: FileState, changes: readonly ConfigChange[], isUndo: boolean): Promise<void> {
    const { path, undoNotes, clock, log } = this.#deps
    const last = isUndo ? await undoNotes.read() : null
    await undoNotes.write({
      file: path,
      before: file.bytes && Buffer.from(file.bytes).toString('base64'),
      beforeVersion: file.version,
      afterVersion: next.version,
      changedAt: toIso(clock.wallMs()),
      keys: changes.map(({ key }) => key),
      undoesUndo: isUndo && last?.undoesUndo !== true,
    })
    await replaceConfigFile(path, file, next.bytes)
    this.#apply(changes, this.#checked(next))
    log.info({ keys: changes.map(({ key }) => key), undo: isUndo }, 'The configuration was changed')
    for (const listener of this.#listeners) listener({ changes, isUndo, running: this.#running })
  }

  /** What no part uses yet counts as taken too: there is nothing that would have to start again. */
  #apply(changes: readonly ConfigChange[], { values }: CheckedConfiguration): void {
    const taken = changes.filter(({ applies }) => applies !== 'restart')
    for (const { key } of taken) {
      const value = values.get(key)
      if (value === undefined) this.#values.delete(key)
      else this.#values.set(key, value)
    }
    this.#running = buildSettings(this.#values, this.#deps.dataFolder)
  }

  async #view(file: FileState): Promise<ConfigView> {
    const { path, undoNotes } = this.#deps
    const { mistakes, settings } = this.#checked(file)
    const note = await undoNotes.read()
    const isUndoable = note !== null && note.file === path && file.version === note.afterVersion
    return {
      file: file.bytes === null ? null : path,
      path,
      version: file.version,
      mistakes: [...mistakes],
      undo: isUndoable ? { changedAt: note.changedAt, keys: note.keys, undoesUndo: note.undoesUndo } : null,
      entries: describeEntries(this.#running, settings),
    }
  }

  /** What a file says. One that has mistakes, or cannot be read, changes nothing: then what runs stands for it. */
  #checked(file: FileState | undefined): CheckedConfiguration {
    const running = { settings: this.#running, values: this.#values, notices: [], mistakes: [] }
    if (file === undefined) return running
    const checked = checkConfiguration(file.bytes ?? new Uint8Array(), this.#deps.dataFolder)
    return checked.mistakes.length === 0 ? checked : { ...running, mistakes: checked.mistakes }
  }

  #flawless(file: FileState): CheckedConfiguration {
    const checked = this.#checked(file)
    if (checked.mistakes.length > 0) throw mistakesError(this.#deps.path, checked.mistakes)
    return checked
  }

  #refuseOtherVersion(file: FileState, ifVersion: string | undefined, asked: readonly AskedChange[]): void {
    if (ifVersion === undefined || ifVersion === file.version) return
    const keys = new Set(asked.map(({ path }) => path.join('.')))
    const found = describeEntries(this.#running, this.#checked(file).settings).filter(({ key }) => keys.has(key))
    const sentence = `${this.#deps.path} was edited since you looked at it; nothing was changed. Look at what it says now, and decide again.`
    const entries = found.map(({ key, stored }) => ({ key, stored }))
    throw new HoldfastError('config_changed', sentence, { details: { version: file.version, entries } })
  }

  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(work)
    this.#tail = run.catch(() => {})
    return run
  }
}

const nothingToUndo = (): HoldfastError =>
  new HoldfastError('nothing_to_undo', 'No setting was changed through Holdfast that could be undone.')

function editedSince(path: string, { keys }: UndoNote): HoldfastError {
  const sentence = `${path} was edited since the last change made here (${keys.join(', ')}), so that change is not undone; nothing was changed. Set the keys yourself.`
  return new HoldfastError('config_changed', sentence, { details: { keys } })
}
