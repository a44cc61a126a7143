import { describe, expect, it } from 'vitest'
import { fieldOf, parseDocument, selectFields, toPath, writeDocument } from '../../../src/main/persistence/indexes/document.ts'

const msgpack = 'application/msgpack'

describe('a document', () => {
  it('in msgpack is read and written back as what it is', () => {
    const document = {
      at: { $date: '2026-03-01T08:00:00.000Z' },
      big: { $bigint: '9007199254740993' },
      raw: { $binary: 'AQI=' },
      own: [{ $bigint: 'many' }, { $date: 'tomorrow' }],
      n: 1.5,
    }
    expect(parseDocument(msgpack, writeDocument(msgpack, document))).toEqual(document)
  })

  it.each([
    ['text/plain', 'a text'],
    ['application/json', '[1]'],
    ['application/json', '{"a":'],
    ['application/json', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`],
    // An array of four billion elements, of which none is there.
    [msgpack, Buffer.from('81a161ddffffffff', 'hex')],
    [msgpack, Buffer.from('93010203', 'hex')],
  ])('is nothing else (%s)', (contentType, value) => {
    expect(parseDocument(contentType, Buffer.from(value))).toBeUndefined()
  })

  it('has the fields of its own objects only, and gives those that are asked for', () => {
    const document = parseDocument('', Buffer.from(' {"a":{"b":1,"c":2},"list":[{"x":1}],"__proto__":{"y":1}}')) ?? {}
    const at = (path: string) => fieldOf(document, toPath(path))
    expect([at('a.b'), at('a.toString'), at('list.0'), at('y'), at('a.b.c')]).toEqual([1, undefined, undefined, undefined, undefined])
    expect(selectFields(document, [toPath('a.c'), toPath('none')])).toEqual({ a: { c: 2 } })
  })
})
