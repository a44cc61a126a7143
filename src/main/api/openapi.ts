import { z } from 'zod'
import { documents, type Operation, operations, problemSchema } from '../../contract/index.ts'

type Json = Record<string, unknown>

const problemResponse = {
  description: 'A refusal or failure',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}
const anyBytes = { '*/*': {} }

const parameter = (name: string, place: 'query' | 'header', description: string, schema: Json = { type: 'string' }): Json => ({
  name,
  in: place,
  description,
  schema,
})

/** What the raw data door takes and gives as headers, where the table has fields. */
const rawParameters: Record<string, Json[]> = {
  'records.get': [
    parameter('If-None-Match', 'header', 'Entity tags; a match answers 304'),
    parameter('Range', 'header', 'One range of bytes; answers 206'),
    parameter('If-Range', 'header', 'The range counts only while the record is in this state'),
  ],
  'records.put': [
    parameter('If-Match', 'header', 'Entity tags of which one must be the present one, or *'),
    parameter('If-None-Match', 'header', '* writes only when there is no record yet'),
    parameter('Holdfast-Fence', 'header', 'Locks that must be held: name=token, several behind commas', { type: 'string' }),
    parameter('Holdfast-TTL', 'header', 'Seconds after which the record is gone', { type: 'integer', minimum: 1 }),
    parameter('Holdfast-Durability', 'header', 'When to answer', { type: 'string', enum: ['durable', 'committed'] }),
  ],
  'records.delete': [parameter('If-Match', 'header', 'Entity tags of which one must be the present one, or *')],
}

/** The whole HTTP interface as an OpenAPI 3.1 document, made from the contract's table. */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {}
  const add = (method: string, path: string, operation: Json) => {
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation }
  }
  for (const [name, operation] of Object.entries(operations) as [string, Operation][]) {
    add(operation.http.method, operation.http.path, describe(name, operation))
  }
  for (const [name, { method, path, summary }] of Object.entries(documents)) add(method, path, describeDocument(name, summary))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description: 'The local interface of Holdfast, over a unix socket (no token) and on loopback (with a bearer token).',
    },
    servers: [{ url: '/', description: 'The host that serves this document' }],
    security: [{ token: [] }, {}],
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema, 'output') },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  }
}

function describe(name: string, operation: Operation): Json {
  const { http, summary, input, output } = operation
  const inPath = [...http.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string)
  const fields = fieldsOf(input)
  const parameters = [
    ...inPath.map((field) => ({ name: field, in: 'path', required: true, schema: fields.properties[field] ?? { type: 'string' } })),
    ...(http.body === 'none' ? queryParameters(fields, inPath) : []),
    ...(http.body === 'ndjson' ? queryParameters(fields, ['ndjson']) : []),
    ...(http.body === 'file' ? queryParameters(fields, ['bytes']) : []),
    ...(rawParameters[name] ?? []),
  ]
  const body = bodyOf(name, operation, fields, inPath)
  return {
    operationId: name,
    summary,
    tags: [name.split('.')[0]],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: body }),
    responses: { ...successes(name, http, http.body === 'raw' ? undefined : schemaOf(output, 'output')), default: problemResponse },
  }
}

function successes(name: string, { status, msgpack }: Operation['http'], schema: Json | undefined): Json {
  const json = (description: string, of: Json): Json => ({ description, content: { 'application/json': { schema: of } } })
  if (schema !== undefined && msgpack) {
    return { [status]: { description: 'Success', content: { 'application/json': { schema }, 'application/msgpack': { schema } } } }
  }
  if (schema !== undefined) return { [status]: json('Success', schema) }
  const written = schemaOf(operations['records.put'].output, 'output')
  switch (name) {
    case 'records.put':
      return { 200: json('Replaced', written), 201: json('New', written) }
    case 'records.delete':
      return { 204: { description: 'Deleted' } }
    default:
      return {
        200: { description: 'The value', content: anyBytes },
        206: { description: 'A part of the value', content: anyBytes },
        304: { description: 'Not modified' },
      }
  }
}

interface Fields {
  readonly properties: Record<string, Json>
  readonly required: readonly string[]
}

function fieldsOf(schema: z.ZodType): Fields {
  const { properties, required } = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] }
  return { properties: properties ?? {}, required: required ?? [] }
}

const queryParameters = ({ properties, required }: Fields, inPath: readonly string[]): Json[] =>
  Object.entries(properties)
    .filter(([field]) => !inPath.includes(field))
    .map(([field, schema]) => ({ name: field, in: 'query', required: required.includes(field), schema }))

function bodyOf(name: string, { http, input }: Operation, fields: Fields, inPath: readonly string[]): Json | undefined {
  switch (http.body) {
    case 'none':
      return undefined
    case 'raw':
      return name === 'records.put' ? { description: 'The value, of any type', content: anyBytes } : undefined
    case 'file':
      return { required: true, description: 'The file', content: anyBytes }
    case 'ndjson':
      return { required: true, content: { 'application/x-ndjson': { schema: { type: 'string' } } } }
    case 'json': {
      const properties = Object.fromEntries(Object.entries(fields.properties).filter(([field]) => !inPath.includes(field)))
      const required = fields.required.filter((field) => !inPath.includes(field))
      const { additionalProperties: _, ...shape } = schemaOf(input, 'input')
      const schema = { ...shape, properties, additionalProperties: false, ...(required.length > 0 ? { required } : { required: [] }) }
      return {
        required: required.length > 0,
        content: { 'application/json': { schema }, ...(http.msgpack && { 'application/msgpack': { schema } }) },
      }
    }
    default:
      return http.body satisfies never
  }
}

function describeDocument(name: string, summary: string): Json {
  const types: Record<string, string> = {
    export: 'application/x-ndjson',
    events: 'text/event-stream',
    openapi: 'application/json',
    metrics: 'text/plain',
  }
  const parameters =
    name === 'export'
      ? [parameter('prefix', 'query', 'Only keys that begin so')]
      : name === 'events'
        ? [parameter('Last-Event-ID', 'header', 'The last event that was seen')]
        : []
  return {
    operationId: `documents.${name}`,
    summary,
    tags: ['documents'],
    ...(parameters.length > 0 && { parameters }),
    responses: {
      200: { description: 'Success', content: { [types[name] ?? 'text/plain']: { schema: { type: 'string' } } } },
      default: problemResponse,
    },
  }
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  // OpenAPI 3.1 schemas are JSON Schema 2020-12; what a refinement checks in code has no words there.
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return json
}
