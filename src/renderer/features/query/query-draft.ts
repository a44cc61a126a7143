import { z } from 'zod'
import { fieldOrderSchema, fieldPathSchema, maxQueryLimit, type SavedQuery, whereSchema } from '../../../contract/index.ts'
import type { Language } from '../../language/index.ts'
import { type Filter, filterOf, noFilter, whereOf } from './filter-rows.ts'
import { mistakesIn, mistakesOf } from './mistakes.ts'

export const usualLimit = 100

export interface SortRow {
  readonly path: string
  readonly descending: boolean
}

/** A query as it is edited: in rows, or as text where rows cannot say it or somebody likes that better. */
export interface QueryDraft {
  readonly way: 'rows' | 'json'
  readonly filter: Filter
  readonly sort: readonly SortRow[]
  readonly limit: number
  readonly select: readonly string[] | undefined
  readonly json: string
}

export const blankDraft: QueryDraft = { way: 'rows', filter: noFilter, sort: [], limit: usualLimit, select: undefined, json: '' }

const textSchema = z.strictObject({
  where: whereSchema.optional(),
  sort: z.array(fieldOrderSchema).optional(),
  limit: z.number().int().min(1).max(maxQueryLimit).optional(),
  select: z.array(fieldPathSchema).min(1).optional(),
})

/** What is asked, without the name of the collection. */
export type Question = Pick<SavedQuery, 'where' | 'sort' | 'limit' | 'select'>

export type Asked = { readonly ok: true; readonly question: Question } | { readonly ok: false; readonly problem: string }

/** The query that a draft means; `problem` says, in the words of whoever found it, what is wrong with its text. */
export function questionOf(draft: QueryDraft, language: Language = 'en'): Asked {
  return draft.way === 'json' ? parsed(draft.json, language) : { ok: true, question: questionOfRows(draft) }
}

function questionOfRows({ filter, sort, limit, select }: QueryDraft): Question {
  const where = whereOf(filter)
  const sorted = sort.map(({ path, descending }) => ({ path: path.trim(), descending })).filter(({ path }) => path !== '')
  return {
    ...(where !== undefined && { where }),
    ...(sorted.length > 0 && { sort: sorted }),
    limit,
    ...(select !== undefined && { select: [...select] }),
  }
}

function parsed(json: string, language: Language): Asked {
  try {
    const { where, sort, select, limit = usualLimit } = textSchema.parse(JSON.parse(json.trim() === '' ? '{}' : json), mistakesOf(language))
    const question = { ...(where && { where }), ...(sort && sort.length > 0 && { sort }), limit, ...(select && { select }) }
    return { ok: true, question }
  } catch (error) {
    return { ok: false, problem: error instanceof z.ZodError ? mistakesIn(error) : (error as Error).message }
  }
}

/** The draft of a query: in rows where they can say it. */
export function draftOf(question: Question): QueryDraft {
  const filter = filterOf(question.where)
  const { sort = [], limit, select } = question
  const base = { sort, limit, select, json: textOf(question) }
  return filter === undefined ? { ...blankDraft, ...base, way: 'json' } : { ...base, filter, way: 'rows' }
}

/** The draft in the other way; undefined where that cannot say what it means. */
export function inWay(draft: QueryDraft, way: QueryDraft['way']): QueryDraft | undefined {
  if (draft.way === way) return draft
  const asked = questionOf(draft)
  if (!asked.ok) return undefined
  const next = draftOf(asked.question)
  if (way === 'json') return { ...next, way }
  return next.way === 'rows' ? next : undefined
}

/** A question as text to edit: without what is as usual. */
function textOf({ where, sort, select, limit }: Question): string {
  const shown = { where: where ?? {}, ...(sort && { sort }), ...(select && { select }), ...(limit !== usualLimit && { limit }) }
  return JSON.stringify(shown, null, 2)
}
