const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const padded = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
/** A string is put together from pieces of this many bytes; a multiple of three, so that only the last is padded. */
const pieceBytes = 3 * 4096

const digits = new Uint8Array(128)
for (let digit = 0; digit < alphabet.length; digit++) digits[alphabet.charCodeAt(digit)] = digit

/** Standard base64 with padding. For parts that have neither Node nor a browser. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let start = 0; start < bytes.length; start += pieceBytes) pieces.push(pieceOf(bytes.subarray(start, start + pieceBytes)))
  return pieces.join('')
}

function pieceOf(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at
    const three = ((bytes[at] as number) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    text += alphabet.charAt(three >> 18) + alphabet.charAt((three >> 12) & 63)
    text += left > 1 ? alphabet.charAt((three >> 6) & 63) : '='
    text += left > 2 ? alphabet.charAt(three & 63) : '='
  }
  return text
}

/** Undefined for what is no padded base64 of the standard alphabet. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (!padded.test(text)) return undefined
  const bytes = new Uint8Array((text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0))
  for (let at = 0, out = 0; at < text.length; at += 4) {
    const four = (digitAt(text, at) << 18) | (digitAt(text, at + 1) << 12) | (digitAt(text, at + 2) << 6) | digitAt(text, at + 3)
    bytes[out++] = four >> 16
    if (out < bytes.length) bytes[out++] = (four >> 8) & 255
    if (out < bytes.length) bytes[out++] = four & 255
  }
  return bytes
}

const digitAt = (text: string, at: number): number => digits[text.charCodeAt(at)] as number
