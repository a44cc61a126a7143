import type { z } from 'zod'
import { HoldfastError } from './errors.ts'

const kinds: Record<string, string> = {
  nonoptional: 'a value',
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}
const maxIssues = 10

type Issue = z.core.$ZodIssue

/** The refusal of an input that its schema does not accept: each field with what was expected of it. */
export function invalidInput(error: z.ZodError): HoldfastError {
  const issues = error.issues.slice(0, maxIssues).map((issue) => ({ field: fieldName(issue.path), expected: expectation(issue) }))
  const sentence = issues.map(({ field, expected }) => (field === '' ? `${expected}.` : `${field}: ${expected}.`)).join(' ')
  const [first] = issues
  const index = error.issues[0]?.path.find((part) => typeof part === 'number')
  const [only] = error.issues
  const unknown = only?.code === 'unrecognized_keys' ? { unknown: only.keys.slice(0, maxIssues) } : {}
  return new HoldfastError('invalid_request', sentence, {
    details: {
      field: first?.field,
      expected: first?.expected.replace(/^expected /, ''),
      ...(index !== undefined && { index }),
      ...unknown,
    },
  })
}

/** `operations[3].key` */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, part) => (typeof part === 'number' ? `${name}[${part}]` : name === '' ? String(part) : `${name}.${String(part)}`),
    '',
  )
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = kinds[issue.expected] ?? issue.expected
      return issue.message.endsWith('received undefined') ? `expected ${expected}, and it is missing` : `expected ${expected}`
    }
    case 'unrecognized_keys':
      return `unknown field${issue.keys.length > 1 ? 's' : ''} ${issue.keys
        .slice(0, maxIssues)
        .map((key) => JSON.stringify(key.slice(0, 100)))
        .join(', ')}`
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return issue.origin === 'string' ? `expected at least ${characters(issue.minimum)}` : `expected a number of at least ${issue.minimum}`
    case 'too_big':
      if (issue.origin === 'string') return `expected at most ${characters(issue.maximum)}`
      return `expected ${issue.origin === 'number' || issue.origin === 'int' ? 'a number of at most' : 'at most'} ${issue.maximum}`
    case 'invalid_format':
      return issue.format === 'datetime' ? 'expected a time such as 2030-01-31T12:00:00Z' : words(issue.message)
    default:
      return words(issue.message)
  }
}

const characters = (count: number | bigint): string => `${count} character${count === 1 ? '' : 's'}`

const words = (message: string): string => message.replace(/^Invalid input: /, '').replace(/\.$/, '')
