import { randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ArchiveReader } from '../../../src/main/backup/archive-reader.ts'
import { writeArchive } from '../../../src/main/backup/archive-writer.ts'
import { systemClock } from '../../../src/main/base/clock.ts'
import type { RawRecord } from '../../../src/main/persistence/lmdb-reader.ts'
import { decodeRecord } from '../../../src/main/persistence/record-codec.ts'
import { archiveBytes, inKeyOrder, MemorySource, never, openBytes, rawRecord, startManifest, walkWhole, withFolder } from './setup.ts'

const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => text.isWellFormed())
const anyRecords = fc
  .uniqueArray(fc.tuple(key, fc.uint8Array({ maxLength: 300 })), { selector: ([name]) => name, maxLength: 60 })
  .map((pairs) => inKeyOrder(pairs.map(([name, value], index) => rawRecord(name, value, index))))

async function expectSame(content: Buffer, records: readonly RawRecord[]): Promise<void> {
  const read = await walkWhole(content)
  expect(read.damages).toEqual([])
  expect(read.records.map((one) => one.key)).toEqual(records.map((one) => one.key))
  for (const [index, { record }] of records.entries()) expect(read.records[index]?.record.equals(record)).toBe(true)
}

describe('an archive', () => {
  test('gives back any records, and each of them by its key alone', async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords, key, async (records, other) => {
        const content = await archiveBytes(records)
        await expectSame(content, records)
        const reader = await ArchiveReader.open(new MemorySource(content), 'test.hfb')
        for (const one of records) expect(await reader.find(one.key)).toEqual({ key: one.key, ...decodeRecord(one.key, one.record) })
        const known = records.some((one) => one.key === other)
        expect((await reader.find(other)) !== undefined).toBe(known)
      }),
      { numRuns: 40 },
    )
  })

  test('keeps the extremes: an empty value, 16 MiB, every byte, the longest keys', async () => {
    const longKey = '𝄞'.repeat(256)
    const records = inKeyOrder([
      rawRecord('empty', Buffer.alloc(0)),
      rawRecord('large', randomBytes(16 * 1024 * 1024)),
      rawRecord('bytes', everyByte),
      rawRecord(`${'k'.repeat(1023)}a`, Buffer.from('1')),
      rawRecord(`${'k'.repeat(1023)}b`, Buffer.from('2')),
      rawRecord(longKey, Buffer.from('3')),
      rawRecord('\0\u0001\n', Buffer.from('4')),
      rawRecord('\uffff', Buffer.from('5')),
      rawRecord('../../etc/passwd', Buffer.from('6')),
    ])
    const content = await archiveBytes(records)
    await expectSame(content, records)
    const { manifest } = await openBytes(content)
    expect(manifest.entries.filter(({ kind }) => kind === 'chunk').map(({ rawBytes }) => rawBytes > 4 * 1024 * 1024)).toContain(true)
  })

  test('of an empty store has no chunk, and reads back', async () => {
    const content = await archiveBytes([])
    await expectSame(content, [])
    const { manifest } = await openBytes(content)
    expect(manifest).toMatchObject({ records: 0, bytes: 0, entries: [] })
  })

  test('of many records closes chunks at 4 MiB and finds a key by one part of the index and one chunk', async () => {
    const count = 120_000
    function* records(): Generator<RawRecord> {
      for (let at = 0; at < count; at++) yield rawRecord(`sensor:${String(at).padStart(8, '0')}`, Buffer.from(`value ${at}`), at % 1000)
    }
    const content = await archiveBytes(records())
    const { manifest } = await openBytes(content)
    const chunks = manifest.entries.filter(({ kind }) => kind === 'chunk')
    const parts = manifest.entries.filter(({ kind }) => kind === 'index')
    expect(chunks.length).toBeGreaterThan(2)
    expect(parts.length).toBeGreaterThan(1)
    expect(Math.max(...chunks.map(({ rawBytes }) => rawBytes))).toBeLessThanOrEqual(4 * 1024 * 1024)
    expect((await walkWhole(content)).damages).toEqual([])

    const source = new MemorySource(content)
    const reader = await ArchiveReader.open(source, 'test.hfb')
    source.reads.length = 0
    const found = await reader.find('sensor:00119999')
    expect(Buffer.from(found?.value ?? '').toString()).toBe('value 119999')
    expect(source.reads).toHaveLength(2)
    expect(await reader.find('sensor:')).toBeUndefined()
    expect(await reader.find('sensor:00000000x')).toBeUndefined()
    expect(await reader.find('zzz')).toBeUndefined()
  })

  test('refuses records that are not in key order, as only a damaged database gives them', async () => {
    const records = [rawRecord('b', Buffer.from('1')), rawRecord('a', Buffer.from('2'))]
    await expect(archiveBytes(records)).rejects.toMatchObject({ code: 'store_damaged' })
  })

  test('that a full disk stops says so, wherever in the file that happens', async () => {
    const records = inKeyOrder([1, 2, 3].map((at) => rawRecord(`key ${at}`, randomBytes(at * 5 * 1024 * 1024))))
    for (const roomBytes of [0, 100, 5_000_000, 9_000_000, 20_000_000, 31_450_000]) {
      await withFolder(async (folder) => {
        const handle = await open(join(folder, 'a.hfb'), 'wx')
        const input = { start: startManifest, records, system: [], clock: systemClock, onProgress: () => undefined }
        await expect(writeArchive(withRoom(handle, roomBytes), input, never)).rejects.toMatchObject({ code: 'ENOSPC' })
        await handle.close()
      })
    }
  })

  test('that cannot be synced is refused', async () => {
    await withFolder(async (folder) => {
      const handle = await open(join(folder, 'a.hfb'), 'wx')
      handle.sync = async () => {
        throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' })
      }
      const input = { start: startManifest, records: [], system: [], clock: systemClock, onProgress: () => undefined }
      await expect(writeArchive(handle, input, never)).rejects.toMatchObject({ code: 'EIO' })
      await handle.close()
    })
  })

  test('stops between two chunks when cancelled', async () => {
    await withFolder(async (folder) => {
      const controller = new AbortController()
      let given = 0
      function* records(): Generator<RawRecord> {
        for (const at of [1, 2, 3, 4, 5]) {
          given = at
          yield rawRecord(`key ${at}`, randomBytes(3 * 1024 * 1024))
        }
      }
      const handle = await open(join(folder, 'a.hfb'), 'wx')
      const input = { start: startManifest, records: records(), system: [], clock: systemClock, onProgress: () => controller.abort() }
      await expect(writeArchive(handle, input, controller.signal)).rejects.toMatchObject({ code: 'cancelled' })
      expect(given).toBeLessThan(5)
      await handle.close()
    })
  })
})

/** The same file on a disk that has room for so many more bytes: as much as fits is written, then it fails. */
function withRoom(handle: FileHandle, roomBytes: number): FileHandle {
  let left = roomBytes
  return new Proxy(handle, {
    get(target, name) {
      if (name !== 'write') {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      }
      return async (bytes: Buffer, at = 0) => {
        await setImmediate()
        if (left === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
        const { bytesWritten } = await target.write(bytes, at, Math.min(left, bytes.length - at))
        left -= bytesWritten
        return { bytesWritten, buffer: bytes }
      }
    },
  })
}
