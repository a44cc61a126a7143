import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { ArchiveReader } from '../../../src/main/backup/archive-reader.ts'
import { decodeRecord } from '../../../src/main/persistence/record-codec.ts'
import { archiveBytes, MemorySource, openBytes, walkWhole } from './setup.ts'

interface Fixture {
  id: string
  sequence: number
  timeline: string
  records: {
    key: string
    contentType: string
    expiresAtMs: number | null
    version: string
    createdAtMs: number
    updatedAtMs: number
    valueBase64: string
  }[]
}

const fixtures = new URL('../../fixtures/', import.meta.url)
const content = await readFile(new URL('backup-v1.hfb', fixtures))
const expected = JSON.parse(await readFile(new URL('backup-v1.json', fixtures), 'utf8')) as Fixture

test('a backup of format 1 stays readable, whole and key by key', async () => {
  const { id, sequence, timeline, records } = expected
  expect((await openBytes(content)).manifest).toMatchObject({ format: 1, id, sequence, timeline, records: records.length })
  const walked = await walkWhole(content)
  expect(walked.damages).toEqual([])
  expect(walked.records.map(({ key }) => key)).toEqual(records.map(({ key }) => key))
  const reader = await ArchiveReader.open(new MemorySource(content), 'backup-v1.hfb')
  for (const { key, valueBase64, ...facts } of records) {
    const found = await reader.find(key)
    expect(found?.meta).toMatchObject(facts)
    expect(Buffer.from(found?.value ?? '').toString('base64')).toBe(valueBase64)
  }
})

test('the same records are still written in the same chunks', async () => {
  const { records } = await walkWhole(content)
  const now = await walkWhole(await archiveBytes(records))
  for (const [at, { key, record }] of records.entries()) {
    expect(now.records[at]?.record.equals(record)).toBe(true)
    expect(decodeRecord(key, record).value.length).toBeGreaterThanOrEqual(0)
  }
  const [before, after] = [await openBytes(content), await openBytes(await archiveBytes(records))]
  expect(after.manifest.contentSha256).toBe(before.manifest.contentSha256)
})
