import type { ImportPlan } from '../../../formats/import-plan.ts'
import type { Problem, UnreadableFile } from '../../../formats/problem.ts'
import type { RawItem } from '../../../formats/text-lines.ts'
import type { Encoding } from '../../../formats/text-pieces.ts'

/** `next` asks for the next piece, and for the items of the last one that the host refused (by their place in it). */
export type ToWorker =
  | { readonly kind: 'start'; readonly file: Blob; readonly plan: ImportPlan; readonly encoding: Encoding }
  | { readonly kind: 'next'; readonly refused: readonly number[] }

export interface ProblemItem extends RawItem {
  readonly problem: Problem
}

interface Answer {
  /** What the host refused of the piece before. */
  readonly refused: readonly RawItem[]
}

/** At most one piece is on its way, and one is made ready: the worker never runs ahead of the host. */
export type FromWorker =
  | (Answer & {
      readonly kind: 'piece'
      readonly ndjson: string
      /** Items of the file in this piece, those with problems included. */
      readonly items: number
      /** Items that make no record. */
      readonly problems: readonly ProblemItem[]
      /** Bytes of the file that have been read. */
      readonly readBytes: number
      readonly headerRow: string | undefined
    })
  | (Answer & { readonly kind: 'end' })
  | { readonly kind: 'unreadable'; readonly code: UnreadableFile['code']; readonly line: number }
  | { readonly kind: 'failed'; readonly message: string }
