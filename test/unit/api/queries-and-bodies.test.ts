import { describe, expect, it } from 'vitest'
import { operations } from '../../../src/contract/index.ts'
import { parseQuery, queryFields } from '../../../src/main/api/http/form-query.ts'
import { parseJsonObject } from '../../../src/main/api/http/json-body.ts'

const fields = queryFields(operations['records.list'].input, new Set())
const problemOf = (run: () => unknown): { code: string; message: string; details?: Record<string, unknown> } => {
  try {
    run()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('nothing was refused')
}

describe('a query', () => {
  it('is decoded as forms are', () => {
    expect(parseQuery('prefix=a+b%2B%C3%A9&limit=5&values=true&reverse=false&after=', fields)).toEqual({
      prefix: 'a b+é',
      limit: 5,
      values: true,
      reverse: false,
      after: '',
    })
    expect(parseQuery('&&prefix=%3D%26&', fields)).toEqual({ prefix: '=&' })
  })

  it('takes bytes that came unescaped for UTF-8', () => {
    expect(parseQuery(`prefix=${Buffer.from('日').toString('latin1')}`, fields)).toEqual({ prefix: '日' })
  })

  it.each(['values=1', 'values=True', 'values=', 'limit=1.5', 'limit=', 'limit=1e3', 'prefix=%', 'prefix=%ff', 'prefix=a&prefix=b'])(
    'refuses %s',
    (query) => {
      const problem = problemOf(() => parseQuery(query, fields))
      expect(problem.code).toBe('invalid_request')
      expect(problem.details?.field).toBe(query.split('=')[0])
    },
  )

  it('names what it does not know', () => {
    const problem = problemOf(() => parseQuery('prefx=a&__proto__=b', fields))
    expect(problem.message).toContain('"prefx"')
    expect(problem.details?.unknown).toEqual(['prefx', '__proto__'])
  })
})

describe('a JSON body', () => {
  it('is an object, or nothing', () => {
    expect(parseJsonObject(Buffer.alloc(0))).toEqual({})
    expect(parseJsonObject(Buffer.from(' {"a":[{}]} '))).toEqual({ a: [{}] })
  })

  it.each(['[]', '1', 'null', '{', '{"a":1,}', '{"a":1}{', '\ufeff{}', "{'a':1}", '{"a":NaN}'])('is not %s', (text) => {
    expect(problemOf(() => parseJsonObject(Buffer.from(text))).code).toBe('invalid_request')
  })

  it('is UTF-8', () => {
    expect(problemOf(() => parseJsonObject(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).message).toContain('UTF-8')
  })

  it('does not become a huge tree', () => {
    expect(problemOf(() => parseJsonObject(Buffer.from('['.repeat(1_000_000)))).code).toBe('invalid_request')
    expect(problemOf(() => parseJsonObject(Buffer.from(`{"a":[${'[],'.repeat(2_000_001)}0]}`))).code).toBe('too_large')
    expect(parseJsonObject(Buffer.from(`{"a":"${'['.repeat(10_000)}"}`))).toHaveProperty('a')
  })

  it('may name __proto__ and changes nothing by that', () => {
    const body = parseJsonObject(Buffer.from('{"__proto__":{"polluted":true}}'))
    expect(Object.keys(body)).toEqual(['__proto__'])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})
