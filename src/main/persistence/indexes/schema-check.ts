import { Ajv2020, type CodeKeywordDefinition, type ErrorObject, type KeywordDefinition, type ValidateFunction } from 'ajv/dist/2020.js'
import { HoldfastError } from '../../base/errors.ts'
import { CheckBudget, sizeOf } from './check-budget.ts'
import { containsCode } from './contains-keyword.ts'
import { canonicalJson } from './index-order.ts'
import { LinearPattern } from './linear-pattern.ts'

/** What of a document does not fit: where, and what was expected there. */
export interface SchemaProblem {
  readonly field: string
  readonly expected: string
}

export type SchemaCheck = (document: unknown) => SchemaProblem | undefined

/** Throws `invalid_request` for what is no JSON Schema, or refers to one elsewhere. */
export function compileSchema(schema: Readonly<Record<string, unknown>>): SchemaCheck {
  const { validate, budget } = compile(schema)
  return (document) => {
    let fits = false
    const isJudged = budget.isKept(document, () => {
      fits = validate(document) === true
    })
    if (!isJudged) return tooCostly
    return fits ? undefined : problemOf(validate.errors?.[0])
  }
}

const tooCostly: SchemaProblem = {
  field: '',
  expected: "a record that the collection's schema can be checked against in bounded work; make the schema simpler, or the record smaller",
}

const maxSchemaDepth = 128
const maxSchemaMembers = 10_000
/** A larger one is not copied to each place that refers to it. */
const inlinedKeywords = 10

function compile(schema: Readonly<Record<string, unknown>>): { readonly validate: ValidateFunction; readonly budget: CheckBudget } {
  const budget = new CheckBudget()
  try {
    refuseTooLarge(schema)
    if ('$async' in schema) throw new Error('$async is not supported')
    return { validate: ajvOf(schema, budget).compile(schema), budget }
  } catch (error) {
    const what = error instanceof RangeError ? tooLarge : error instanceof Error ? error.message : String(error)
    throw new HoldfastError('invalid_request', `schema: expected a JSON Schema of draft 2020-12: ${what}.`, {
      details: { field: 'schema', expected: 'a JSON Schema of draft 2020-12' },
      cause: error,
    })
  }
}

function ajvOf(schema: Readonly<Record<string, unknown>>, budget: CheckBudget): Ajv2020 {
  // `format` is a note, as the draft says. What is unknown is a misspelling, and would check nothing.
  const checks = { strict: true, strictTypes: false, strictRequired: false, validateFormats: false, addUsedSchema: false }
  const ajv = new Ajv2020({ ...checks, inlineRefs: inlinedKeywords, code: { regExp: countedPatterns(budget) } })
  // Its own compares each element with each other one.
  ajv.removeKeyword('uniqueItems').addKeyword(uniqueItems(budget))
  refuseLostReferences(ajv, schema)
  replaceCode(ajv, 'contains', () => containsCode)
  budget.countIn(ajv)
  return ajv
}

const tooLarge = `it is too large or nested too deep; it may have ${maxSchemaDepth} levels and ${maxSchemaMembers.toLocaleString('en')} members`

function refuseTooLarge(schema: unknown): void {
  let level = [schema]
  let members = 0
  for (let depth = 1; level.length > 0; depth++) {
    members += level.length
    if (depth > maxSchemaDepth || members > maxSchemaMembers) throw new Error(tooLarge)
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []))
  }
}

/** Ajv takes a dynamic reference that leads nowhere for one to the schema that it stands in. */
function refuseLostReferences(ajv: Ajv2020, schema: unknown): void {
  const anchors = dynamicAnchorsOf(schema)
  replaceCode(ajv, '$dynamicRef', (code) => (context) => {
    const to = String(context.schema)
    // The schema of schemas is compiled too.
    const isOurs = context.it.schemaEnv.root.schema === schema
    if (isOurs && to !== '#' && !anchors.has(to)) {
      throw new Error(`$dynamicRef ${JSON.stringify(to)} leads to no $dynamicAnchor; write $ref for any other place`)
    }
    code(context)
  })
}

type MakeCode = CodeKeywordDefinition['code']

function replaceCode(ajv: Ajv2020, keyword: string, replace: (code: MakeCode) => MakeCode): void {
  const rule = ajv.RULES.all[keyword]
  if (typeof rule !== 'object' || !('code' in rule.definition)) throw new Error(`ajv has no code for ${keyword}`)
  rule.definition = { ...rule.definition, code: replace(rule.definition.code) }
}

function dynamicAnchorsOf(schema: unknown): ReadonlySet<string> {
  const anchors = new Set<string>()
  const waiting = [schema]
  while (waiting.length > 0) {
    const value = waiting.pop()
    if (typeof value !== 'object' || value === null) continue
    for (const [name, member] of Object.entries(value)) {
      if (name === '$dynamicAnchor' && typeof member === 'string') anchors.add(`#${member}`)
      waiting.push(member)
    }
  }
  return anchors
}

// Nobody makes code of it here, which `code` is for.
const countedPatterns = (budget: CheckBudget) =>
  Object.assign((source: string) => new LinearPattern(source, budget.spend), { code: 'LinearPattern' })

const uniqueItems = ({ spend }: CheckBudget): KeywordDefinition => ({
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  compile: (isDemanded: boolean) => (items: readonly unknown[]) => !isDemanded || areUnique(items, spend),
  error: { message: 'must be a list that has each element once' },
})

/** Its JSON has to be made and kept. */
const stepsPerUniqueValue = 10

function areUnique(items: readonly unknown[], spend: (steps: number) => void): boolean {
  const seen = new Set<string>()
  for (const item of items) {
    spend(sizeOf(item) * stepsPerUniqueValue)
    seen.add(canonicalJson(item))
  }
  return seen.size === items.length
}

/** The pointer of JSON as people write paths. */
function problemOf(error: ErrorObject | undefined): SchemaProblem {
  const place = (error?.instancePath ?? '').split('/').slice(1)
  const field = place.map((member) => member.replaceAll('~1', '/').replaceAll('~0', '~')).join('.')
  const { missingProperty, additionalProperty, allowedValues } = error?.params ?? {}
  if (typeof missingProperty === 'string') return { field: joined(field, missingProperty), expected: 'a value: it is missing' }
  if (typeof additionalProperty === 'string') return { field: joined(field, additionalProperty), expected: 'no field of this name' }
  if (Array.isArray(allowedValues)) return { field, expected: `one of ${JSON.stringify(allowedValues)}` }
  return { field, expected: (error?.message ?? 'another value').replace(/^must be /, '').replace(/^must /, 'to ') }
}

const joined = (field: string, member: string): string => (field === '' ? member : `${field}.${member}`)
