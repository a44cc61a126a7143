import { crc32 } from 'node:zlib'
import { HoldfastError } from '../base/errors.ts'
import type { HybridTime } from './version-clock.ts'

export const databaseFormat = 3

/** What an environment says of itself, changed in the same commit as the records. */
export interface EnvironmentState {
  readonly format: number
  readonly storeId: string
  readonly timeline: string
  /** Everything up to this journal sequence is in the tables. */
  readonly appliedSequence: number
  /** The highest version in it. */
  readonly version: HybridTime
}

// LMDB has no checksums: a wrong digit in the applied sequence would skip what the journal holds.
export const encodeState = (state: EnvironmentState): Buffer =>
  Buffer.from(JSON.stringify({ ...state, checksum: crc32(JSON.stringify(state)) }))

/** Throws when the state is missing or damaged, and `newer_format` when a newer program wrote it. */
export function decodeState(bytes: Buffer | undefined): EnvironmentState {
  if (bytes === undefined) throw new Error('The state of the environment is missing.')
  const { checksum, ...state } = JSON.parse(bytes.toString()) as EnvironmentState & { checksum: number }
  if (checksum !== crc32(JSON.stringify(state))) throw new Error('The state of the environment is damaged.')
  if (state.format > databaseFormat) {
    throw new HoldfastError('newer_format', 'The database was written by a newer Holdfast. Start that version, or a newer one.')
  }
  return state
}
