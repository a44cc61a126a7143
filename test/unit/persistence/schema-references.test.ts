import { describe, expect, test } from 'vitest'
import { compileSchema } from '../../../src/main/persistence/indexes/schema-check.ts'

const doubling = (steps: number): Record<string, unknown> => {
  const next = (step: number): unknown => ({ $ref: `#/$defs/d${step + 1}` })
  const definitions = Array.from({ length: steps }, (_none, step) => [`d${step}`, { anyOf: [next(step), next(step)] }])
  return { $defs: { ...Object.fromEntries(definitions), [`d${steps}`]: { type: 'number' } }, properties: { a: { $ref: '#/$defs/d0' } } }
}

describe('the references of a schema', () => {
  test('that double at each step are given up, not followed for hours', () => {
    expect(compileSchema(doubling(40))({ a: 'x' })?.expected).toContain('fewer or shallower references')
    expect(compileSchema(doubling(3))({ a: 'x' })).toEqual({ field: 'a', expected: 'number' })
  })

  test('that lead nowhere but to themselves refuse the record with a reason', () => {
    expect(compileSchema({ $dynamicRef: '#x' })({ a: 1 })?.expected).toContain('fewer or shallower references')
  })

  test('are followed for each value of a long list, and of the next document again', () => {
    const check = compileSchema({ $defs: { n: { type: 'number' } }, properties: { list: { items: { $ref: '#/$defs/n' } } } })
    const list = Array.from({ length: 150_000 }, (_none, index) => index)
    expect(check({ list })).toBeUndefined()
    expect(check({ list })).toBeUndefined()
    expect(check({ list: [...list, 'x'] })).toEqual({ field: 'list.150000', expected: 'number' })
  })
})
