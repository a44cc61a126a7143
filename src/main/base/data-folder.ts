import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { chmod, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Clock, toIso } from './clock.ts'
import { writeFileDurably } from './durable-file.ts'
import { HoldfastError } from './errors.ts'
import type { Log } from './log.ts'
import { makeFolder } from './make-folder.ts'

/** The newest form of the data folder that this version reads and writes. */
const dataFormat = 1
const markerName = 'holdfast.json'
/** What may lie in a folder of ours before its marker is written: a configuration laid ready, and what a start that was cut off leaves. */
const earlyEntries = new Set(['holdfast.toml', 'lock', 'run', 'logs'])
/** What lies only in a folder that a host has run on. */
const ownEntries = new Set(['db', 'journal', 'token', 'jobs.json', 'backups', 'activity', 'undo', 'keys', 'encryption.json'])
const leftover = /^holdfast\.json\.[0-9a-f]{8}\.tmp$/

const markerSchema = z.object({
  product: z.literal('holdfast'),
  format: z.number().int().positive(),
  storeId: z.string().min(1),
  nodeId: z.string().min(1),
  createdAt: z.string(),
})
/** Who this store is, for life: the journal and the backups carry the ids. */
export type DataFolderMarker = z.infer<typeof markerSchema>

/** `HOLDFAST_DATA`, else the system's usual place. */
export function defaultDataFolder(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (environment.HOLDFAST_DATA) return environment.HOLDFAST_DATA
  if (platform === 'win32') return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'holdfast')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'holdfast')
  return join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'holdfast')
}

/** Throws `foreign_folder` when it holds something that is not ours, and `newer_format`. Changes nothing. */
export async function inspectDataFolder(path: string): Promise<void> {
  const facts = await statOrNothing(path)
  if (facts === undefined) return
  if (!facts.isDirectory()) throw foreign(path, 'it is not a folder')
  if ((await readMarker(path)) !== undefined) return
  const strangers = (await list(path)).filter((name) => !earlyEntries.has(name) && !leftover.test(name))
  if (strangers.length === 0) return
  // Another host may have made it ours between the two looks.
  if ((await readMarker(path)) !== undefined) return
  const named = strangers.slice(0, 3).join(', ')
  throw foreign(path, `it holds ${named}${strangers.length > 3 ? ' and more' : ''} and has no ${markerName}`)
}

/** Makes the folder when it is missing (0700), tightens it when others can enter, and gives its real path. Inspect it before. */
export async function claimDataFolder(path: string, log: Log): Promise<string> {
  await makeDataFolder(path)
  const folder = await realpath(path)
  const facts = await statOrNothing(folder)
  if (facts !== undefined) await tighten(folder, facts.mode, log)
  return folder
}

/** Reads who this store is; the first start decides it. Called with the lock held. */
export async function openMarker(folder: string, clock: Clock): Promise<DataFolderMarker> {
  const known = await readMarker(folder)
  if (known !== undefined) return known
  const marker: DataFolderMarker = {
    product: 'holdfast',
    format: dataFormat,
    storeId: randomUUID(),
    nodeId: randomBytes(4).toString('hex'),
    createdAt: toIso(clock.wallMs()),
  }
  await writeFileDurably(join(folder, markerName), `${JSON.stringify({ ...marker, sha256: digestOf(marker) }, null, 2)}\n`)
  return marker
}

async function readMarker(folder: string): Promise<DataFolderMarker | undefined> {
  const file = join(folder, markerName)
  const text = await readOrNothing(file)
  if (text === undefined) return undefined
  const json = parseJson(text)
  const format = z.object({ product: z.literal('holdfast'), format: z.number() }).safeParse(json).data?.format
  if (format !== undefined && format > dataFormat) throw newerFormat(folder, format)
  const marker = markerSchema.extend({ sha256: z.string() }).safeParse(json)
  if (marker.success) {
    const { sha256, ...known } = marker.data
    if (sha256 === digestOf(known)) return known
  }
  const isOurs = (await list(folder)).some((name) => ownEntries.has(name))
  throw isOurs ? markerDamaged(folder) : foreign(folder, `its ${markerName} cannot be understood`, marker.error)
}

// A flipped bit in an id would bind the store to another journal, or name another node in every version.
const digestOf = ({ product, format, storeId, nodeId, createdAt }: DataFolderMarker): string =>
  createHash('sha256')
    .update(JSON.stringify([product, format, storeId, nodeId, createdAt]))
    .digest('hex')

function markerDamaged(folder: string): HoldfastError {
  const sentence = `The file that says whose data this is (${join(folder, markerName)}) is damaged. Nothing was changed. Put it back from a copy of the data folder, or restore the newest backup into a new folder.`
  return new HoldfastError('store_damaged', sentence, { details: { dataFolder: folder } })
}

async function tighten(folder: string, mode: number, log: Log): Promise<void> {
  if (process.platform === 'win32' || (mode & 0o077) === 0) return
  try {
    await chmod(folder, 0o700)
  } catch (error) {
    throw foreign(folder, 'others can enter it, and this user may not change that', error)
  }
  log.warn({ folder, mode: (mode & 0o777).toString(8) }, 'Others could enter the data folder; now only its owner can')
}

async function makeDataFolder(path: string): Promise<void> {
  try {
    await makeFolder(path)
  } catch (error) {
    throw foreign(path, `it cannot be made (${(error as NodeJS.ErrnoException).code})`, error)
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    throw foreign(folder, 'this user may not read it', error)
  }
}

async function statOrNothing(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw foreign(path, `the system says ${(error as NodeJS.ErrnoException).code}`, error)
  }
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw foreign(file, `the system says ${(error as NodeJS.ErrnoException).code}`, error)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function foreign(path: string, reason: string, cause?: unknown): HoldfastError {
  const sentence = `${path} cannot be used as a data folder: ${reason}. Choose an empty folder or one that does not exist yet.`
  return new HoldfastError('foreign_folder', sentence, { details: { dataFolder: path }, cause })
}

function newerFormat(folder: string, format: number): HoldfastError {
  const sentence = `The data in ${folder} was written by a newer Holdfast (format ${format}; this one knows ${dataFormat}). Nothing was touched; start the newer version.`
  return new HoldfastError('newer_format', sentence, { details: { dataFolder: folder, format, knownFormat: dataFormat } })
}
