const secretName = /token|secret|password|passphrase|authorization|cookie|credential|access_?key|api_?key|private_?key/i
const secretInText = /(\bBearer\s+|[?&#]?\btoken=)[^\s"'&]+/gi
const mark = '[redacted]'
const maxDepth = 6
const maxItems = 100
const maxCharacters = 8192

/** Facts as they may be written to a log: secrets replaced by a mark (by the name of their field, and as tokens in text), and bounded in size. */
export function redactFacts(facts: object): Record<string, unknown> {
  return redactObject(facts, 0)
}

export function redactText(text: string): string {
  const short = text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters)}… (${text.length} characters)`
  return short.replace(secretInText, `$1${mark}`)
}

function redactObject(facts: object, depth: number): Record<string, unknown> {
  const entries = Object.entries(facts).slice(0, maxItems)
  return Object.fromEntries(entries.map(([name, value]) => [name, secretName.test(name) ? mark : redactValue(value, depth + 1)]))
}

function redactValue(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value)
    case 'bigint':
    case 'symbol':
    case 'function':
      return String(value)
    case 'object':
      break
    default:
      return value
  }
  if (value === null) return null
  if (depth > maxDepth) return '…'
  if (value instanceof Error) return redactError(value, depth)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  // Values of records never belong into a log.
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`
  if (Array.isArray(value)) return value.slice(0, maxItems).map((item) => redactValue(item, depth + 1))
  return redactObject(value, depth)
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error
  return {
    ...redactObject({ ...error }, depth),
    type: name,
    message: redactText(message),
    ...(stack !== undefined && { stack: redactText(stack) }),
    ...(cause !== undefined && { cause: redactValue(cause, depth + 1) }),
  }
}
