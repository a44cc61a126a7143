import { HoldfastError } from '../base/errors.ts'
import type { PackedEntry } from './manifest.ts'

/** One damaged place of a backup: the entry, what is wrong, and for a chunk the records that it holds. */
export interface Damage {
  readonly part: string
  readonly what: string
  readonly records?: number
  readonly firstKey?: string
  readonly lastKey?: string
}

const maxNamed = 3
const maxKeyText = 80

export function damageOf(entry: PackedEntry, what: string): Damage {
  const { name, kind, records, firstKey, lastKey } = entry
  return kind === 'chunk' ? { part: name, what, records, firstKey, lastKey } : { part: name, what }
}

/** A sentence for people, and the places as facts for programs. */
export function damagedBackup(file: string, damages: readonly Damage[], cause?: unknown): HoldfastError {
  const named = damages.slice(0, maxNamed).map(describe).join('; ')
  const more = damages.length > maxNamed ? `; and ${damages.length - maxNamed} more places` : ''
  const sentence = `The backup ${file} is damaged: ${named}${more}. Use another backup, and check the disk that holds it.`
  return new HoldfastError('backup_damaged', sentence, { details: { file, damages: damages.slice(0, 100) }, cause })
}

function describe({ part, what, records, firstKey, lastKey }: Damage): string {
  if (records === undefined || firstKey === undefined || lastKey === undefined) return `${part}: ${what}`
  const holds = records === 1 ? `the record ${keyText(firstKey)}` : `${records} records, ${keyText(firstKey)} to ${keyText(lastKey)}`
  return `${part}: ${what} (it holds ${holds})`
}

const keyText = (key: string): string => JSON.stringify(key.length > maxKeyText ? `${key.slice(0, maxKeyText)}…` : key)
