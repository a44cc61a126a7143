import { describe, expect, it } from 'vitest'
import type { RecordItem } from '../../../src/contract/index.ts'
import { exportRecords } from '../../../src/renderer/features/data/export-run.ts'
import { errorReport, importFile } from '../../../src/renderer/features/data/import-run.ts'
import { ndjsonPieces } from '../../../src/renderer/features/data/ndjson-pieces.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function piecesOf(bytes: Uint8Array, options: { maxBytes: number; chunk?: number; maxLineBytes?: number }) {
  const pieces = []
  const { maxBytes, chunk = 7, maxLineBytes = 1000 } = options
  for await (const piece of ndjsonPieces(inChunks(bytes, chunk), { maxBytes, maxLineBytes })) pieces.push(piece)
  return pieces
}

describe('a file that is imported', () => {
  it('is cut at line ends into pieces that know their first line', async () => {
    const lines = Array.from({ length: 50 }, (_, place) => `{"key":"k${place}"}`)
    const text = `${lines.join('\n')}\n`
    const pieces = await piecesOf(bytesOf(text), { maxBytes: 64 })
    expect(pieces.map(({ ndjson }) => ndjson).join('')).toBe(text)
    for (const { ndjson, firstLine } of pieces) {
      expect(ndjson.length).toBeLessThanOrEqual(64)
      expect(ndjson.split('\n')[0]).toBe(lines[firstLine - 1])
    }
    expect(pieces.at(-1)?.readBytes).toBe(text.length)
  })

  it('may end without a line end and have characters of several bytes anywhere', async () => {
    const text = '{"key":"你好"}\n\n{"key":"größe"}'
    for (let chunk = 1; chunk < 12; chunk++) {
      const pieces = await piecesOf(bytesOf(text), { maxBytes: 16, chunk })
      expect(pieces.map(({ ndjson }) => ndjson).join('')).toBe(text)
    }
  })

  it('may have a line that is longer than a piece', async () => {
    const long = 'x'.repeat(300)
    const pieces = await piecesOf(bytesOf(`a\n${long}\nb\n`), { maxBytes: 32 })
    expect(pieces.map(({ ndjson, firstLine }) => [firstLine, ndjson])).toEqual([
      [1, 'a\n'],
      [2, `${long}\n`],
      [3, 'b\n'],
    ])
  })

  it('is refused with the line that is longer than any record', async () => {
    await expect(piecesOf(bytesOf(`a\n${'x'.repeat(3000)}`), { maxBytes: 32 })).rejects.toThrow(new RangeError('2'))
  })

  it('never stores changed characters: lines that are not UTF-8 are named and left out', async () => {
    const bytes = new Uint8Array([...bytesOf('one\n'), 0xff, 0x0a, ...bytesOf('three\n')])
    const [piece] = await piecesOf(bytes, { maxBytes: 100 })
    expect(piece?.ndjson).toBe('one\n\nthree\n')
    expect(piece?.invalidLines).toEqual([2])
  })

  it('adds up what the host reports of each piece, and lists failed lines in order', async () => {
    const file = new Blob([new Uint8Array([...bytesOf('{}\n'), 0xff, 0x0a, ...bytesOf('{}\n')])])
    const done = await importFile(
      file,
      {
        onProgress: () => {},
        invalidText: 'not UTF-8',
        send: async ({ firstLine }) => ({
          imported: 1,
          failed: 1,
          errors: [{ line: firstLine + 2, code: 'invalid_request', detail: 'no\tkey' }],
        }),
      },
      new AbortController().signal,
    )
    expect(done).toMatchObject({ imported: 1, failed: 2, readBytes: 8 })
    expect(done.errors.map(({ line }) => line)).toEqual([2, 3])
    expect(errorReport(done.errors)).toBe('line\tcode\treason\n2\tinvalid_request\tnot UTF-8\n3\tinvalid_request\tno key\n')
  })
})

describe('an export', () => {
  const item = (key: string, more: Partial<RecordItem> = {}): RecordItem => ({
    key,
    version: '1',
    contentType: 'application/json',
    size: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    value: 1,
    encoding: 'json',
    ...more,
  })

  it('writes all pages in order, one line a record, as the host itself exports', async () => {
    const pages = [
      { items: [item('a'), item('b', { value: 'x', encoding: 'text', contentType: 'text/csv' })], next: 'b' },
      { items: [item('c', { expiresAt: '2030-01-01T00:00:00.000Z' })], next: null },
    ]
    const written: string[] = []
    const asked: (string | undefined)[] = []
    const done = await exportRecords(
      {
        prefix: '',
        write: async (piece) => {
          written.push(new TextDecoder().decode(piece))
        },
        onProgress: () => {},
        list: async (after) => {
          asked.push(after)
          return pages[asked.length - 1] as (typeof pages)[number]
        },
      },
      new AbortController().signal,
    )
    expect(asked).toEqual([undefined, 'b'])
    expect(written.join('')).toBe(
      [
        '{"key":"a","value":1,"encoding":"json"}',
        '{"key":"b","value":"x","encoding":"text","contentType":"text/csv"}',
        '{"key":"c","value":1,"encoding":"json","expiresAt":"2030-01-01T00:00:00.000Z"}',
        '',
      ].join('\n'),
    )
    expect(done.records).toBe(3)
  })
})
