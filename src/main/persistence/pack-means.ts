import { prefixOf } from './key-prefix.ts'
import { MasterKey } from './master-key.ts'
import { compressFromBytes, type PackPlan } from './pack-record.ts'
import { type Dictionary, keyMissing, type PayloadMeans } from './payload-codec.ts'
import { RecordSealer } from './record-sealer.ts'

/** All that packing and opening records needs, as it can be sent to a thread. */
export interface MeansMessage {
  readonly compresses: boolean
  readonly secrets: readonly Uint8Array[]
  readonly sealsWith: number
  readonly dictionaries: readonly { readonly id: number; readonly bytes: Uint8Array }[]
  readonly inUse: readonly (readonly [prefix: string, dictionary: number])[]
}

/** How records are packed now, and what opens those that were packed before. `revision` grows with every change. */
export class PackMeans implements PayloadMeans {
  readonly #masters = new Map<number, MasterKey>()
  readonly #dictionaries = new Map<number, Dictionary>()
  readonly #inUse = new Map<string, Dictionary>()
  #compresses: boolean
  #sealsWith = 0
  #sealer: RecordSealer | null = null
  #revision = 1

  constructor({ compresses }: { compresses: boolean }) {
    this.#compresses = compresses
  }

  static from({ compresses, secrets, sealsWith, dictionaries, inUse }: MeansMessage): PackMeans {
    const means = new PackMeans({ compresses })
    means.setKeys(
      secrets.map((secret) => new MasterKey(secret)),
      sealsWith,
    )
    for (const { id, bytes } of dictionaries) means.#dictionaries.set(id, { id, bytes: Buffer.from(bytes) })
    for (const [prefix, id] of inUse) means.compressWith(prefix, id)
    return means
  }

  get revision(): number {
    return this.#revision
  }

  /** The id of the key that new records are encrypted with; 0: none. */
  get sealsWith(): number {
    return this.#sealsWith
  }

  get compresses(): boolean {
    return this.#compresses
  }

  dictionary(id: number): Dictionary | undefined {
    return this.#dictionaries.get(id)
  }

  masterKey(id: number): MasterKey | undefined {
    return this.#masters.get(id)
  }

  /** Records have to be encrypted with a key that is not here. Then nothing can be packed, and no record is taken. */
  get isKeyMissing(): boolean {
    return this.#sealsWith !== 0 && this.#sealer === null
  }

  /** Throws `key_missing` rather than let a record be written as it is. */
  requireKey(): void {
    if (this.isKeyMissing) throw keyMissing(this.#sealsWith)
  }

  get plan(): PackPlan {
    return {
      compressFromBytes: this.#compresses ? compressFromBytes : Number.POSITIVE_INFINITY,
      dictionaryFor: (key) => (this.#inUse.size === 0 ? undefined : this.#inUse.get(prefixOf(key))),
      sealer: this.#sealer,
    }
  }

  setCompresses(compresses: boolean): void {
    if (compresses === this.#compresses) return
    this.#compresses = compresses
    this.#revision++
  }

  /** `sealsWith`: the id of the key for new records; 0: none. Keys that are not given are forgotten. */
  setKeys(masters: readonly MasterKey[], sealsWith: number): void {
    this.#masters.clear()
    for (const master of masters) this.#masters.set(master.id, master)
    this.#sealsWith = sealsWith
    const active = this.#masters.get(sealsWith)
    this.#sealer = active === undefined ? null : new RecordSealer(active)
    this.#revision++
  }

  addDictionary(dictionary: Dictionary): void {
    this.#dictionaries.set(dictionary.id, dictionary)
    this.#revision++
  }

  /** From now on small values below the prefix are compressed with it. */
  compressWith(prefix: string, id: number): void {
    const dictionary = this.#dictionaries.get(id)
    if (dictionary === undefined) throw new Error(`There is no dictionary ${id}.`)
    this.#inUse.set(prefix, dictionary)
    this.#revision++
  }

  toMessage(): MeansMessage {
    return {
      compresses: this.#compresses,
      secrets: [...this.#masters.values()].map(({ secret }) => secret),
      sealsWith: this.#sealsWith,
      dictionaries: [...this.#dictionaries.values()],
      inUse: [...this.#inUse].map(([prefix, { id }]) => [prefix, id]),
    }
  }
}
