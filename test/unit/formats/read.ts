import { type FileItem, FileReader } from '../../../src/formats/file-reader.ts'
import { guessFormat, guessPlan } from '../../../src/formats/guess-plan.ts'
import type { ImportPlan } from '../../../src/formats/import-plan.ts'

/** Reads a text in pieces of `size` characters, by the plan. */
export function readAll(text: string, plan: ImportPlan, size = 7): FileItem[] {
  const reader = new FileReader(plan)
  const items: FileItem[] = []
  for (let at = 0; at < text.length; at += size) items.push(...reader.push({ text: text.slice(at, at + size), damaged: false }))
  return [...items, ...reader.end()]
}

export const guessed = (name: string, text: string): ImportPlan => guessPlan(guessFormat(name, text), text, true)

export const recordsOf = (items: readonly FileItem[]): unknown[] =>
  items.map((item) => ('ndjson' in item ? JSON.parse(item.ndjson) : { line: item.line, problem: item.problem }))
