import { RE2JS, RE2JSException } from 're2js'

/** What one character of a text may cost at most, in states that are followed. */
const maxProgramSize = 2000
/** A longer text fits no pattern: they are for codes, names and numbers. */
const maxTextLength = 65_536
const statesPerStep = 64

/**
 * A `pattern` of a JSON Schema. It is asked in the one writer, where one that goes back and forth (`^(a+)+$`) would hold up everybody for as long as the
 * universe exists; so it is followed in one pass, and what cannot be is refused. As an engine of Ajv.
 */
export class LinearPattern {
  readonly #source: string
  readonly #compiled: RE2JS
  readonly #spend: (steps: number) => void

  /** Throws a sentence for people. `spend` is told before each text what it may cost. */
  constructor(source: string, spend: (steps: number) => void = () => {}) {
    this.#source = source
    this.#spend = spend
    this.#compiled = compile(source)
    if (this.#compiled.programSize() > maxProgramSize) {
      throw new Error(`the pattern ${short(source)} is too large; write maxLength and minLength instead of counting long repetitions`)
    }
  }

  test(text: string): boolean {
    if (text.length > maxTextLength) return false
    this.#spend(1 + (text.length * this.#compiled.programSize()) / statesPerStep)
    return this.#compiled.test(text)
  }

  /** Ajv tells patterns apart by it. */
  toString(): string {
    return this.#source
  }
}

function compile(source: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source))
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    const rule = 'a pattern has no lookaround ("(?=", "(?!", "(?<="), no back references ("\\1"), and counts to 1000 at most'
    throw new Error(`the pattern ${short(source)} cannot be looked for in one pass (${error.message}); ${rule}`, { cause: error })
  }
}

const short = (source: string): string => JSON.stringify(source.length > 80 ? `${source.slice(0, 79)}…` : source)
