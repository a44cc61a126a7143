import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ArchiveReader } from '../../../src/main/backup/archive-reader.ts'
import type { Damage } from '../../../src/main/backup/damage.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { archiveBytes, inKeyOrder, MemorySource, openBytes, rawRecord, walkWhole } from './setup.ts'

/** Small, yet with every kind of place: two manifests, chunks, a part of the index, headers, padding, the end. */
const small = () => archiveBytes(['a', 'b', 'c', 'd'].map((key, at) => rawRecord(key, Buffer.from(`the value of ${key}`), at)))

async function damagesOf(content: Buffer): Promise<readonly Damage[]> {
  try {
    return (await walkWhole(content)).damages
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'backup_damaged') return error.details?.damages as Damage[]
    throw error
  }
}

function flipped(content: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(content)
  copy[at] = (copy[at] as number) ^ (1 << bit)
  return copy
}

describe('a flipped bit', () => {
  test('anywhere in the file is found, and its place is named', async () => {
    const content = await small()
    const { manifest } = await openBytes(content)
    const namesAt = (at: number): string[] => {
      const ends = [
        { part: 'manifest.json at the beginning', ...manifest.start },
        ...manifest.entries.map((entry) => ({ part: entry.name, ...entry })),
      ]
      const entry = ends.find(({ offset, bytes }) => at < offset + Math.ceil(bytes / 512) * 512)
      if (entry !== undefined) return [entry.part]
      // The end of the file holds the checksum of the manifest: when the two disagree, either may be the one that changed.
      return at < content.length - 2048 ? ['manifest.json at the end'] : ['end of the file', 'manifest.json at the end']
    }
    for (let at = 0; at < content.length; at++) {
      const damages = await damagesOf(flipped(content, at, at % 8))
      expect(damages, `byte ${at}`).toHaveLength(1)
      expect(namesAt(at), `byte ${at}`).toContain(damages[0]?.part)
    }
  })

  test('in a chunk is told with the keys and the number of records that it holds, and the other chunks are still read', async () => {
    const content = await archiveBytes(inKeyOrder([1, 2, 3].map((at) => rawRecord(`key ${at}`, randomBytes(3 * 1024 * 1024)))))
    const { manifest } = await openBytes(content)
    const second = manifest.entries.filter(({ kind }) => kind === 'chunk')[1]
    const bad = flipped(content, (second?.offset ?? 0) + 1000, 3)
    const { records, damages } = await walkWhole(bad)
    expect(damages).toEqual([
      { part: 'chunks/000002.zst', what: 'its SHA-256 does not match', records: 1, firstKey: 'key 2', lastKey: 'key 2' },
    ])
    expect(records.map(({ key }) => key)).toEqual(['key 1', 'key 3'])
  })

  test('never lets a wrong record through when one key is fetched', async () => {
    const content = await small()
    for (let at = 0; at < content.length; at++) {
      try {
        const reader = await ArchiveReader.open(new MemorySource(flipped(content, at, (at + 3) % 8)), 'test.hfb')
        const found = await reader.find('c')
        expect(Buffer.from(found?.value ?? '').toString(), `byte ${at}`).toBe('the value of c')
      } catch (error) {
        expect(error, `byte ${at}`).toMatchObject({ code: 'backup_damaged' })
      }
    }
  })
})

describe('a file', () => {
  test('that was cut off anywhere is damaged', async () => {
    const content = await small()
    for (let bytes = 0; bytes < content.length; bytes += 97) {
      await expect(openBytes(content.subarray(0, bytes)), `${bytes} bytes`).rejects.toMatchObject({ code: 'backup_damaged' })
    }
  })

  test('with something behind its end is damaged', async () => {
    await expect(openBytes(Buffer.concat([await small(), Buffer.alloc(512)]))).rejects.toMatchObject({ code: 'backup_damaged' })
  })

  test('that lost a piece in its middle is damaged', async () => {
    const content = await small()
    await expect(openBytes(Buffer.concat([content.subarray(0, 1024), content.subarray(1536)]))).rejects.toMatchObject({
      code: 'backup_damaged',
    })
  })

  test('of a newer format is refused as such, not as damaged', async () => {
    const content = await small()
    const newer = Buffer.from(content)
    const at = newer.lastIndexOf('"format":1')
    newer.write('{"product":"holdfast","format":3,"place":"elsewhere"}'.padEnd(511), at - 22)
    await expect(openBytes(newer)).rejects.toMatchObject({ code: 'newer_format' })
  })
})
