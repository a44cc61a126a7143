import { createContext, Script } from 'node:vm'
import type { SearchInput } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'

/** The longest that one round of matching may take; a pattern that backtracks for ever is stopped by it. */
const matchTimeoutMs = 250

/** Where a text matches: `[from, to)` in UTF-16 units; undefined when it does not. */
export type Found = { readonly from: number; readonly to: number } | undefined
export type Matcher = (texts: readonly string[]) => Found[]

/**
 * A matcher for many texts at once. Patterns run where they can be stopped: one that takes too long on some text throws `invalid_request`, and so does
 * one that is no pattern.
 */
export function makeMatcher({ text, mode, caseSensitive }: SearchInput): Matcher {
  if (mode === 'contains') return caseSensitive ? (texts) => texts.map((candidate) => placeIn(candidate, text)) : ignoringCase(text)
  const source = mode === 'glob' ? `^${globSource(text)}$` : text
  const flags = caseSensitive ? 'u' : 'iu'
  try {
    new RegExp(source, flags)
  } catch (error) {
    throw invalidPattern(`it is not a regular expression (${error instanceof Error ? error.message : String(error)})`, error)
  }
  return stoppable(source, flags)
}

function placeIn(candidate: string, text: string): Found {
  const from = candidate.indexOf(text)
  return from < 0 ? undefined : { from, to: from + text.length }
}

function ignoringCase(text: string): Matcher {
  const wanted = text.toLowerCase()
  return (texts) =>
    texts.map((candidate) => {
      const lower = candidate.toLowerCase()
      const found = placeIn(lower, wanted)
      // Some characters change their length with their case: then the place is only about.
      return found && lower.length !== candidate.length ? { from: Math.min(found.from, candidate.length), to: candidate.length } : found
    })
}

/** `*`: any characters, `?`: one; all else stands for itself. */
const globSource = (glob: string): string =>
  [...glob].map((one) => (one === '*' ? '[^]*' : one === '?' ? '[^]' : one.replace(/[\\^$.|+()[\]{}/-]/u, '\\$&'))).join('')

const script = new Script(`out = []
for (const text of texts) {
  const match = pattern.exec(text)
  out.push(match === null ? undefined : { from: match.index, to: match.index + match[0].length })
}
out`)

function stoppable(source: string, flags: string): Matcher {
  const context = createContext({ pattern: new RegExp(source, flags), texts: [] as readonly string[], out: [] })
  return (texts) => {
    context.texts = texts
    try {
      return script.runInContext(context, { timeout: matchTimeoutMs }) as Found[]
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      throw invalidPattern('it takes too long; make it simpler, for example without a repetition inside a repetition', error)
    }
  }
}

const invalidPattern = (reason: string, cause: unknown): HoldfastError =>
  new HoldfastError('invalid_request', `text: this pattern cannot be used: ${reason}.`, { details: { field: 'text' }, cause })
