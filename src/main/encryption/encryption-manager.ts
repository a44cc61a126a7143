import type { EncryptionAction, EncryptionReport, Status } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { Log } from '../base/log.ts'
import { keyName, MasterKey } from '../persistence/master-key.ts'
import type { PackMeans } from '../persistence/pack-means.ts'
import { isSealedOtherwise } from '../persistence/pack-record.ts'
import { keyMissing } from '../persistence/payload-codec.ts'
import type { GenerationalStore } from '../persistence/record-store.ts'
import { type EncryptionState, readEncryptionState, writeEncryptionState } from './encryption-state.ts'
import type { KeptKey, KeyFile } from './key-file.ts'

export interface EncryptionKeysDeps {
  readonly stateFile: string
  readonly keyFile: KeyFile
  readonly means: PackMeans
  readonly clock: Clock
  readonly log: Log
}

/** The keys of the store and what is wanted of its data: read before the store is opened, since its journal may need them. */
export class EncryptionKeys {
  readonly #deps: EncryptionKeysDeps
  #state: EncryptionState
  #keys: readonly KeptKey[]
  /** Why the key file cannot be used. */
  readonly problem: string | undefined

  private constructor(deps: EncryptionKeysDeps, state: EncryptionState, read: { keys: readonly KeptKey[]; problem: string | undefined }) {
    this.#deps = deps
    this.#state = state
    this.#keys = read.keys
    this.problem = read.problem
  }

  /** A key that is missing does not keep the host from starting. */
  static async open(deps: EncryptionKeysDeps): Promise<EncryptionKeys> {
    const state = await readEncryptionState(deps.stateFile)
    const keys = new EncryptionKeys(deps, state, await readKeys(deps.keyFile, state))
    keys.#tell()
    if (deps.means.isKeyMissing) deps.log.error({ keyId: keyName(state.keyId) }, keys.problem ?? keyMissing(state.keyId).message)
    return keys
  }

  get state(): EncryptionState {
    return this.#state
  }

  get count(): number {
    return this.#keys.length
  }

  /** A key of its own for all that is written from now on. Throws what the disk says; then nothing has changed. */
  async takeNewKey(): Promise<void> {
    if (this.problem !== undefined) throw new HoldfastError('key_missing', this.problem)
    const { keyFile, clock } = this.#deps
    const kept = { master: MasterKey.generate(), createdAt: toIso(clock.wallMs()) }
    const keys = [...this.#keys, kept]
    await keyFile.write(keys)
    // Read back: a key that is on disk and cannot be read is no key.
    if (!(await keyFile.read()).some(({ master }) => master.id === kept.master.id)) {
      throw new HoldfastError(
        'unavailable',
        `The key file ${keyFile.path} does not read back as it was written. Nothing was changed; check the disk.`,
      )
    }
    this.#keys = keys
    await this.#become({ keyId: kept.master.id, since: kept.createdAt, isComplete: false })
  }

  takeNoKey(): Promise<void> {
    return this.#become({ keyId: 0, since: toIso(this.#deps.clock.wallMs()), isComplete: false })
  }

  complete(): Promise<void> {
    return this.#become({ ...this.#state, isComplete: true })
  }

  async #become(state: EncryptionState): Promise<void> {
    await writeEncryptionState(this.#deps.stateFile, state)
    const isOther = state.keyId !== this.#state.keyId
    this.#state = state
    if (isOther) this.#tell()
  }

  #tell(): void {
    this.#deps.means.setKeys(
      this.#keys.map(({ master }) => master),
      this.#state.keyId,
    )
  }
}

async function readKeys(keyFile: KeyFile, { keyId }: EncryptionState): Promise<{ keys: readonly KeptKey[]; problem: string | undefined }> {
  try {
    return { keys: await keyFile.read(), problem: undefined }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    return { keys: [], problem: keyId === 0 ? error.message : `${keyMissing(keyId).message} ${error.message}` }
  }
}

export interface EncryptionManagerDeps {
  readonly keys: EncryptionKeys
  readonly keyFile: string
  readonly means: PackMeans
  readonly store: Pick<GenerationalStore, 'repack' | 'eraseTraces' | 'figures' | 'mode'>
  /** Removes what was kept so that it can be undone. */
  readonly dropUndo: () => Promise<void>
  /** Stores the dictionaries as is said now: they are made of values. */
  readonly storeDictionaries: () => Promise<void>
  /** The configuration demands that data is encrypted. */
  readonly isDemanded: () => boolean
}

/** Turns encryption of data on and off, and changes its key, while the host runs. Its jobs must not run beside each other, or beside a restore. */
export class EncryptionManager {
  readonly #deps: EncryptionManagerDeps

