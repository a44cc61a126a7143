import { z } from 'zod'

/** What the tags of mapped JSON look like to a JSON Schema. */
const tagSchema = (tag: string, content: object): object => ({
  type: 'object',
  properties: { [tag]: content },
  required: [tag],
  additionalProperties: false,
})

/**
 * The JSON Schema of what is stored of a zod shape's values: mapped JSON, where dates, bigints, maps and sets are tagged objects. What JSON Schema cannot
 * say (a refinement, an instance) is not checked by the host.
 */
export function jsonSchemaOf(shape: z.ZodType): Record<string, z.core.util.JSONType> {
  const schema = z.toJSONSchema(shape, { io: 'output', unrepresentable: 'any', override: sayTags })
  // Without the marks of other libraries' functions: plain JSON.
  return JSON.parse(JSON.stringify(schema)) as Record<string, z.core.util.JSONType>
}

type Overridden = Parameters<NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>>[0]

function sayTags({ zodSchema, jsonSchema }: Overridden): void {
  const { def } = zodSchema._zod
  switch (def.type) {
    case 'string':
      // Zod's own pattern of a duration, an emoji, a host name looks around, which the host refuses in one that is written as such; `format` stays as a note.
      if ('format' in def && def.format !== 'regex' && jsonSchema.pattern?.includes('(?=')) delete jsonSchema.pattern
      break
    case 'date':
      Object.assign(jsonSchema, tagSchema('$date', { type: 'string' }))
      break
    case 'bigint':
      Object.assign(jsonSchema, tagSchema('$bigint', { type: 'string' }))
      break
    case 'map':
      Object.assign(jsonSchema, tagSchema('$map', { type: 'array' }))
      break
    case 'set':
      Object.assign(jsonSchema, tagSchema('$set', { type: 'array' }))
      break
    case 'object':
      // The host keeps the version of a record's shape among its fields. A strict shape stays strict.
      if (!('catchall' in def) || def.catchall === undefined) delete jsonSchema.additionalProperties
      break
    default:
  }
}
