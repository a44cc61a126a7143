import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detectEncoding, type Encoding, type MakeDecoder, TextPieces } from '../../../src/formats/text-pieces.ts'
import { guessed, readAll, recordsOf } from './read.ts'

const makeDecoder: MakeDecoder = (encoding, options) => new TextDecoder(encoding, options)

describe('a JSON file', () => {
  it('gives every element of an array as it stands, however the file is cut and laid out', () => {
    const values = fc.array(fc.jsonValue(), { maxLength: 8 })
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 9 }), (list, indent, size) => {
        const objects = list.map((value, id) => ({ id, value }))
        const text = JSON.stringify(objects, null, indent)
        const items = readAll(text, { format: 'json', shape: 'objects', key: 'k{id}', prefix: 'p:' }, size)
        expect(recordsOf(items)).toEqual(objects.map((value) => JSON.parse(JSON.stringify({ key: `p:k${value.id}`, value }))))
      }),
    )
  })

  it('takes an object of keys', () => {
    const text = '{\n "a:1": {"x": [1, 2, {"y": "}"}]},\n "a:2": "text, with \\" and ]"\n}'
    expect(recordsOf(readAll(text, guessed('x.json', text), 3))).toEqual([
      { key: 'a:1', value: { x: [1, 2, { y: '}' }] } },
      { key: 'a:2', value: 'text, with " and ]' },
    ])
  })

  it('keeps the digits of numbers that no double holds, in values and in keys', () => {
    const text = '[{"id": 12345678901234567890, "at": 1763856000000000001}]'
    const [item] = readAll(text, { format: 'json', shape: 'objects', key: 'k:{id}', prefix: '' })
    expect(item).toMatchObject({ ndjson: '{"key":"k:12345678901234567890","value":{"id":12345678901234567890,"at":1763856000000000001}}' })
  })

  it('says which element is broken, by its line, and goes on with the next', () => {
    const text = '[\n{"id":1},\n{"id":},\n7,\n{"name":"no id"},\n{"id":4}\n]'
    expect(recordsOf(readAll(text, { format: 'json', shape: 'objects', key: '{id}', prefix: '' }))).toEqual([
      { key: '1', value: { id: 1 } },
      { line: 3, problem: { code: 'broken-json' } },
      { line: 4, problem: { code: 'not-object' } },
      { line: 5, problem: { code: 'no-key-part', column: 'id' } },
      { key: '4', value: { id: 4 } },
    ])
  })

  it('says when it ends in the middle of an element', () => {
    expect(recordsOf(readAll('[{"id":1},{"id":', { format: 'json', shape: 'objects', key: '{id}', prefix: '' })).at(-1)).toEqual({
      line: 1,
      problem: { code: 'cut-off' },
    })
  })

  it('says when it ends between two elements, or goes on behind its end', () => {
    const plan = { format: 'json', shape: 'objects', key: '{id}', prefix: '' } as const
    const one = { key: '1', value: { id: 1 } }
    for (const text of ['[{"id":1},', '[{"id":1}, '])
      for (const size of [1, 2, 100]) expect(recordsOf(readAll(text, plan, size))).toEqual([one, { line: 1, problem: { code: 'cut-off' } }])
    for (const size of [1, 2, 100]) {
      const behind = { line: 3, problem: { code: 'behind-end' } }
      expect(recordsOf(readAll('[{"id":1}]\n\n[{"id":2}]\n', plan, size))).toEqual([one, behind])
      expect(recordsOf(readAll('[{"id":1}]\n \n', plan, size))).toEqual([one])
    }
  })

  it('of one object a line may have its key in a member of a member', () => {
    const text = '{"device":{"id":"a7"},"t":1}\r\n\n{"device":{"id":true},"t":2}'
    const plan = { ...guessed('x.ndjson', text), key: 'd:{device.id}' }
    expect(recordsOf(readAll(text, plan))).toEqual([
      { key: 'd:a7', value: { device: { id: 'a7' }, t: 1 } },
      { key: 'd:true', value: { device: { id: true }, t: 2 } },
    ])
  })

  it('is known by how it begins where the name does not say', () => {
    expect(guessed('x', '[{"id":1}]')).toMatchObject({ format: 'json', shape: 'objects', key: '{id}' })
    expect(guessed('x', '{"key":"a","value":1}\n{"key":"b","value":1}')).toMatchObject({ format: 'ndjson', shape: 'records' })
    expect(guessed('x', '{\n"a":1\n}')).toMatchObject({ format: 'json', shape: 'members' })
    expect(guessed('x', 'a;b\n1;2')).toMatchObject({ format: 'csv' })
  })
})

describe('the bytes of a file', () => {
  const texts = (bytes: Uint8Array, encoding: Encoding, size: number) => {
    const pieces = new TextPieces(encoding, makeDecoder)
    const read = []
    for (let at = 0; at < bytes.length; at += size) read.push(pieces.push(bytes.subarray(at, at + size)))
    read.push(pieces.end())
    return { text: read.map(({ text }) => text).join(''), damaged: read.some(({ damaged }) => damaged) }
  }
  const bytesOf = (text: string) => new TextEncoder().encode(text)

  it('are the same text in UTF-8, however they are cut; a U+FFFD of the file is no damage', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 5 }), (text, size) => {
        expect(texts(bytesOf(`a${text}\ufffd`), 'utf-8', size)).toEqual({ text: `a${text}\ufffd`.toWellFormed(), damaged: false })
      }),
    )
    expect(texts(new Uint8Array([0x61, 0xff, 0x62]), 'utf-8', 1)).toMatchObject({ damaged: true })
  })

  it('are without the mark at the beginning', () => {
    expect(texts(bytesOf('\ufeffkey'), 'utf-8', 1).text).toBe('key')
  })

  it('tell their encoding: UTF-8, UTF-16 of both orders with and without a mark, GB18030', () => {
    const utf16 = (text: string) => new Uint8Array(Buffer.from(text, 'utf16le'))
    const gbk = new Uint8Array([0xb3, 0xc7, 0xca, 0xd0, 0x2c, 0xb1, 0xb1, 0xbe, 0xa9, 0x0a])
    expect(detectEncoding(bytesOf('城市,北京\n').slice(0, 8), makeDecoder)).toBe('utf-8')
    expect(detectEncoding(utf16('\ufeffid,name\n'), makeDecoder)).toBe('utf-16le')
    expect(detectEncoding(utf16('id,name\n'), makeDecoder)).toBe('utf-16le')
    expect(detectEncoding(new Uint8Array(Buffer.from('id,name\n', 'utf16le').swap16()), makeDecoder)).toBe('utf-16be')
    expect(detectEncoding(gbk, makeDecoder)).toBe('gb18030')
    const damaged = new Uint8Array([...bytesOf('Zürich,Genève,Neuchâtel\n'), 0xff, 0x0a])
    expect(detectEncoding(damaged, makeDecoder)).toBe('utf-8')
    expect(detectEncoding(new Uint8Array(Buffer.from('Zürich,Genève,Neuchâtel\n', 'latin1')), makeDecoder)).not.toBe('utf-8')
    expect(texts(gbk, 'gb18030', 1).text).toBe('城市,北京\n')
  })
})
