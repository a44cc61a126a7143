import { z } from 'zod'
import { HoldfastError } from '../../base/errors.ts'

/** How the text of a query field becomes the value that the operation's schema expects. */
export type FieldKind = 'text' | 'whole number' | 'boolean'

/** The fields of an operation's input that a query may carry, from its schema. */
export function queryFields(schema: z.ZodType, except: ReadonlySet<string>): ReadonlyMap<string, FieldKind> {
  if (!(schema instanceof z.ZodObject)) return new Map()
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>).filter(([name]) => !except.has(name))
  return new Map(fields.map(([name, field]) => [name, kindOf(field)]))
}

function kindOf(schema: z.ZodType): FieldKind {
  let inner = schema
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault) inner = inner.unwrap() as z.ZodType
  if (inner instanceof z.ZodNumber) return 'whole number'
  return inner instanceof z.ZodBoolean ? 'boolean' : 'text'
}

/**
 * Decodes a query as forms are: `+` is a space, then percent escapes, then UTF-8. Throws `invalid_request` naming the parameter
 * when it is unknown, comes twice, or is not what was expected.
 */
export function parseQuery(query: string | undefined, fields: ReadonlyMap<string, FieldKind>): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  if (query === undefined || query === '') return input
  const unknown: string[] = []
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = decodeForm(equals < 0 ? pair : pair.slice(0, equals), 'the query')
    const kind = fields.get(name)
    if (kind === undefined) {
      unknown.push(name)
      continue
    }
    if (Object.hasOwn(input, name)) throw invalid(name, 'to be given once')
    input[name] = toValue(name, decodeForm(equals < 0 ? '' : pair.slice(equals + 1), name), kind)
  }
  if (unknown.length > 0) throw unknownParameters(unknown, [...fields.keys()])
  return input
}

function toValue(name: string, text: string, kind: FieldKind): unknown {
  switch (kind) {
    case 'text':
      return text
    case 'whole number':
      if (!/^-?\d{1,15}$/.test(text)) throw invalid(name, 'a whole number')
      return Number(text)
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw invalid(name, 'true or false')
      return text === 'true'
    default:
      return kind satisfies never
  }
}

function decodeForm(text: string, field: string): string {
  try {
    // One character of `text` is one byte of the wire: bytes that came unescaped are escaped first, so that both ways meet the same decoder.
    return decodeURIComponent(text.replaceAll('+', ' ').replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`))
  } catch {
    throw invalid(field, 'UTF-8 with two hexadecimal digits after every %')
  }
}

function invalid(field: string, expected: string): HoldfastError {
  return new HoldfastError('invalid_request', `${field}: expected ${expected}.`, { details: { field, expected } })
}

const maxNamed = 20

function unknownParameters(names: readonly string[], known: readonly string[]): HoldfastError {
  const named = names.slice(0, maxNamed).map((name) => name.slice(0, 100))
  const hint = known.length > 0 ? `; there are ${known.join(', ')}` : '; there are none here'
  const sentence = `Unknown query parameter${named.length > 1 ? 's' : ''} ${named.map((name) => JSON.stringify(name)).join(', ')}${hint}.`
  return new HoldfastError('invalid_request', sentence, { details: { field: named[0], unknown: named } })
}
