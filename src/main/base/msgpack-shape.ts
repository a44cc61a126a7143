import { isUtf8 } from 'node:buffer'
import { HoldfastError } from './errors.ts'

export interface MsgpackLimits {
  readonly maxDepth: number
  /** Maps and arrays. */
  readonly maxContainers: number
  /** How deep bytes may stand: below it JSON has no word for them. */
  readonly bytesDepth: number
  /** Takes times and long integers too, which JSON writes as tagged objects. */
  readonly allowsTypes?: true
}

const protoName = Buffer.from('__proto__')

/**
 * Walks over a msgpack document without building anything of it, so that a few bytes which promise a billion elements cost nothing. Refuses what a
 * record cannot say in JSON as well: extension types, bytes inside of a value, NaN, integers beyond 2^53, names that are no text. What stands in
 * a list directly below the document is named by its index. Throws `invalid_request`, and `too_large` for more than `maxContainers`.
 */
export function checkMsgpack(bytes: Buffer, limits: MsgpackLimits): void {
  new Walk(bytes, limits).run()
}

class Walk {
  readonly #bytes: Buffer
  readonly #limits: MsgpackLimits
  #at = 0
  #containers = 0
  #index: number | undefined

  constructor(bytes: Buffer, limits: MsgpackLimits) {
    this.#bytes = bytes
    this.#limits = limits
  }

  run(): void {
    this.#value(0)
    if (this.#at !== this.#bytes.length) this.#fail('one msgpack document and nothing behind it')
  }

  #value(depth: number): void {
    const type = this.#byte()
    if (type <= 0x7f || type >= 0xe0 || type === 0xc0 || type === 0xc2 || type === 0xc3) return
    if (type <= 0x8f) this.#map(type & 0x0f, depth)
    else if (type <= 0x9f) this.#array(type & 0x0f, depth)
    else if (type <= 0xbf) this.#text(type & 0x1f)
    else if (type >= 0xc4 && type <= 0xc6) this.#bin(this.#length(2 ** (type - 0xc4)), depth)
    else if (type === 0xca || type === 0xcb) this.#float(type === 0xca ? 4 : 8)
    else if (type === 0xcf || type === 0xd3) this.#long(type === 0xd3)
    else if (type >= 0xcc && type <= 0xd2) this.#skip(2 ** (type & 0x03))
    else if (type >= 0xd9 && type <= 0xdb) this.#text(this.#length(2 ** (type - 0xd9)))
    else if (type === 0xdc || type === 0xdd) this.#array(this.#length(type === 0xdc ? 2 : 4), depth)
    else if (type === 0xde || type === 0xdf) this.#map(this.#length(type === 0xde ? 2 : 4), depth)
    else if (!this.#limits.allowsTypes || !this.#timestamp(type)) this.#fail('no extension types; send times as text')
  }

  /** The one extension type of the specification: four, eight or twelve bytes of the type -1. */
  #timestamp(type: number): boolean {
    const length = type === 0xd6 ? 4 : type === 0xd7 ? 8 : type === 0xc7 ? this.#byte() : 0
    if (length !== 4 && length !== 8 && length !== 12) return false
    if (this.#byte() !== 0xff) return false
    this.#skip(length)
    return true
  }

  #bin(length: number, depth: number): void {
    if (depth > this.#limits.bytesDepth) this.#fail('bytes only as the whole value of a record; send others as base64 text')
    this.#skip(length)
  }

  #array(length: number, depth: number): void {
    this.#enter(length, depth)
    for (let index = 0; index < length; index++) {
      if (depth === 1) this.#index = index
      this.#value(depth + 1)
    }
    if (depth === 1) this.#index = undefined
  }

  #map(length: number, depth: number): void {
    this.#enter(length * 2, depth)
    for (let index = 0; index < length; index++) {
      this.#name()
      this.#value(depth + 1)
    }
  }

  /** Every element has a byte at least: what promises more than there is, is cut off. */
  #enter(elements: number, depth: number): void {
    const { maxDepth, maxContainers } = this.#limits
    if (depth >= maxDepth) this.#fail(`at most ${maxDepth} levels`)
    if (elements > this.#bytes.length - this.#at) this.#cutOff()
    if (++this.#containers <= maxContainers) return
    throw new HoldfastError('too_large', `The body has more than ${maxContainers} lists and objects; send it in parts.`, {
      details: { limit: maxContainers },
    })
  }

  #name(): void {
    const type = this.#byte()
    let name: Buffer | undefined
    if (type >= 0xa0 && type <= 0xbf) name = this.#text(type & 0x1f)
    else if (type >= 0xd9 && type <= 0xdb) name = this.#text(this.#length(2 ** (type - 0xd9)))
    else this.#fail('names that are texts')
    // The library would give it another name.
    if (name.equals(protoName)) this.#fail('no member named __proto__; send such a value as its JSON text in a bin')
  }

  #text(length: number): Buffer {
    const start = this.#at
    this.#skip(length)
    const text = this.#bytes.subarray(start, this.#at)
    if (!isUtf8(text)) this.#fail('texts in UTF-8; send other bytes as bin')
    return text
  }

  #float(length: 4 | 8): void {
    const at = this.#at
    this.#skip(length)
    const value = length === 4 ? this.#bytes.readFloatBE(at) : this.#bytes.readDoubleBE(at)
    if (!Number.isFinite(value)) this.#fail('numbers that JSON can say: no NaN, no infinity')
  }

  #long(isSigned: boolean): void {
    const at = this.#at
    this.#skip(8)
    const value = isSigned ? this.#bytes.readBigInt64BE(at) : this.#bytes.readBigUInt64BE(at)
    if (!this.#limits.allowsTypes && !Number.isSafeInteger(Number(value))) this.#fail('integers up to 2^53; send longer ones as text')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    return byte ?? this.#cutOff()
  }

  #length(bytes: number): number {
    const at = this.#at
    this.#skip(bytes)
    return this.#bytes.readUIntBE(at, bytes)
  }

  #skip(bytes: number): void {
    if (bytes > this.#bytes.length - this.#at) this.#cutOff()
    this.#at += bytes
  }

  #cutOff(): never {
    this.#fail('msgpack, and it is cut off')
  }

  #fail(expected: string): never {
    const field = this.#index === undefined ? 'body' : `operations[${this.#index}]`
    throw new HoldfastError('invalid_request', `${field}: expected ${expected}.`, {
      details: { field, expected, ...(this.#index !== undefined && { index: this.#index }) },
    })
  }
}
