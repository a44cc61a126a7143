import type { HoldfastError } from '../base/errors.ts'
import { manifestName, maxManifestBytes, sha256 } from './archive-format.ts'
import { type Damage, damagedBackup } from './damage.ts'
import { type Manifest, newerArchive, parseManifest, parseStartManifest, type StartManifest } from './manifest.ts'
import { contradictionOf } from './manifest-contradiction.ts'
import type { RangeSource } from './range-source.ts'
import {
  blockBytes,
  contentBytes,
  decodeLocator,
  headerProblem,
  isAllZeros,
  nextContentOffset,
  paddedBytes,
  tailBytes,
} from './tar-layout.ts'

/** An archive whose end was read: its manifest, which has been checked, and where the rest lies. */
export interface ArchiveFile {
  readonly name: string
  readonly source: RangeSource
  readonly manifest: Manifest
}

/**
 * Reads the last part of a backup: two reads, however large it is. `name` is for messages. Throws `backup_damaged` and `newer_format`;
 * the source stays open and belongs to the caller.
 */
export async function openArchive(source: RangeSource, name: string): Promise<ArchiveFile> {
  const locator = decodeLocator(await source.read(Math.max(0, source.bytes - tailBytes), tailBytes))
  if (locator === undefined) throw damaged(name, 'end of the file', 'it is cut off or damaged')
  if (locator.manifest === undefined) throw newerArchive(locator.format)
  const { offset, bytes } = locator.manifest
  if (bytes > maxManifestBytes || offset < blockBytes || nextContentOffset(offset, bytes) - blockBytes + tailBytes !== source.bytes) {
    throw damaged(name, 'end of the file', 'the manifest does not lie where it should')
  }
  const entry = await source.read(offset - blockBytes, blockBytes + paddedBytes(bytes))
  const problem = headerProblem(entry.subarray(0, blockBytes), { name: manifestName, bytes })
  if (problem !== undefined) throw damaged(name, `${manifestName} at the end`, problem)
  const content = entry.subarray(blockBytes, blockBytes + bytes)
  if (sha256(content) !== locator.manifest.sha256) throw damaged(name, `${manifestName} at the end`, 'its SHA-256 does not match')
  if (!isAllZeros(entry.subarray(blockBytes + bytes))) throw damaged(name, `${manifestName} at the end`, 'the bytes behind it are damaged')
  const manifest = parseManifest(content.toString())
  if (manifest === undefined) throw damaged(name, `${manifestName} at the end`, 'it has what no Holdfast writes')
  if (manifest.format !== locator.format) throw damaged(name, 'end of the file', 'it names another format than the manifest')
  if (!isGapless(manifest, offset)) throw damaged(name, `${manifestName} at the end`, 'its places contradict each other')
  const contradiction = contradictionOf(manifest)
  if (contradiction !== undefined) throw damaged(name, `${manifestName} at the end`, contradiction)
  return { name, source, manifest }
}

const maxStartBytes = 1024 * 1024

/** What the beginning of a file says that has no readable end. */
export async function readStartManifest(source: RangeSource): Promise<StartManifest | undefined> {
  const header = await source.read(0, blockBytes)
  const bytes = contentBytes(header)
  if (!(bytes > 0 && bytes < maxStartBytes) || headerProblem(header, { name: manifestName, bytes }) !== undefined) return undefined
  return parseStartManifest((await source.read(blockBytes, bytes)).toString())
}

/** Whether the entries follow each other without a gap up to the manifest at the end. */
function isGapless({ start, entries }: Manifest, manifestOffset: number): boolean {
  let expected = blockBytes
  for (const { offset, bytes } of [start, ...entries]) {
    if (offset !== expected) return false
    expected = nextContentOffset(offset, bytes)
  }
  return expected === manifestOffset
}

const damaged = (name: string, part: string, what: string): HoldfastError => damagedBackup(name, [{ part, what } satisfies Damage])
