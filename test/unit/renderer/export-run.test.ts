import { describe, expect, it } from 'vitest'
import type { RecordItem } from '../../../src/contract/index.ts'
import { runExport } from '../../../src/renderer/features/transfer/export-run.ts'

const item = (key: string, value: unknown): RecordItem => ({
  key,
  value,
  encoding: 'json',
  version: 'v',
  contentType: 'application/json',
  size: 1,
  createdAt: '',
  updatedAt: '',
})

const pages: Record<string, { items: RecordItem[]; next: string | null }> = {
  first: { items: [item('a', { x: 1 })], next: 'a' },
  a: { items: [item('b', { x: 2, y: { z: 3 } })], next: null },
}

async function exported(format: 'ndjson' | 'csv', signal = new AbortController().signal) {
  const pieces: string[] = []
  const list = async (after: string | undefined, stop: AbortSignal) => {
    stop.throwIfAborted()
    return pages[after ?? 'first'] as (typeof pages)[string]
  }
  const write = async (piece: Uint8Array) => void pieces.push(new TextDecoder('utf-8', { ignoreBOM: true }).decode(piece))
  const figures = await runExport({ scope: { prefix: '' }, format, write, onProgress: () => {}, list }, signal)
  return { text: pieces.join(''), figures }
}

describe('an export', () => {
  it('writes page by page what an import reads', async () => {
    const { text, figures } = await exported('ndjson')
    expect(text).toBe('{"key":"a","value":{"x":1},"encoding":"json"}\n{"key":"b","value":{"x":2,"y":{"z":3}},"encoding":"json"}\n')
    expect(figures).toEqual({ phase: 'writing', records: 2, bytes: text.length })
  })

  it('as a table has the columns of all records, also of those that come later', async () => {
    expect((await exported('csv')).text).toBe('\ufeffkey,x,y.z\r\na,1,\r\nb,2,3\r\n')
  })

  it('ends when it is cancelled', async () => {
    await expect(exported('ndjson', AbortSignal.abort())).rejects.toThrow()
  })
})
