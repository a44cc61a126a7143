import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import type { SwitchReason } from './record-store.ts'
import type { HybridTime } from './version-clock.ts'

export interface PreviousGeneration {
  readonly id: string
  readonly replacedAtMs: number
  readonly reason: SwitchReason
}

/** Names the live generation. Replacing this one file is what makes a restore happen (TL2). */
export interface GenerationPointer {
  readonly format: 1
  readonly storeId: string
  readonly live: string
  readonly timeline: string
  readonly previous: PreviousGeneration | null
  /** Versions begin above it, whatever the clock says. */
  readonly clockFloor: HybridTime
}

const fileName = 'current.json'
const generationPattern = /^g-[0-9a-f]{12}$/

export const newGenerationId = (): string => `g-${randomBytes(6).toString('hex')}`
export const newTimeline = (): string => randomBytes(4).toString('hex')

/** Undefined when there is none. Throws `store_damaged` for one that cannot be trusted, `newer_format`. */
export async function readPointer(databaseFolder: string): Promise<GenerationPointer | undefined> {
  const file = join(databaseFolder, fileName)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw pointerDamaged(file, error)
  }
  const stored = parse(file, text)
  if ((stored.pointer.format as number) > 1) {
    throw new HoldfastError('newer_format', 'The database was written by a newer Holdfast. Start that version, or a newer one.')
  }
  if (stored.sha256 !== digest(stored.pointer)) throw pointerDamaged(file)
  return stored.pointer
}

function parse(file: string, text: string): { pointer: GenerationPointer; sha256: string } {
  try {
    const stored = JSON.parse(text) as { pointer: GenerationPointer; sha256: string }
    if (typeof stored.pointer === 'object' && stored.pointer !== null) return stored
  } catch (error) {
    throw pointerDamaged(file, error)
  }
  throw pointerDamaged(file)
}

export function writePointer(databaseFolder: string, pointer: GenerationPointer): Promise<void> {
  return writeFileDurably(join(databaseFolder, fileName), `${JSON.stringify({ pointer, sha256: digest(pointer) }, null, 2)}\n`)
}

/** Ids of the generations that lie in the folder, live or not. */
export async function listGenerations(databaseFolder: string): Promise<string[]> {
  return (await readdir(databaseFolder)).filter((name) => generationPattern.test(name))
}

const digest = (pointer: GenerationPointer): string => createHash('sha256').update(JSON.stringify(pointer)).digest('hex')

export function pointerDamaged(file: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'store_damaged',
    `The file that names the live database is damaged or missing (${file}). Nothing was changed or deleted. Copy the data folder to a safe place, then restore the newest backup into a new folder.`,
    { details: { file }, cause },
  )
}
