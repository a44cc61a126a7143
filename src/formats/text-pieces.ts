/** Encodings by the names that `TextDecoder` knows. */
export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

export interface Decoder {
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string
}
export type MakeDecoder = (encoding: Encoding, options: { fatal: boolean; ignoreBOM: boolean }) => Decoder

/** `damaged`: some bytes mean nothing in the encoding; where they were stands U+FFFD. */
export interface TextPiece {
  readonly text: string
  readonly damaged: boolean
}

/**
 * Decodes a stream of bytes. In UTF-8 a U+FFFD that is really in the file is told from bytes that are no UTF-8, so that a file with the
 * one is whole and nothing of the other is stored with changed characters.
 */
export class TextPieces {
  readonly #utf8: boolean
  readonly #strict: Decoder
  readonly #lenient: Decoder
  #rest = new Uint8Array(0)
  #atStart = true

  constructor(encoding: Encoding, makeDecoder: MakeDecoder) {
    this.#utf8 = encoding === 'utf-8'
    this.#strict = makeDecoder(encoding, { fatal: true, ignoreBOM: true })
    this.#lenient = makeDecoder(encoding, { fatal: false, ignoreBOM: true })
  }

  push(bytes: Uint8Array): TextPiece {
    if (!this.#utf8) return this.#withoutMark(flagged(this.#lenient.decode(bytes, { stream: true })))
    const whole = joined(this.#rest, bytes)
    const end = completeLength(whole)
    this.#rest = whole.slice(end)
    return this.#withoutMark(this.#decode(whole.subarray(0, end)))
  }

  end(): TextPiece {
    return this.#withoutMark(this.#utf8 ? this.#decode(this.#rest) : flagged(this.#lenient.decode()))
  }

  #decode(bytes: Uint8Array): TextPiece {
    try {
      return { text: this.#strict.decode(bytes), damaged: false }
    } catch {
      return { text: this.#lenient.decode(bytes), damaged: true }
    }
  }

  #withoutMark(piece: TextPiece): TextPiece {
    if (!this.#atStart || piece.text === '') return piece
    this.#atStart = false
    return piece.text.startsWith('\ufeff') ? { ...piece, text: piece.text.slice(1) } : piece
  }
}

const flagged = (text: string): TextPiece => ({ text, damaged: text.includes('\ufffd') })

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

/** Up to where the bytes hold whole characters of UTF-8. */
function completeLength(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 3); at--) {
    const byte = bytes[at] as number
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return at + length > bytes.length ? at : bytes.length
  }
  return bytes.length
}

/**
 * A few damaged bytes in UTF-8 are damage: read as another encoding, all that is sound would be changed without a word. Of texts in
 * other encodings next to nothing beyond ASCII can be read as UTF-8.
 */
function isMostlyRead(text: string): boolean {
  let read = 0
  let damaged = 0
  for (const character of text) {
    if (character === '\ufffd') damaged++
    else if (character > '\u007f') read++
  }
  return read > damaged
}

/** The encoding that the beginning of a file speaks for: its mark, else UTF-8 where it is mostly that, else what Chinese systems write. */
export function detectEncoding(sample: Uint8Array, makeDecoder: MakeDecoder): Encoding {
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le'
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be'
  const zeros = [0, 0]
  for (let at = 0; at < Math.min(sample.length, 1000); at++) if (sample[at] === 0) zeros[at % 2] = (zeros[at % 2] as number) + 1
  const [even = 0, odd = 0] = zeros
  const many = Math.min(sample.length, 1000) / 4
  if (odd > many && even < many) return 'utf-16le'
  if (even > many && odd < many) return 'utf-16be'
  const utf8 = new TextPieces('utf-8', makeDecoder).push(sample)
  if (!utf8.damaged || isMostlyRead(utf8.text)) return 'utf-8'
  const chinese = new TextPieces('gb18030', makeDecoder).push(sample)
  return chinese.damaged ? 'windows-1252' : 'gb18030'
}
