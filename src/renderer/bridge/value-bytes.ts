import type { ValueEncoding } from '../../contract/index.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of the bytes, undefined when they are not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

export function base64Of(bytes: Uint8Array): string {
  const parts: string[] = []
  // A multiple of 3, so that no padding falls inside; small enough for one call's arguments.
  const step = 0x6000
  for (let at = 0; at < bytes.length; at += step) parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + step))))
  return parts.join('')
}

export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes
}

/** The contract's rule: `json` only where writing the value again gives the same bytes, `text` for other UTF-8, else `base64`. */
export function encodeValue(bytes: Uint8Array): { value: unknown; encoding: ValueEncoding } {
  const text = textOf(bytes)
  if (text === undefined) return { value: base64Of(bytes), encoding: 'base64' }
  const json = exactJson(text)
  return json === undefined ? { value: text, encoding: 'text' } : { value: json.value, encoding: 'json' }
}

function exactJson(text: string): { value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return JSON.stringify(value) === text ? { value } : undefined
  } catch {
    return undefined
  }
}

/** The bytes that `value` stands for. */
export function decodeValue(value: unknown, encoding: ValueEncoding): Uint8Array<ArrayBuffer> {
  switch (encoding) {
    case 'json':
      return new TextEncoder().encode(JSON.stringify(value))
    case 'text':
      return new TextEncoder().encode(String(value))
    case 'base64':
      return bytesOfBase64(String(value))
    default:
      return encoding satisfies never
  }
}