  constructor(deps: EncryptionManagerDeps) {
    this.#deps = deps
  }

  report(): EncryptionReport {
    const { keys, keyFile, means } = this.#deps
    const { keyId, since, isComplete } = keys.state
    return {
      state: means.isKeyMissing ? 'key_missing' : isComplete ? (keyId === 0 ? 'off' : 'on') : keyId === 0 ? 'disabling' : 'enabling',
      keyId: keyId === 0 ? null : keyName(keyId),
      since: since === '' ? null : since,
      keyFile,
      keys: keys.count,
      ...(keys.problem !== undefined && { problem: keys.problem }),
    }
  }

  /** What a person should know who looks at the host. */
  notices(): Status['notices'] {
    const { keys, keyFile, means } = this.#deps
    const { keyId, isComplete } = keys.state
    if (means.isKeyMissing)
      return [{ code: 'key_missing', text: keys.problem ?? `${keyMissing(keyId).message} It belongs into ${keyFile}.` }]
    return isComplete
      ? []
      : [{ code: 'encryption_unfinished', text: 'Values are being stored in another form; until that is done some are as they were.' }]
  }

  get isOn(): boolean {
    return this.#deps.keys.state.keyId !== 0
  }

  /** What a start has to do: end what was begun and cut off, by a stop of the host or a full disk, or do what the configuration demands. */
  get due(): 'enable' | 'resume' | undefined {
    const { keys, means, isDemanded } = this.#deps
    if (means.isKeyMissing) return undefined
    if (!keys.state.isComplete) return 'resume'
    return keys.state.keyId === 0 && isDemanded() ? 'enable' : undefined
  }

  /** Throws what would make `run` fail at once. */
  assertCan(action: EncryptionAction): void {
    const { keys, means, isDemanded } = this.#deps
    means.requireKey()
    if (action === 'disable' && isDemanded())
      throw refused('The configuration demands that data is encrypted. Set encryption.data to false first.')
    const isOn = keys.state.keyId !== 0
    if (action === 'enable' && isOn) throw refused('The data is encrypted already. To change its key, rotate it.')
    if (action !== 'enable' && !isOn) throw refused('The data is not encrypted.')
  }

  /**
   * From its first step on all that is written is stored in the new way; then everything that lies there is. A stop at any moment leaves records of both
   * kinds, each readable, and the next start goes on. Result: {records, keyId}.
   */
  async run(job: JobContext, action: EncryptionAction | 'resume'): Promise<Record<string, unknown>> {
    const { keys } = this.#deps
    throwIfCancelled(job.signal)
    job.report({ phase: 'preparing', done: 0, total: null, unit: 'records' })
    if (action !== 'resume') {
      this.assertCan(action)
      if (action === 'disable') await keys.takeNoKey()
      else await keys.takeNewKey()
    }
    await this.#deps.storeDictionaries()
    const records = await this.#storeAnew(job)
    await this.#erase(job)
    await keys.complete()
    return { records, keyId: this.report().keyId }
  }

  /** A restore may have brought values in another form. What it replaced is kept, so that it can be undone. */
  async afterRestore(job: JobContext): Promise<Record<string, unknown>> {
    const { store, storeDictionaries } = this.#deps
    await storeDictionaries()
    const records = await this.#storeAnew(job)
    if (records > 0) await store.eraseTraces({ keepsPrevious: true })
    return { records, keyId: this.report().keyId }
  }

  async #storeAnew(job: JobContext): Promise<number> {
    const { store } = this.#deps
    const total = store.figures().records
    job.report({ phase: 'repacking', done: 0, total, unit: 'records' })
    const onSeen = (done: number) => job.report({ done: Math.min(done, total) })
    const { repacked, left } = await store.repack((_key, record, plan) => isSealedOtherwise(record, plan), { signal: job.signal, onSeen })
    if (left > 0) {
      throw new HoldfastError(
        'record_damaged',
        `${left} records are damaged, or need a key that is missing, so they stay as they were. Restore or delete them, then start Holdfast again to go on.`,
        { details: { records: left } },
      )
    }
    return repacked
  }

  async #erase(job: JobContext): Promise<void> {
    const { store, dropUndo } = this.#deps
    throwIfCancelled(job.signal)
    job.report({ phase: 'erasing', done: 0, total: 1, unit: 'steps' })
    await dropUndo()
    await store.eraseTraces({ keepsPrevious: false })
    job.report({ done: 1 })
  }
}

const refused = (sentence: string): HoldfastError => new HoldfastError('conflict', sentence)
