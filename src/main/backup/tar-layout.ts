import { archiveFormat } from './archive-format.ts'

/** Tar (POSIX ustar) is made of blocks; an entry is one block of header, then its content, filled up with zeros to whole blocks. */
export const blockBytes = 512
const endOfTarBytes = 2 * blockBytes

export const paddedBytes = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes
/** Where the content of the entry begins that follows one whose content is at `offset`. */
export const nextContentOffset = (offset: number, bytes: number): number => offset + paddedBytes(bytes) + blockBytes

export const isAllZeros = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0)

const nameField = [0, 100] as const
const sizeField = [124, 136] as const
const checksumField = [148, 156] as const

/** What a header says of the length of its content; NaN for bytes that are no header. */
export const contentBytes = (header: Buffer): number => Number.parseInt(header.toString('latin1', ...sizeField), 8)

/**
 * What is wrong with the header block of an entry, or undefined. Any one flipped bit shows: outside of the checksum field the sum no
 * longer fits, and the field itself is compared as it is written.
 */
export function headerProblem(header: Buffer, expected: { name: string; bytes: number }): string | undefined {
  if (header.length !== blockBytes) return 'its tar header is cut off'
  let sum = 8 * 0x20
  for (let at = 0; at < blockBytes; at++) if (at < checksumField[0] || at >= checksumField[1]) sum += header[at] as number
  const written = `${sum.toString(8).padStart(6, '0')} \0`
  if (header.toString('latin1', ...checksumField) !== written) return 'its tar header is damaged'
  const name = header.toString('latin1', ...nameField).replace(/\0.*$/s, '')
  if (name !== expected.name || contentBytes(header) !== expected.bytes)
    return `another entry (${JSON.stringify(name)}) stands in its place`
  return undefined
}

/**
 * The last entry has a fixed size, so that the manifest at the end is found by one read of the last 2,048 bytes: header, this block, and
 * the two blocks of zeros that end a tar.
 */
export const locatorName = 'locator.json'
export const tailBytes = 2 * blockBytes + endOfTarBytes

export interface Locator {
  /** Where the content of the manifest at the end begins. */
  readonly offset: number
  readonly bytes: number
  readonly sha256: string
}

export function encodeLocator({ offset, bytes, sha256 }: Locator, format: number = archiveFormat): Buffer {
  const text = JSON.stringify({ product: 'holdfast', format, manifest: { offset, bytes, sha256 } })
  return Buffer.from(`${text.padEnd(blockBytes - 1)}\n`)
}

/**
 * Undefined for anything but what `encodeLocator` gives. A later format may look otherwise; then only its number is told, and nothing vouches for
 * that but the tar header.
 */
export function decodeLocator(tail: Buffer): { readonly format: number; readonly manifest: Locator | undefined } | undefined {
  if (tail.length !== tailBytes || headerProblem(tail.subarray(0, blockBytes), { name: locatorName, bytes: blockBytes })) return undefined
  if (!isAllZeros(tail.subarray(2 * blockBytes))) return undefined
  const block = tail.subarray(blockBytes, 2 * blockBytes)
  const { format, manifest } = parse(block) ?? {}
  if (typeof format !== 'number') return undefined
  if (isLocator(manifest) && encodeLocator(manifest, format).equals(block)) return { format, manifest }
  return format > archiveFormat ? { format, manifest: undefined } : undefined
}

function parse(block: Buffer): { format?: unknown; manifest?: unknown } | undefined {
  try {
    return JSON.parse(block.toString()) as { format?: unknown; manifest?: unknown }
  } catch {
    return undefined
  }
}

function isLocator(value: unknown): value is Locator {
  const locator = value as Partial<Locator> | null | undefined
  return Number.isSafeInteger(locator?.offset) && Number.isSafeInteger(locator?.bytes) && typeof locator?.sha256 === 'string'
}
