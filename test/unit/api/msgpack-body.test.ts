import fc from 'fast-check'
import { Packr, pack, unpack } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { packBatch, parseMsgpackObject, prefersMsgpack } from '../../../src/main/api/http/msgpack-body.ts'

const packr = new Packr({ useRecords: false })
const refusalOf = (bytes: Buffer): { code: string; message: string; details: Record<string, unknown> } => {
  try {
    parseMsgpackObject(bytes)
  } catch (error) {
    return error as { code: string; message: string; details: Record<string, unknown> }
  }
  throw new Error('nothing was refused')
}
const put = (value: unknown) => ({
  operations: [
    { op: 'get', key: 'a' },
    { op: 'put', key: 'b', value },
  ],
})

describe('a msgpack body', () => {
  it('says what JSON says, whatever it is', () => {
    const sound = fc
      .jsonValue()
      .filter((value) => !JSON.stringify(value).includes('__proto__'))
      .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
    fc.assert(
      fc.property(sound, (value) => {
        expect(parseMsgpackObject(packr.pack(put(value)))).toEqual(put(value))
      }),
    )
  })

  it('has bytes as the value of a record, and nothing is an empty document', () => {
    const { operations } = parseMsgpackObject(packr.pack(put(Buffer.from([0, 255])))) as ReturnType<typeof put>
    expect(Buffer.from((operations[1] as unknown as { value: Uint8Array }).value)).toEqual(Buffer.from([0, 255]))
    expect(parseMsgpackObject(Buffer.alloc(0))).toEqual({})
  })

  it.each([
    ['bytes inside of a value', put({ photo: Buffer.from([1]) }), 'bytes only as the whole value'],
    ['NaN', put([Number.NaN]), 'no NaN'],
    ['an integer that JSON would change', put(2n ** 60n), '2^53'],
    ['a date', put(new Date(0)), 'extension'],
  ])('names the operation that has %s', (_, body, words) => {
    const refusal = refusalOf(packr.pack(body))
    expect(refusal.code).toBe('invalid_request')
    expect(refusal.message).toContain(words)
    expect(refusal.details.index).toBe(1)
    expect(refusal.message).toContain('operations[1]')
  })

  it.each([
    ['a list', pack([1])],
    ['a number', pack(1)],
    ['one that is cut off', Buffer.from(packr.pack(put('text')).subarray(0, -2))],
    ['one with more behind it', Buffer.concat([packr.pack({}), Buffer.from([0])])],
    ['a name that is no text', Buffer.from([0x81, 0x01, 0x01])],
    ['a text that is not UTF-8', Buffer.from([0x81, 0xa1, 0x61, 0xa1, 0xff])],
    ['a type that does not exist', Buffer.from([0x81, 0xa1, 0x61, 0xc1])],
    ['__proto__', Buffer.concat([Buffer.from([0x81, 0xa9]), Buffer.from('__proto__'), Buffer.from([0x01])])],
  ])('is not %s', (_, bytes) => {
    expect(refusalOf(bytes).code).toBe('invalid_request')
  })

  it('cannot promise more than it brings, nor be nested without end', () => {
    expect(refusalOf(Buffer.from([0x81, 0xa1, 0x61, 0xdd, 0xff, 0xff, 0xff, 0xff])).message).toContain('cut off')
    expect(refusalOf(Buffer.concat([Buffer.from([0x81, 0xa1, 0x61]), Buffer.alloc(100_000, 0x91)])).message).toContain('levels')
    expect(
      refusalOf(Buffer.concat([Buffer.from([0x81, 0xa1, 0x61, 0xdd, 0x00, 0x2d, 0xc6, 0xc0]), Buffer.alloc(3_000_000, 0x90)])).code,
    ).toBe('too_large')
  })
})

describe('a msgpack answer', () => {
  it('has bytes as bin, and everything else as it is in JSON', () => {
    const results = [
      { status: 200, version: 'v', value: 'AP8=', encoding: 'base64' as const },
      { status: 200, version: 'v', value: { celsius: 21.5 }, encoding: 'json' as const },
      { status: 200, version: 'v', value: 'text', encoding: 'text' as const },
      { status: 404, error: { code: 'not_found', detail: 'There is none.' } },
    ]
    const [first, ...others] = results
    const told = (unpack(packBatch({ results })) as { results: Record<string, unknown>[] }).results
    expect(told[0]).toEqual({ status: first?.status, version: 'v', value: Buffer.from([0, 255]) })
    expect(told.slice(1)).toEqual(others)
  })

  it.each([
    [undefined, false],
    ['*/*', false],
    ['application/json', false],
    ['application/msgpack', true],
    ['application/vnd.msgpack', true],
    ['application/json, application/msgpack', true],
    ['application/json, application/msgpack;q=0.5', false],
    ['application/msgpack;q=0', false],
  ])('is given for Accept: %s → %s', (accept, expected) => {
    expect(prefersMsgpack(accept)).toBe(expected)
  })
})
