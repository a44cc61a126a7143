import { createCipheriv, createDecipheriv, type KeyObject, randomFillSync } from 'node:crypto'
import type { MasterKey } from './master-key.ts'

const saltBytes = 4
const nonceBytes = 12
const tagBytes = 16
/** What encryption adds to a payload. */
export const sealBytes = saltBytes + nonceBytes + tagBytes
/** GCM with random nonces is safe for 2³² uses of a key (NIST SP 800-38D, 8.3); a record key is left at half of that (BL3). */
const mostUses = 2 ** 31
const nonceStock = 512

/** Encrypts with keys derived from one master key, each from a salt that is drawn anew: with every start, in every thread, and before it is used up. */
export class RecordSealer {
  readonly master: MasterKey
  readonly #mostUses: number
  readonly #nonces = Buffer.allocUnsafe(nonceBytes * nonceStock)
  #nextNonce = nonceStock
  #salt = 0
  #key: KeyObject | undefined
  #uses = 0

  constructor(master: MasterKey, options: { mostUses?: number } = {}) {
    this.master = master
    this.#mostUses = options.mostUses ?? mostUses
  }

  /** u32 salt · 12 bytes nonce · the encrypted bytes · 16 bytes tag (AES-256-GCM). `associated` is vouched for and not in it. */
  seal(plain: Uint8Array, associated: Uint8Array): Buffer {
    const key = this.#usableKey()
    const sealed = Buffer.allocUnsafe(sealBytes + plain.byteLength)
    sealed.writeUInt32LE(this.#salt, 0)
    const nonce = this.#nonce()
    sealed.set(nonce, saltBytes)
    const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
    cipher.setAAD(associated)
    let at = saltBytes + nonceBytes
    at += cipher.update(plain).copy(sealed, at)
    cipher.final()
    cipher.getAuthTag().copy(sealed, at)
    return sealed
  }

  #usableKey(): KeyObject {
    if (this.#key === undefined || this.#uses >= this.#mostUses) {
      this.#salt = randomFillSync(Buffer.allocUnsafe(saltBytes)).readUInt32LE(0)
      this.#key = this.master.recordKey(this.#salt)
      this.#uses = 0
    }
    this.#uses++
    return this.#key
  }

  #nonce(): Buffer {
    if (this.#nextNonce === nonceStock) {
      randomFillSync(this.#nonces)
      this.#nextNonce = 0
    }
    const from = nonceBytes * this.#nextNonce++
    return this.#nonces.subarray(from, from + nonceBytes)
  }
}

/** Throws when the bytes, what is associated with them, or the key are not those of `seal`. */
export function unseal(sealed: Buffer, associated: Uint8Array, master: MasterKey): Buffer {
  if (sealed.length < sealBytes) throw new Error('The encrypted payload is too short.')
  const nonce = sealed.subarray(saltBytes, saltBytes + nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', master.recordKey(sealed.readUInt32LE(0)), nonce, { authTagLength: tagBytes })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  const plain = decipher.update(sealed.subarray(saltBytes + nonceBytes, sealed.length - tagBytes))
  decipher.final()
  return plain
}
