import { expect, test } from 'vitest'
import { sha256 } from '../../../src/main/backup/archive-format.ts'
import type { Manifest } from '../../../src/main/backup/manifest.ts'
import { blockBytes, encodeLocator, locatorName, paddedBytes } from '../../../src/main/backup/tar-layout.ts'
import { archiveBytes, openBytes, rawRecord, walkWhole } from './setup.ts'

const small = () => archiveBytes(['a', 'b', 'c', 'd'].map((key, at) => rawRecord(key, Buffer.from(`the value of ${key}`), at)))

function header(name: string, bytes: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  block.write(name, 0, 'latin1')
  block.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 8 * 0x20)
  block.write(`${sum.toString(8).padStart(6, '0')} \0`, 148, 'latin1')
  return block
}

/** The same backup with another manifest at its end, and every checksum right. */
async function withManifest(change: (manifest: Record<string, never>) => void): Promise<Buffer> {
  const content = await small()
  const { manifest } = await openBytes(content)
  const changed = JSON.parse(JSON.stringify(manifest))
  const last = manifest.entries.at(-1) as Manifest['entries'][number]
  const at = last.offset + paddedBytes(last.bytes)
  change(changed)
  const text = Buffer.from(`${JSON.stringify(changed)}\n`)
  const padding = Buffer.alloc(paddedBytes(text.length) - text.length)
  const locator = encodeLocator({ offset: at + blockBytes, bytes: text.length, sha256: sha256(text) }, manifest.format)
  const end = [header(locatorName, blockBytes), locator, Buffer.alloc(2 * blockBytes)]
  return Buffer.concat([content.subarray(0, at), header('manifest.json', text.length), text, padding, ...end])
}

// biome-ignore lint/suspicious/noExplicitAny: what is made here is what no type allows
const lies: readonly (readonly [what: string, change: (manifest: any) => void])[] = [
  [
    'a count below zero',
    (m) => {
      m.records = -4
    },
  ],
  [
    'a total that its chunks do not have',
    (m) => {
      m.records = 5
    },
  ],
  ['a record more in a chunk', (m) => void m.entries[0].records++],
  [
    'a name that leads elsewhere',
    (m) => {
      m.entries[0].name = '../../etc/passwd'
    },
  ],
  [
    'an absolute name',
    (m) => {
      m.entries[0].name = '/etc/passwd'
    },
  ],
  ['a chunk twice', (m) => void m.entries.splice(1, 0, m.entries[0])],
  [
    'another number of a chunk',
    (m) => {
      m.entries[0].name = 'chunks/000002.zst'
    },
  ],
  ['no index', (m) => void m.entries.pop()],
  [
    'an index of other keys',
    (m) => {
      m.entries[1].lastKey = 'z'
    },
  ],
  ['keys the wrong way round', (m) => void Object.assign(m.entries[0], { firstKey: 'd', lastKey: 'a' })],
  [
    'a chunk of more than can be',
    (m) => {
      m.entries[0].rawBytes = 2 ** 40
    },
  ],
  [
    'a place behind the end',
    (m) => {
      m.entries[0].bytes = 2 ** 50
    },
  ],
  [
    'an unknown compression',
    (m) => {
      m.compression.algorithm = 'lzma'
    },
  ],
  [
    'another beginning',
    (m) => {
      m.start.name = 'chunks/000001.zst'
    },
  ],
  ['a dictionary twice', (m) => void m.system.push(['a', ''], ['a', ''])],
  ['no entries', (m) => void delete m.entries],
]

test.each(lies)('a backup whose manifest has %s is damaged, though every checksum holds', async (_what, change) => {
  const refused = openBytes(await withManifest(change))
  await expect(refused).rejects.toMatchObject({
    code: 'backup_damaged',
    message: expect.stringContaining('test.hfb is damaged: manifest.json'),
  })
})

test('a backup is not damaged by being given the manifest that it had', async () => {
  const { records, damages } = await walkWhole(await withManifest(() => {}))
  expect([records.length, damages]).toEqual([4, []])
})
