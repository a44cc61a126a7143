import type { RecordPart } from '../../../contract/index.ts'
import type { Look } from './viewers/decode-messages.ts'
import type { ValueView } from './viewers/value-views.ts'

/** A text that is edited. Of a large one a string is made only when somebody needs it. */
export interface EditedText {
  readonly isChanged: boolean
  toString(): string
}

/** A value that is being edited. It outlives leaving the page, so that nothing typed is lost. */
export interface Draft {
  readonly key: string
  readonly view: 'text' | 'json'
  /** `review`: the changes are looked at before they are saved. */
  readonly stage: 'edit' | 'review'
  /** As it was when editing began; saving refuses when the store has another version. */
  readonly base: Pick<RecordPart, 'version' | 'contentType' | 'expiresAt'>
  readonly begunAtMs: number
  readonly original: string
  readonly text: EditedText
  /** The stored JSON had no spaces, and is stored so again. */
  readonly compact: boolean
}

export const isDirty = (draft: Draft | undefined): draft is Draft => draft?.text.isChanged === true

/** Undefined when the value cannot be edited as text. JSON is edited laid out, unless it is shown as the text that it is. */
export function beginDraft(record: RecordPart, look: Look, view: ValueView, nowMs: number): Draft | undefined {
  if (look.text === undefined) return undefined
  const asJson = view !== 'text' && look.laidOut !== undefined
  const text = asJson ? (look.laidOut as string) : look.text
  const { key, version, contentType, expiresAt } = record
  const base = expiresAt === undefined ? { version, contentType } : { version, contentType, expiresAt }
  return {
    key,
    view: asJson ? 'json' : 'text',
    stage: 'edit',
    base,
    begunAtMs: nowMs,
    original: text,
    text: { isChanged: false, toString: () => text },
    compact: asJson && look.isCompact,
  }
}

/** What of a record's life is left, so that saving does not make it live for ever. */
export const remainingTtlSeconds = (expiresAt: string | undefined, nowMs: number): number | undefined =>
  expiresAt === undefined ? undefined : Math.max(1, Math.ceil((Date.parse(expiresAt) - nowMs) / 1000))
