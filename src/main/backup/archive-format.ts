import { createHash } from 'node:crypto'

/** The newest form of a backup that this version reads, and the one that it writes (docs/formats.md, docs/backup.md). */
export const archiveFormat = 2
export const fileExtension = '.hfb'

/** A chunk is closed before it would grow beyond this; only a single larger record makes a larger chunk. */
export const chunkTargetBytes = 4 * 1024 * 1024
/** A part of the key index is closed at the end of the chunk with which it reaches this. */
export const indexPartTargetBytes = 1024 * 1024
/** No chunk and no index part is larger than this before compression: a manifest that says so is wrong, and no memory is given to it. */
export const maxRawBytes = 256 * 1024 * 1024
export const maxManifestBytes = 512 * 1024 * 1024

export const manifestName = 'manifest.json'
export const chunkName = (number: number): string => `chunks/${String(number).padStart(6, '0')}.zst`
export const indexPartName = (number: number): string => `index/${String(number).padStart(6, '0')}.zst`

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
