import { create } from 'zustand'
import type { RecordWithValue } from '../../../contract/index.ts'
import { textOf } from '../../bridge/value-bytes.ts'
import { compactJson, formatJson } from './json-format.ts'
import type { ValueView } from './value-content.ts'

/** A value that is being edited. It outlives leaving the page, so that nothing typed is lost. */
export interface Draft {
  readonly key: string
  readonly view: 'text' | 'json'
  /** As it was when editing began; saving refuses when the store has another version. */
  readonly base: Pick<RecordWithValue, 'version' | 'contentType' | 'expiresAt'>
  readonly begunAtMs: number
  readonly original: string
  readonly text: string
  /** The stored JSON had no spaces, and is stored so again. */
  readonly compact: boolean
}

interface DataStore {
  readonly prefix: string
  readonly selectedKey: string | undefined
  /** The tab that was chosen last; used where the value can be shown so. */
  readonly view: ValueView | undefined
  readonly draft: Draft | undefined
}

/** What is selected and typed on the data page. */
export const useDataStore = create<DataStore>(() => ({ prefix: '', selectedKey: undefined, view: undefined, draft: undefined }))

export const isDirty = (draft: Draft | undefined): draft is Draft => draft !== undefined && draft.text !== draft.original

/** Undefined when the value cannot be edited as text. */
export function beginDraft(record: RecordWithValue, bytes: Uint8Array, view: ValueView, nowMs: number): Draft | undefined {
  const stored = textOf(bytes)
  if (stored === undefined || view === 'hex') return undefined
  const text = view === 'json' ? formatJson(stored) : stored
  const { key, version, contentType, expiresAt } = record
  const base = expiresAt === undefined ? { version, contentType } : { version, contentType, expiresAt }
  return { key, view, base, begunAtMs: nowMs, original: text, text, compact: view === 'json' && compactJson(stored) === stored }
}

/** The text to store, or what is wrong with it. */
export function textToStore(draft: Draft): { text: string } | { problem: string } {
  if (draft.view === 'text') return { text: draft.text }
  try {
    JSON.parse(draft.text)
    return { text: draft.compact ? compactJson(draft.text) : draft.text }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}

/** What of a record's life is left, so that saving does not make it live for ever. */
export const remainingTtlSeconds = (expiresAt: string | undefined, nowMs: number): number | undefined =>
  expiresAt === undefined ? undefined : Math.max(1, Math.ceil((Date.parse(expiresAt) - nowMs) / 1000))
