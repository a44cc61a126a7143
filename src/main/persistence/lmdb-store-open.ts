import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Frame } from '../journal/frame-codec.ts'
import { Journal } from '../journal/journal.ts'
import type { JournalOptions } from '../journal/journal-open.ts'
import { segmentNumber } from '../journal/segment-pool.ts'
import {
  type GenerationPointer,
  listGenerations,
  newGenerationId,
  newTimeline,
  pointerDamaged,
  readPointer,
  writePointer,
} from './generation-pointer.ts'
import { environmentExists, LmdbEnvironment, unfinishedSuffix } from './lmdb-environment.ts'
import { type HybridTime, laterOf } from './version-clock.ts'

const flushTimeoutMs = 60_000

export interface OpenedParts {
  readonly environment: LmdbEnvironment
  readonly journal: Journal
  readonly pointer: GenerationPointer
  /** Frames that the database does not hold, in order. */
  readonly missing: readonly Frame[]
  /** Versions begin above it. */
  readonly floor: HybridTime
}

export interface OpenPlaces {
  readonly databaseFolder: string
  readonly journalFolder: string
  readonly storeId: string
  readonly journal: JournalOptions
  readonly log: Log
}

/** Opens the live generation and the journal as they are, or makes both for a new store. Throws `store_damaged` where they contradict each other. */
export async function openParts(places: OpenPlaces): Promise<OpenedParts> {
  await mkdir(places.databaseFolder, { recursive: true, mode: 0o700 })
  await removeUnfinishedEnvironments(places.databaseFolder)
  const pointer = await readPointer(places.databaseFolder)
  return pointer ? openExisting(places, pointer) : createNew(places)
}

async function openExisting(places: OpenPlaces, pointer: GenerationPointer): Promise<OpenedParts> {
  const { databaseFolder, storeId, log } = places
  if (pointer.storeId !== storeId) {
    throw new HoldfastError(
      'store_damaged',
      'The database belongs to another store. Put the database of this store back, or correct database.lmdb.path.',
    )
  }
  const folder = join(databaseFolder, pointer.live)
  const environment = LmdbEnvironment.open(folder)
  try {
    const { appliedSequence, version } = environment.state
    const missing: Frame[] = []
    let floor = laterOf(pointer.clockFloor, version)
    const journal = await Journal.open(places.journal, appliedSequence, (frame) => {
      floor = laterOf(floor, frame.time)
      if (frame.sequence > appliedSequence) missing.push(frame)
    })
    const current = await withTimeline(places, pointer, environment, journal)
    if (environment.isOlderFormat) await environment.bringUpToDate(flushTimeoutMs)
    environment.checkReaders()
    await removeStrayGenerations(databaseFolder, current, log)
    return { environment, journal, pointer: current, missing, floor }
  } catch (error) {
    await environment.close()
    throw error
  }
}

/** The database is ahead of the journal: frames that others may have followed are gone, so history begins anew (DN1). */
async function withTimeline(
  places: OpenPlaces,
  pointer: GenerationPointer,
  environment: LmdbEnvironment,
  journal: Journal,
): Promise<GenerationPointer> {
  if (!journal.skipTo(environment.state.appliedSequence + 1)) return pointer
  places.log.warn(
    { appliedSequence: environment.state.appliedSequence },
    'The journal ends before what the database holds; a new timeline begins.',
  )
  const next = { ...pointer, timeline: newTimeline() }
  await environment.apply([], [], { ...environment.state, timeline: next.timeline })
  await environment.flushed(flushTimeoutMs)
  await writePointer(places.databaseFolder, next)
  return next
}

async function createNew(places: OpenPlaces): Promise<OpenedParts> {
  const { databaseFolder, storeId } = places
  await removeUnfinishedStore(places)
  const journal = await Journal.create(places.journal)
  const live = newGenerationId()
  const timeline = newTimeline()
  const floor = { ms: 0, counter: 0 }
  const environment = await LmdbEnvironment.create(join(databaseFolder, live), { storeId, timeline, appliedSequence: 0, version: floor })
  const pointer: GenerationPointer = { format: 1, storeId, live, timeline, previous: null, clockFloor: floor }
  await writePointer(databaseFolder, pointer)
  return { environment, journal, pointer, missing: [], floor }
}

/** What a first start that was cut off left behind holds nothing. Anything that holds something is left as it is: the pointer was lost. */
async function removeUnfinishedStore({ databaseFolder, journalFolder, journal }: OpenPlaces): Promise<void> {
  const generations = await listGenerations(databaseFolder)
  for (const id of generations) {
    const folder = join(databaseFolder, id)
    if (environmentExists(folder) && (await holdsSomething(folder))) throw pointerDamaged(join(databaseFolder, 'current.json'))
  }
  const segments = (await readdir(journalFolder).catch(() => [])).filter((name) => segmentNumber(name) !== undefined)
  if (segments.length > 0) {
    const opened = await Journal.open(journal, 0, () => {
      throw pointerDamaged(join(databaseFolder, 'current.json'))
    })
    await opened.close()
  }
  for (const id of generations) await rm(join(databaseFolder, id), { recursive: true })
  for (const name of segments) await rm(join(journalFolder, name))
}

async function holdsSomething(folder: string): Promise<boolean> {
  let environment: LmdbEnvironment
  try {
    environment = LmdbEnvironment.open(folder)
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'store_damaged') return true
    throw error
  }
  const holds = environment.records.count > 0 || environment.state.appliedSequence > 0
  await environment.close()
  return holds
}

/** What was being made when a host stopped or its disk failed is nobody's data. */
async function removeUnfinishedEnvironments(databaseFolder: string): Promise<void> {
  const unfinished = (await readdir(databaseFolder)).filter((name) => name.endsWith(unfinishedSuffix))
  for (const name of unfinished) await rm(join(databaseFolder, name), { recursive: true })
}

/** A generation that is neither live nor kept for undo was being built when the host stopped, or was replaced twice. */
async function removeStrayGenerations(databaseFolder: string, { live, previous }: GenerationPointer, log: Log): Promise<void> {
  for (const id of await listGenerations(databaseFolder)) {
    if (id === live || id === previous?.id) continue
    log.info({ generation: id }, 'A generation that was never finished, or was replaced twice, is removed.')
    await rm(join(databaseFolder, id), { recursive: true })
  }
}
