import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base64Of, decodeValue, encodeValue } from '../../../src/renderer/bridge/value-bytes.ts'
import { beginDraft, isDirty, remainingTtlSeconds } from '../../../src/renderer/features/data/draft.ts'
import { keyProblem } from '../../../src/renderer/features/data/new-record.ts'
import { ttlAtFirst, ttlOf } from '../../../src/renderer/features/data/ttl.ts'
import { jsonToStore, look } from '../../../src/renderer/features/data/viewers/decode-tasks.ts'
import { hexRow, hexRowCount } from '../../../src/renderer/features/data/viewers/hex.ts'
import { compactJson, formatJson } from '../../../src/renderer/features/data/viewers/json-format.ts'
import { contentOf } from '../../../src/renderer/features/data/viewers/value-content.ts'
import type { ValueView } from '../../../src/renderer/features/data/viewers/value-views.ts'
import { httpCommand, shellQuoted, socketCommand } from '../../../src/renderer/features/overview/connect.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('a value between the host and the screen', () => {
  it('comes back as the same bytes whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { value, encoding } = encodeValue(bytes)
        expect(decodeValue(value, encoding)).toEqual(new Uint8Array(bytes))
      }),
    )
  })

  it('is JSON only when writing it again gives the same bytes', () => {
    expect(encodeValue(bytesOf('{"a":1}')).encoding).toBe('json')
    expect(encodeValue(bytesOf('{"a": 1}')).encoding).toBe('text')
    expect(encodeValue(bytesOf('1.0')).encoding).toBe('text')
    expect(encodeValue(new Uint8Array([0xff])).encoding).toBe('base64')
  })

  it('keeps a byte order mark', () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x61])
    const { value, encoding } = encodeValue(bytes)
    expect(decodeValue(value, encoding)).toEqual(bytes)
  })

  it('is turned into base64 in pieces as if it were one', () => {
    const bytes = new Uint8Array(100_000).map((_, place) => place % 251)
    expect(base64Of(bytes)).toBe(Buffer.from(bytes).toString('base64'))
  })
})

