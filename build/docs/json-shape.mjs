// JSON Schema (as zod writes it) in the short words of a page.

/** One line for a value: `integer 1…1000`, `"json" | "text"`, `[{ … }]`. */
export function shape(schema) {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return choices.map(shape).join(' | ')
  if (Array.isArray(schema.type)) return schema.type.map((type) => shape({ ...schema, type })).join(' | ')
  if (schema.type === 'array')
    return schema.prefixItems ? `[${schema.prefixItems.map(shape).join(', ')}]` : `[${shape(schema.items ?? {})}]`
  if (schema.type === 'object') return objectShape(schema)
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type}${bounds(schema)}`
  return schema.type ?? 'any'
}

function bounds({ minimum, maximum }) {
  const isReal = (value) => value !== undefined && Math.abs(value) !== Number.MAX_SAFE_INTEGER
  if (isReal(minimum) && isReal(maximum)) return ` ${minimum}…${maximum}`
  if (isReal(minimum)) return ` ≥ ${minimum}`
  return isReal(maximum) ? ` ≤ ${maximum}` : ''
}

function objectShape({ properties, required = [], additionalProperties }) {
  const fields = Object.entries(properties ?? {}).map(
    ([name, schema]) => `"${name}"${required.includes(name) ? '' : '?'}: ${shape(schema)}`,
  )
  if (fields.length === 0 && additionalProperties) return 'object'
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

/** The same over several lines, for an answer. */
export function shapeBlock(schema, indent = '') {
  const object = schema.type === 'array' ? schema.items : schema
  const flat = shape(schema)
  if (flat.length + indent.length <= 100 || object?.type !== 'object' || object.properties === undefined) return flat
  const [open, close] = schema.type === 'array' ? ['[{', '}]'] : ['{', '}']
  const fields = Object.entries(object.properties).map(([name, inner]) => {
    const mark = object.required?.includes(name) ? '' : '?'
    return `${indent}  "${name}"${mark}: ${shapeBlock(inner, `${indent}  `)}`
  })
  return `${open}\n${fields.join(',\n')}\n${indent}${close}`
}

/** Rows of a table of fields: name, what is expected, default. */
export const fieldRows = ({ properties = {}, required = [] }) =>
  Object.entries(properties).map(([name, schema]) => [
    `\`${name}\`${required.includes(name) && schema.default === undefined ? ' (needed)' : ''}`,
    textBounds(schema),
    schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``,
  ])

function textBounds(schema) {
  if (schema.type !== 'string' || schema.enum !== undefined || schema.maxLength === undefined) return shape(schema)
  return `string, at most ${schema.maxLength} characters`
}
