import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLine } from '../../../src/main/storage/ndjson-line.ts'
import { PlainLines } from '../../../src/main/storage/plain-lines.ts'

const lines = new PlainLines()
const read = (line: string | Buffer) => lines.read(Buffer.from(line))
const limit = 16 * 1024 * 1024

/** What parsing in full gives; undefined where it refuses. */
function parsed(line: Buffer) {
  try {
    return parseLine(line, 1_000_000, limit)
  } catch {
    return undefined
  }
}

const fast = (line: Buffer) => {
  const found = lines.read(line)
  return found && parseLine(line, 1_000_000, limit, lines)
}

const comparable = (operation: ReturnType<typeof parsed>) =>
  operation && { ...operation, ...(operation.kind === 'put' && { value: Buffer.from(operation.value).toString('latin1') }) }

/** JSON as other programs may write it: spaces, escapes, numbers, names that come twice. */
const spaces = fc.constantFrom('', '', '', ' ', '  ', '\t', '\r')
const numbers = fc.constantFrom(
  '0',
  '-0',
  '-1',
  '12',
  '1.5',
  '-2.25',
  '1.0',
  '1e3',
  '0.000001',
  '0.0000001',
  '123456789012345',
  '12345678901234567890',
  '01',
  '.5',
  '5.',
  '0.1234567890123456',
  '00',
)
const strings = fc.oneof(
  fc.string().map((text) => JSON.stringify(text)),
  fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '"a"',
    '"b"',
    '"1"',
    '"\\u0061"',
    '"\\/"',
    '"\\n"',
    '"\\\\"',
    '"\\""',
    '"__proto__"',
    '"é"',
    '"\u007f"',
    '"\u2028"',
    '"\\ud83d\\ude00"',
    '"\\ud800"',
    '"\t"',
    '"\\x"',
  ),
)
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    strings,
    numbers,
    fc.constantFrom('true', 'false', 'null', 'nul', 'tru e'),
    fc
      .array(fc.tuple(spaces, tie('value'), spaces), { maxLength: 4 })
      .map((items) => `[${items.map((parts) => parts.join('')).join(',')}]`),
    fc
      .array(fc.tuple(spaces, strings, spaces, fc.constant(':'), spaces, tie('value'), spaces), { maxLength: 4 })
      .map((members) => `{${members.map((parts) => parts.join('')).join(',')}}`),
  ),
}))
const member = fc.oneof(
  { weight: 4, arbitrary: strings.map((key) => `"key":${key}`) },
  { weight: 4, arbitrary: value.map((text) => `"value":${text}`) },
  fc.constantFrom(
    '"encoding":"json"',
    '"encoding":"text"',
    '"encoding":"base64"',
    '"encoding":1',
    '"contentType":"text/html"',
    '"contentType":"é"',
    '"ttlSeconds":5',
    '"note":1',
    '"expiresAt":"2030-01-01T00:00:00Z"',
  ),
)
const line = fc
  .tuple(
    fc.array(
      fc.tuple(spaces, member, spaces).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 5 },
    ),
    fc.constantFrom('', '', '', ' ', 'x', ',', '}'),
  )
  .map(([members, end]) => Buffer.from(`{${members.join(',')}}${end}`))

describe('a line that is read without being parsed', () => {
  test('says the same as when it is parsed, byte for byte, whatever the line', () => {
    fc.assert(
      fc.property(line, (bytes) => {
        const operation = fast(bytes)
        if (operation !== undefined) expect(comparable(operation)).toEqual(comparable(parsed(bytes)))
      }),
      { numRuns: 3000 },
    )
  })

  test('says the same of lines with damaged bytes', () => {
    fc.assert(
      fc.property(line, fc.nat(), fc.integer({ min: 0, max: 255 }), (bytes, place, byte) => {
        bytes[place % bytes.length] = byte
        const operation = fast(bytes)
        if (operation !== undefined) expect(comparable(operation)).toEqual(comparable(parsed(bytes)))
      }),
      { numRuns: 2000 },
    )
  })

  test('is every line as programs usually write it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 50 }).filter((key) => JSON.stringify(key) === `"${key}"`),
        fc.dictionary(
          fc.constantFrom('a', 'celsius', 'at', 'ort'),
          fc.oneof(fc.integer(), fc.boolean(), fc.string({ unit: 'grapheme-ascii' }), fc.constant(null)),
        ),
        fc.constantFrom(undefined, 1, '\t'),
        (key, reading, indent) => {
          const text = JSON.stringify({ key, value: reading }, undefined, indent).replaceAll('\n', ' ')
          expect(read(text)).toMatchObject({ key, encoding: 'json', value: Buffer.from(JSON.stringify(reading)) })
        },
      ),
      { numRuns: 300 },
    )
    expect(read('{"key":"a","value":"text","encoding":"text","contentType":"text/html"}')).toMatchObject({
      key: 'a',
      encoding: 'text',
      value: Buffer.from('text'),
      contentType: 'text/html',
    })
  })

  test('is none whose bytes would not be what parsing makes of them', () => {
    for (const text of [
      '1.0',
      '-0',
      '1e3',
      '12345678901234567890',
      '{"a":1,"a":2}',
      '{"2":1,"1":2}',
      '"\\u0061"',
      '"\\/"',
      `${'['.repeat(40)}${']'.repeat(40)}`,
    ])
      expect(read(`{"key":"a","value":${text}}`), text).toBeUndefined()
    for (const text of [
      '',
      'x',
      '{}',
      '{"key":"a"}',
      '{"value":1}',
      '{"key":"","value":1}',
      '{"key":"a","value":1,"ttlSeconds":1}',
      '{"key":"a","value":1,"encoding":"text"}',
    ])
      expect(read(text), text).toBeUndefined()
  })
})
