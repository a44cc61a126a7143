import { createHash, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'

export const masterKeyBytes = 32
const keptRecordKeys = 256

/**
 * A key from which the keys of records are derived (HKDF-SHA-256). Its id stands in the header of each record that it protects: the beginning of a hash
 * of what is derived for that purpose alone, so that it tells keys of other stores apart and says nothing of the key.
 */
export class MasterKey {
  readonly id: number
  readonly #secret: Buffer
  readonly #recordKeys = new Map<number, KeyObject>()

  constructor(secret: Uint8Array) {
    if (secret.byteLength !== masterKeyBytes) throw new Error(`A master key has ${masterKeyBytes} bytes.`)
    this.#secret = Buffer.from(secret)
    // 0 stands for no key.
    this.id = createHash('sha256').update(derive(this.#secret, 'holdfast key id')).digest().readUInt32LE(0) || 1
  }

  static generate(): MasterKey {
    return new MasterKey(randomBytes(masterKeyBytes))
  }

  /** For the key file, and for the threads of this process. */
  get secret(): Buffer {
    return Buffer.from(this.#secret)
  }

  /** The key of the records that were written with this salt. */
  recordKey(salt: number): KeyObject {
    let key = this.#recordKeys.get(salt)
    if (key === undefined) {
      if (this.#recordKeys.size >= keptRecordKeys) this.#recordKeys.clear()
      key = createSecretKey(derive(this.#secret, `holdfast record key ${salt}`))
      this.#recordKeys.set(salt, key)
    }
    return key
  }
}

const derive = (secret: Buffer, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', purpose, masterKeyBytes))

/** As it is written for people and in files: eight hex digits. */
export const keyName = (id: number): string => id.toString(16).padStart(8, '0')
