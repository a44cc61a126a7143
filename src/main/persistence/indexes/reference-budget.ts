import { _, type Ajv2020, type CodeKeywordDefinition } from 'ajv/dist/2020.js'

const freeReferences = 100_000
const referencesPerValue = 10

/** Thrown out of a check that follows more references than its document can need. */
class BudgetSpent extends Error {}

/**
 * Bounds how many references of a schema one check follows. A schema of a few lines whose references double at each step would else
 * keep the one writer busy for hours, and fill the memory with what did not fit.
 */
export class ReferenceBudget {
  #followed = 0
  #allowed = Number.POSITIVE_INFINITY
  #document: unknown

  /** Makes the checks that `ajv` compiles from now on count. */
  constructor(ajv: Ajv2020) {
    for (const keyword of ['$ref', '$dynamicRef']) this.#count(ajv, keyword)
  }

  /** False where the check was given up: too many references, or deeper ones than the stack holds. */
  isKept(document: unknown, check: () => void): boolean {
    this.#followed = 0
    this.#allowed = freeReferences
    this.#document = document
    try {
      check()
      return true
    } catch (error) {
      if (error instanceof BudgetSpent || error instanceof RangeError) return false
      throw error
    } finally {
      this.#document = undefined
    }
  }

  #count(ajv: Ajv2020, keyword: string): void {
    const definition = ajv.getKeyword(keyword)
    if (typeof definition === 'boolean' || !('code' in definition)) throw new Error(`ajv has no code for ${keyword}`)
    const follow = (): void => this.#follow()
    const counting: CodeKeywordDefinition = {
      ...definition,
      keyword,
      code: (context) => {
        context.gen.code(_`${context.gen.scopeValue('func', { ref: follow })}()`)
        definition.code(context)
      },
    }
    ajv.removeKeyword(keyword).addKeyword(counting)
  }

  #follow(): void {
    if (++this.#followed <= this.#allowed) return
    // Large documents may need more; only here is it worth looking how large this one is.
    const needed = Math.max(freeReferences, valuesIn(this.#document) * referencesPerValue)
    if (this.#followed > needed) throw new BudgetSpent()
    this.#allowed = needed
  }
}

function valuesIn(document: unknown): number {
  let count = 0
  const waiting = [document]
  while (waiting.length > 0) {
    const value = waiting.pop()
    count++
    if (typeof value !== 'object' || value === null) continue
    for (const member of Object.values(value)) waiting.push(member)
  }
  return count
}