describe('the viewers of a value', () => {
  it('are chosen by the bytes, and by the content type where these leave it open', () => {
    expect(contentOf(bytesOf('{"a":1}'), 'application/octet-stream').views[0]).toBe('json')
    expect(contentOf(bytesOf('42'), 'application/json').views[0]).toBe('json')
    expect(contentOf(bytesOf('42'), 'text/plain').views[0]).toBe('text')
    expect(contentOf(bytesOf('{"a":'), 'application/json').views[0]).toBe('text')
    expect(contentOf(new Uint8Array([0xff, 0xfe]), 'application/json').views).toEqual(['hex'])
    expect(contentOf(new Uint8Array([0, 1, 2]), 'application/octet-stream').views[0]).toBe('hex')
  })

  it('lay out JSON without touching numbers, escapes or the order of members', () => {
    const text = '{"b":12345678901234567890,"a":1.0,"é\\u0041":[],"c":{},"d":[1,{"e":"x, y: {z}"}]}'
    expect(formatJson(text)).toBe(
      [
        '{',
        '  "b": 12345678901234567890,',
        '  "a": 1.0,',
        '  "é\\u0041": [],',
        '  "c": {},',
        '  "d": [',
        '    1,',
        '    {',
        '      "e": "x, y: {z}"',
        '    }',
        '  ]',
        '}',
      ].join('\n'),
    )
  })

  it('lose nothing of any JSON when it is laid out and made compact again', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const compact = compactJson(text)
        expect(compactJson(formatJson(text))).toBe(compact)
        expect(JSON.parse(formatJson(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('show bytes in rows of sixteen with offset and characters', () => {
    const bytes = bytesOf('Holdfast\u0000keeps data')
    expect(hexRowCount(bytes.length)).toBe(2)
    expect(hexRow(bytes, 0)).toEqual({
      offset: '00000000',
      hex: '48 6f 6c 64 66 61 73 74  00 6b 65 65 70 73 20 64',
      ascii: 'Holdfast·keeps d',
    })
    expect(hexRow(bytes, 1).hex).toHaveLength(48)
    expect(hexRowCount(0)).toBe(0)
  })
})

describe('a draft', () => {
  const record = (bytes: Uint8Array) => ({
    key: 'k',
    version: '7',
    contentType: 'application/json',
    size: bytes.length,
    createdAt: '',
    updatedAt: '',
    offset: 0,
    bytes: base64Of(bytes),
    writtenBy: null,
  })
  const begin = (bytes: Uint8Array, view: ValueView) =>
    beginDraft(record(bytes), look({ bytes, contentType: 'application/json', isWhole: true }), view, 0)
  const draftOf = (text: string, view: ValueView) => {
    const draft = begin(bytesOf(text), view)
    if (!draft) throw new Error('no draft')
    return draft
  }

  it('of compact JSON is edited laid out and stored compact again', () => {
    const draft = draftOf('{"a":1}', 'json')
    expect(String(draft.text)).toBe('{\n  "a": 1\n}')
    expect(isDirty(draft)).toBe(false)
    expect(jsonToStore({ ...draft, text: '{\n  "a": 2\n}' })).toEqual({ text: '{"a":2}' })
  })

  it('of JSON with spaces is stored as it was laid out', () => {
    expect(jsonToStore({ ...draftOf('{ "a": 1 }', 'json'), text: '{\n  "a": 2\n}' })).toEqual({ text: '{\n  "a": 2\n}' })
  })

  it('of JSON that is shown as text is the text that it is', () => {
    expect(draftOf('{ "a": 1 }', 'text')).toMatchObject({ view: 'text', original: '{ "a": 1 }' })
    expect(draftOf('{ "a": 1 }', 'tree').view).toBe('json')
  })

  it('that is not JSON any more is not stored, and says why', () => {
    expect(jsonToStore({ ...draftOf('{"a":1}', 'json'), text: '{' })).toHaveProperty('problem')
  })

  it('of bytes that are no text cannot be begun', () => {
    expect(begin(new Uint8Array([0xff]), 'text')).toBeUndefined()
  })

  it('keeps the time that the record has left', () => {
    expect(remainingTtlSeconds('2026-01-01T00:01:00.500Z', Date.parse('2026-01-01T00:00:00.000Z'))).toBe(61)
    expect(remainingTtlSeconds('2026-01-01T00:00:00.000Z', Date.parse('2026-01-01T00:05:00.000Z'))).toBe(1)
    expect(remainingTtlSeconds(undefined, 0)).toBeUndefined()
  })
})

describe('a new record', () => {
  it('has a key of 1 to 1,024 bytes of well-formed Unicode', () => {
    expect(keyProblem('')).toBe('create.keyEmpty')
    expect(keyProblem('ä'.repeat(512))).toBeUndefined()
    expect(keyProblem('ä'.repeat(513))).toBe('create.keyLong')
    expect(keyProblem('\ud800')).toBe('create.keyInvalid')
  })

  it('lives for ever or for a whole number of the chosen unit', () => {
    expect(ttlOf({ amount: 2, unit: 'hours' })).toBe(7200)
    expect(ttlOf({ amount: 'x', unit: 'never' })).toBeNull()
    for (const amount of ['0', '1.5', '-1', '', '99999', 'x']) expect(ttlOf({ amount, unit: 'days' })).toBeUndefined()
    expect(ttlOf(ttlAtFirst(undefined))).toBeNull()
    expect(ttlAtFirst(3 * 3600)).toEqual({ amount: 3, unit: 'hours' })
  })
})

describe('the commands that connect a program', () => {
  it('reach a shell as they were meant, whatever the path contains', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), (text) => {
        const path = text.replaceAll('\u0000', '').trimEnd()
        fc.pre(path !== '' && path.isWellFormed())
        expect(execFileSync('/bin/sh', ['-c', `printf %s ${shellQuoted(path)}`], { encoding: 'utf8' })).toBe(path)
      }),
      { numRuns: 25 },
    )
  })

  it('put one record over the socket, or over HTTP with the token from its file', () => {
    expect(socketCommand("/run/o'hara.sock")).toBe(
      "curl --unix-socket '/run/o'\\''hara.sock' -X PUT -H 'Content-Type: text/plain' --data 'hello' http://holdfast/api/data/first-key",
    )
    expect(httpCommand('http://127.0.0.1:7450/', '/data')).toContain('http://127.0.0.1:7450/api/data/first-key')
    expect(httpCommand('http://127.0.0.1:7450', '/data')).toContain(`"Authorization: Bearer $(cat '/data/token')"`)
  })
})
