import { describe, expect, it } from 'vitest'
import { documents, operations } from '../../../src/contract/index.ts'
import { openApiDocument } from '../../../src/main/api/openapi.ts'

type Json = Record<string, unknown>
interface Described {
  operationId: string
  parameters?: { name: string; in: string; required?: boolean; schema: Json }[]
  requestBody?: { content: Record<string, { schema?: Json }> }
  responses: Record<string, Json>
}
const document = openApiDocument('1.2.3') as { openapi: string; info: Json; paths: Record<string, Record<string, Described>> }
const all = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, described]) => ({ path, method, described })),
)

function* refs(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') yield inner
    else yield* refs(inner)
  }
}

describe('the OpenAPI document', () => {
  it('has every operation and document of the contract under its method and path', () => {
    const wanted = [...Object.values(operations).map(({ http }) => http), ...Object.values(documents)]
    for (const { method, path } of wanted) expect(document.paths[path]?.[method.toLowerCase()], `${method} ${path}`).toBeDefined()
    expect(all).toHaveLength(wanted.length)
    expect(document.openapi).toBe('3.1.0')
    expect(document.info.version).toBe('1.2.3')
  })

  it('declares every parameter of a path, once and as required', () => {
    for (const { path, described } of all) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const declared = (described.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(declared.map(({ name }) => name)).toEqual(inPath)
      expect(declared.every(({ required }) => required)).toBe(true)
      const names = (described.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`)
      expect(new Set(names).size).toBe(names.length)
    }
  })

  it('names every operation once, and points at nothing that is not there', () => {
    expect(new Set(all.map(({ described }) => described.operationId)).size).toBe(all.length)
    for (const ref of refs(document)) {
      const found = ref
        .slice(2)
        .split('/')
        .reduce<unknown>((value, part) => (value as Json | undefined)?.[part], document)
      expect(found, ref).toBeDefined()
    }
  })

  it('is plain JSON, with answers for every operation', () => {
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
    for (const { described } of all) expect(Object.keys(described.responses).length).toBeGreaterThan(1)
  })

  it('says what a batch takes', () => {
    const schema = document.paths['/api/batch']?.post?.requestBody?.content['application/json']?.schema as {
      properties: Json
      required: string[]
    }
    expect(Object.keys(schema.properties)).toEqual(['atomic', 'operations', 'durability', 'fences', 'undo'])
    expect(schema.required).toEqual(['operations'])
  })
})
