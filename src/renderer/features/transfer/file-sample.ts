import { FileReader } from '../../../formats/file-reader.ts'
import { guessFormat, guessPlan } from '../../../formats/guess-plan.ts'
import type { FileFormat, ImportPlan } from '../../../formats/import-plan.ts'
import type { Problem } from '../../../formats/problem.ts'
import { UnreadableFile } from '../../../formats/problem.ts'
import { detectEncoding, type Encoding, TextPieces } from '../../../formats/text-pieces.ts'
import { makeDecoder } from './import-pieces.ts'

const sampleBytes = 256 * 1024
const previewItems = 8

/** The beginning of a file, which the preview is made of. */
export interface FileSample {
  readonly bytes: Uint8Array
  /** The file has no more. */
  readonly isWhole: boolean
}

/** Throws what reading throws: a folder, a file that is gone. */
export async function readSample(file: Blob): Promise<FileSample> {
  const bytes = new Uint8Array(await file.slice(0, sampleBytes).arrayBuffer())
  return { bytes, isWhole: bytes.length === file.size }
}

export const encodingOf = ({ bytes }: FileSample): Encoding => detectEncoding(bytes, makeDecoder)

export function textOfSample({ bytes, isWhole }: FileSample, encoding: Encoding): string {
  const pieces = new TextPieces(encoding, makeDecoder)
  const { text } = pieces.push(bytes)
  return isWhole ? text + pieces.end().text : text
}

/** What a file is taken for until a person says otherwise. */
export function guessOf(fileName: string, sample: FileSample, encoding: Encoding, format?: FileFormat): ImportPlan {
  const text = textOfSample(sample, encoding)
  return guessPlan(format ?? guessFormat(fileName, text), text, sample.isWhole)
}

export type PreviewItem = { readonly line: number } & ({ readonly key: string; readonly value: string } | { readonly problem: Problem })

/** The first items as the records that they will become. `unreadable` when the file is not of this format at all. */
export function previewOf(sample: FileSample, encoding: Encoding, plan: ImportPlan): { items: PreviewItem[]; unreadable?: UnreadableFile } {
  const items: PreviewItem[] = []
  try {
    const reader = new FileReader(plan)
    for (const item of reader.push({ text: textOfSample(sample, encoding), damaged: false })) {
      items.push(shown(item))
      if (items.length === previewItems) return { items }
    }
    if (sample.isWhole) for (const item of reader.end()) items.push(shown(item))
    return { items: items.slice(0, previewItems) }
  } catch (error) {
    if (error instanceof UnreadableFile) return { items, unreadable: error }
    throw error
  }
}

function shown(item: { line: number; raw: string } & ({ ndjson: string } | { problem: Problem })): PreviewItem {
  if ('problem' in item) return { line: item.line, problem: item.problem }
  try {
    const record = JSON.parse(item.ndjson) as { key?: unknown; value?: unknown; encoding?: string }
    if (typeof record.key !== 'string' || !('value' in record)) return { line: item.line, problem: { code: 'not-record' } }
    const value = record.encoding === 'text' ? String(record.value) : JSON.stringify(record.value)
    return { line: item.line, key: record.key, value: value.slice(0, 500) }
  } catch {
    return { line: item.line, problem: { code: 'broken-json' } }
  }
}
