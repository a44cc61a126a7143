import { maxBatchBytes } from '../../contract/limits.ts'
import { HoldfastError } from '../base/errors.ts'

/** What one call may carry: a batch of the largest size, base64-encoded, with room for its keys. */
const maxCharacters = Math.ceil((maxBatchBytes * 4) / 3) + 8 * 1024 * 1024
const maxNodes = 2_000_000
/** Above what storage takes for JSON (256), so that its own, clearer answer is the one that is given. */
const maxDepth = 300

/**
 * Checks that what came from the renderer is what JSON can say and is bounded. Structured clone lets more through
 * (cycles, maps, typed arrays, bigint), which the rest of the program has never seen over HTTP and must not meet here.
 */
export function assertPlainData(value: unknown): void {
  const budget = { characters: maxCharacters, nodes: maxNodes }
  visit(value, 0, budget)
}

function visit(value: unknown, depth: number, budget: { characters: number; nodes: number }): void {
  budget.nodes--
  if (typeof value === 'string') budget.characters -= value.length
  if (budget.nodes < 0 || budget.characters < 0) throw new HoldfastError('too_large', 'The request is larger than one call may be.')
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (typeof value !== 'object') throw notPlain(`a ${typeof value}`)
  if (depth >= maxDepth) throw new HoldfastError('invalid_request', `The request is nested more than ${maxDepth} levels deep.`)
  if (Array.isArray(value)) {
    for (const item of value) visit(item, depth + 1, budget)
    return
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw notPlain(`a ${value.constructor?.name ?? 'special object'}`)
  for (const [key, member] of Object.entries(value)) {
    budget.characters -= key.length
    visit(member, depth + 1, budget)
  }
}

const notPlain = (what: string) => new HoldfastError('invalid_request', `The request contains ${what}; only plain JSON data is understood.`)
