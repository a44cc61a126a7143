import { execFileSync, spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openArchive } from '../../../src/main/backup/archive-file.ts'
import { readChunk } from '../../../src/main/backup/chunk-codec.ts'
import { FileRangeSource } from '../../../src/main/backup/range-source.ts'
import { decodeRecord } from '../../../src/main/persistence/record-codec.ts'
import { rawRecord, withFolder, writeTo } from './setup.ts'

const isThere = (program: string): boolean => spawnSync(program, ['--version']).status === 0

/** Prints every record of an unpacked chunk as docs/backup.md shows it: without any code of Holdfast. */
const readWithPython = `
import struct, sys, json
data = open(sys.argv[1], 'rb').read()
assert data[:8] == b'HFchunk1'
count, at = struct.unpack_from('<I', data, 12)[0], 16
for _ in range(count):
    key_bytes, record_bytes = struct.unpack_from('<HI', data, at)
    key = data[at + 6 : at + 6 + key_bytes]
    record = data[at + 6 + key_bytes : at + 6 + key_bytes + record_bytes]
    at += 6 + key_bytes + record_bytes
    type_bytes, payload_bytes = struct.unpack_from('<HI', record, 2)
    value = record[56 + type_bytes : 56 + type_bytes + payload_bytes]
    print(json.dumps([key.decode(), record[56 : 56 + type_bytes].decode(), value.decode()]))
`

describe.skipIf(!isThere('tar') || !isThere('zstd'))('a backup file', () => {
  test('opens with tar and zstd, and its checksums are those of the unpacked files', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'a.hfb')
      const manifest = await writeTo(
        path,
        ['a', 'b', 'ü'].map((key) => rawRecord(key, Buffer.from(`value of ${key}`))),
      )
      const names = execFileSync('tar', ['-tf', path]).toString().trim().split('\n')
      expect(names).toEqual(['manifest.json', 'chunks/000001.zst', 'index/000001.zst', 'manifest.json', 'locator.json'])
      execFileSync('tar', ['-xf', path, '-C', folder])
      expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).toEqual(manifest)
      for (const { name, sha256 } of manifest.entries) {
        expect(execFileSync('sha256sum', [join(folder, name)]).toString()).toContain(sha256)
        execFileSync('zstd', ['-q', '-t', join(folder, name)])
      }
      execFileSync('zstd', ['-q', '-d', join(folder, 'chunks/000001.zst')])
      const records = readChunk(await readFile(join(folder, 'chunks/000001')), 1)
      expect(records?.map(({ key, record }) => [key, decodeRecord(key, record).value.toString()])).toEqual([
        ['a', 'value of a'],
        ['b', 'value of b'],
        ['ü', 'value of ü'],
      ])
    })
  })

  test.skipIf(!isThere('python3'))('gives its records to twelve lines of Python', async () => {
    await withFolder(async (folder) => {
      const path = join(folder, 'a.hfb')
      await writeTo(
        path,
        ['a', 'ü'].map((key) => rawRecord(key, Buffer.from(`value of ${key}`))),
      )
      execFileSync('tar', ['-xf', path, '-C', folder])
      execFileSync('zstd', ['-q', '-d', join(folder, 'chunks/000001.zst')])
      const lines = execFileSync('python3', ['-c', readWithPython, join(folder, 'chunks/000001')])
        .toString()
        .trim()
        .split('\n')
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        ['a', 'application/octet-stream', 'value of a'],
        ['ü', 'application/octet-stream', 'value of ü'],
      ])
    })
  })
})

test('an archive holds where each of its entries lies', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'a.hfb')
    await writeTo(path, [rawRecord('a', Buffer.from('1'))])
    const source = await FileRangeSource.open(path)
    const { manifest } = await openArchive(source, 'a.hfb')
    await source.close()
    const content = await readFile(path)
    for (const { name, offset } of manifest.entries) {
      expect(content.toString('latin1', offset - 512, offset - 512 + name.length)).toBe(name)
    }
  })
})
