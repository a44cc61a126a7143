import { describe, expect, test } from 'vitest'
import { compileSchema } from '../../../src/main/persistence/indexes/schema-check.ts'

const doubling = (steps: number): Record<string, unknown> => {
  const next = (step: number): unknown => ({ $ref: `#/$defs/d${step + 1}` })
  const definitions = Array.from({ length: steps }, (_none, step) => [`d${step}`, { anyOf: [next(step), next(step)] }])
  return { $defs: { ...Object.fromEntries(definitions), [`d${steps}`]: { type: 'number' } }, properties: { a: { $ref: '#/$defs/d0' } } }
}

describe('the references of a schema', () => {
  test('that double at each step are given up, not followed for hours', () => {
    expect(compileSchema(doubling(40))({ a: 'x' })?.expected).toContain('bounded work')
    expect(compileSchema(doubling(3))({ a: 'x' })).toEqual({ field: 'a', expected: 'number' })
  })

  test('that lead to themselves refuse the record with a reason', () => {
    expect(compileSchema({ $defs: { a: { not: { $ref: '#/$defs/a' } } }, $ref: '#/$defs/a' })({ a: 1 })?.expected).toContain('bounded work')
  })

  test('that lead nowhere are refused when the schema is defined', () => {
    expect(() => compileSchema({ $dynamicRef: '#x' })).toThrow('leads to no $dynamicAnchor')
    expect(() => compileSchema({ properties: { a: { $dynamicRef: '#/$defs/b' } }, $defs: { b: {} } })).toThrow('write $ref')
    const tree = { $dynamicAnchor: 'node', properties: { children: { items: { $dynamicRef: '#node' } }, size: { type: 'number' } } }
    expect(compileSchema(tree)({ children: [{ size: 'x' }] })).toMatchObject({ field: 'children.0.size' })
  })

  test('are followed for each value of a long list, and of the next document again', () => {
    const check = compileSchema({ $defs: { n: { type: 'number' } }, properties: { list: { items: { $ref: '#/$defs/n' } } } })
    const list = Array.from({ length: 150_000 }, (_none, index) => index)
    expect(check({ list })).toBeUndefined()
    expect(check({ list })).toBeUndefined()
    expect(check({ list: [...list, 'x'] })).toEqual({ field: 'list.150000', expected: 'number' })
  })
})
