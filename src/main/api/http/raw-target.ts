import { isUtf8 } from 'node:buffer'
import { maxKeyBytes } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'

/** A request target as it came over the wire, taken apart but neither decoded nor normalised. */
export interface RawTarget {
  readonly path: string
  /** What stands behind the first `?`; undefined when there is none. */
  readonly query: string | undefined
  /** Of an absolute target (`GET http://host/…`), which outranks the Host header. */
  readonly authority: string | undefined
}

const absoluteTarget = /^https?:\/\/([^/?#]*)(.*)$/is

/** `url` is node's, which holds one character for each byte. Never throws. */
export function parseTarget(url: string): RawTarget {
  if (url.startsWith('/')) return splitQuery(url, undefined)
  const [, authority, rest] = absoluteTarget.exec(url) ?? []
  if (authority === undefined || rest === undefined) return splitQuery(url, undefined)
  return splitQuery(rest.startsWith('/') ? rest : `/${rest}`, authority)
}

function splitQuery(text: string, authority: string | undefined): RawTarget {
  const mark = text.indexOf('?')
  if (mark < 0) return { path: text, query: undefined, authority }
  return { path: text.slice(0, mark), query: text.slice(mark + 1), authority }
}

const plainKey = /^[\x21-\x24\x26-\x7e]+$/

/**
 * The key that a piece of a raw target names: percent-decoded once, nothing else. Throws `invalid_request` for a bad escape, for bytes
 * that are no UTF-8, for an empty key and for one over 1,024 bytes.
 */
export function decodeKey(raw: string): string {
  if (raw === '') throw invalidKey('a key has at least one character; a list is asked for without the last slash')
  // Most keys need no decoding, and then one character is one byte.
  if (raw.length <= maxKeyBytes && plainKey.test(raw)) return raw
  const bytes = percentDecode(raw, 'key')
  if (bytes.length > maxKeyBytes) throw invalidKey(`a key has at most ${maxKeyBytes} bytes of UTF-8, this one has ${bytes.length}`)
  if (!isUtf8(bytes)) throw invalidKey('a key is well-formed UTF-8')
  return bytes.toString('utf8')
}

/** One segment of a path, as `decodeKey` does it, for ids. */
export function decodeSegment(raw: string, field: string): string {
  const bytes = percentDecode(raw, field)
  if (!isUtf8(bytes)) throw new HoldfastError('invalid_request', `${field}: expected well-formed UTF-8.`, { details: { field } })
  return bytes.toString('utf8')
}

function percentDecode(raw: string, field: string): Buffer {
  const source = Buffer.from(raw, 'latin1')
  const target = Buffer.allocUnsafe(source.length)
  let length = 0
  for (let index = 0; index < source.length; index++) {
    let byte = source[index] as number
    if (byte === 0x25) {
      const high = hexDigit(source[index + 1])
      const low = hexDigit(source[index + 2])
      if (high < 0 || low < 0) {
        const expected = 'two hexadecimal digits after every %'
        throw new HoldfastError('invalid_request', `${field}: expected ${expected}; a literal % is written %25.`, {
          details: { field, expected },
        })
      }
      byte = high * 16 + low
      index += 2
    }
    target[length++] = byte
  }
  return target.subarray(0, length)
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

function invalidKey(expected: string): HoldfastError {
  return new HoldfastError('invalid_request', `key: ${expected}.`, { details: { field: 'key', expected, limitBytes: maxKeyBytes } })
}
