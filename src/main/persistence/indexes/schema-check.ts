import { Ajv2020, type ErrorObject, type KeywordDefinition, type ValidateFunction } from 'ajv/dist/2020.js'
import { HoldfastError } from '../../base/errors.ts'
import { canonicalJson } from './index-order.ts'
import { LinearPattern } from './linear-pattern.ts'
import { ReferenceBudget } from './reference-budget.ts'

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
    if (!isJudged) return tooManyReferences
    return fits ? undefined : problemOf(validate.errors?.[0])
  }
}

const tooManyReferences: SchemaProblem = { field: '', expected: 'a schema that needs fewer or shallower references to check it' }

function compile(schema: Readonly<Record<string, unknown>>): { readonly validate: ValidateFunction; readonly budget: ReferenceBudget } {
  // `format` is a note, as the draft says. What is unknown is a misspelling, and would check nothing.
  const checks = { strict: true, strictTypes: false, strictRequired: false, validateFormats: false, addUsedSchema: false }
  const ajv = new Ajv2020({ ...checks, code: { regExp } })
  // Its own compares each element with each other one.
  ajv.removeKeyword('uniqueItems').addKeyword(uniqueItems)
  const budget = new ReferenceBudget(ajv)
  try {
    const validate = ajv.compile(schema)
    if ('$async' in schema) throw new Error('$async is not supported')
    return { validate, budget }
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    throw new HoldfastError('invalid_request', `schema: expected a JSON Schema of draft 2020-12: ${what}.`, {
      details: { field: 'schema', expected: 'a JSON Schema of draft 2020-12' },
      cause: error,
    })
  }
}

// Nobody makes code of it here, which `code` is for.
const regExp = Object.assign((source: string) => new LinearPattern(source), { code: 'LinearPattern' })

const uniqueItems: KeywordDefinition = {
  keyword: 'uniqueItems',
  type: 'array',
  schemaType: 'boolean',
  compile: (isDemanded: boolean) => (items: readonly unknown[]) => !isDemanded || new Set(items.map(canonicalJson)).size === items.length,
  error: { message: 'must be a list that has each element once' },
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
