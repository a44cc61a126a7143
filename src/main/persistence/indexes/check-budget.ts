import { _, type Ajv2020, type Code, type CodeKeywordDefinition, type KeywordCxt } from 'ajv/dist/2020.js'

/** A small part of a second of work, whatever the document. */
const freeSteps = 1_000_000
const stepsPerValue = 30
const charactersPerStep = 16

/** Thrown out of a check that takes more steps than its document can need. */
class BudgetSpent extends Error {}

/**
 * Bounds the work of one check of a schema: each keyword takes a step for each of its own members and, where it looks at all of a value, for each member,
 * element or stretch of text of that. A schema of 64 KiB, by references that double or by thousands of keywords for each element of a list, would else
 * keep the one writer busy for hours, and fill the memory with what did not fit.
 */
export class CheckBudget {
  #steps = 0
  #allowed = Number.POSITIVE_INFINITY
  #document: unknown

  /** Makes the checks that `ajv` compiles from now on count. */
  countIn(ajv: Ajv2020): void {
    const { rules, post } = ajv.RULES
    for (const rule of [...rules, post].flatMap((group) => group.rules)) {
      if ('code' in rule.definition) rule.definition = { ...rule.definition, code: this.#counted(rule.definition) }
    }
  }

  /** False where the check was given up: too many steps, or deeper ones than the stack holds. */
  isKept(document: unknown, check: () => void): boolean {
    this.#steps = 0
    this.#allowed = freeSteps
    this.#document = document
    try {
      check()
      return true
    } catch (error) {
      if (error instanceof BudgetSpent || error instanceof RangeError) return false
      throw error
    } finally {
      this.#allowed = Number.POSITIVE_INFINITY
      this.#document = undefined
    }
  }

  /** Throws what `isKept` catches. */
  readonly spend = (steps: number): void => {
    this.#steps += steps
    if (this.#steps <= this.#allowed) return
    // Large documents may need more; only here is it worth looking how large this one is.
    const needed = Math.max(freeSteps, sizeOf(this.#document) * stepsPerValue)
    if (this.#steps > needed) throw new BudgetSpent()
    this.#allowed = needed
  }

  #counted({ code }: CodeKeywordDefinition): CodeKeywordDefinition['code'] {
    const spend = this.spend
    const spendOn = (steps: number, value: unknown): void => spend(steps + breadthOf(value))
    return (context, type) => {
      const { gen, keyword, schema, data } = context as KeywordCxt & { readonly data: Code }
      const steps = stepsOf(schema) + (keepsMistakes.has(keyword) ? stepsOfMistakes(schema) : 0)
      if (looksAtAll.has(keyword)) gen.code(_`${gen.scopeValue('func', { ref: spendOn })}(${steps}, ${data})`)
      else gen.code(_`${gen.scopeValue('func', { ref: spend })}(${steps})`)
      code(context, type)
    }
  }
}

const looksAtAll = new Set([
  'additionalProperties',
  'contains',
  'items',
  'maxLength',
  'maxProperties',
  'minLength',
  'minProperties',
  'patternProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
])

/** What does not fit in one of their branches is kept until they are through, and copied for each further branch. */
const keepsMistakes = new Set(['anyOf', 'oneOf', 'not', 'if'])
const stepsOfMistakes = (schema: unknown): number => 10 + (Array.isArray(schema) ? Math.floor(schema.length ** 2 / 64) : 0)

/** A keyword with members asks for each of them. */
const stepsOf = (schema: unknown): number => 1 + (typeof schema === 'object' && schema !== null ? Object.keys(schema).length : 0)

function breadthOf(value: unknown): number {
  if (typeof value === 'string') return value.length / charactersPerStep
  if (Array.isArray(value)) return value.length
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0
}

/** How many values it holds, with itself, and stretches of text. */
export function sizeOf(document: unknown): number {
  let size = 0
  const waiting = [document]
  while (waiting.length > 0) {
    const value = waiting.pop()
    size += typeof value === 'string' ? 1 + value.length / charactersPerStep : 1
    if (typeof value !== 'object' || value === null) continue
    for (const member of Object.values(value)) waiting.push(member)
  }
  return size
}
