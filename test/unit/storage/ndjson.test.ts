import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keySchema } from '../../../src/contract/index.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { LineSplitter } from '../../../src/main/storage/ndjson-lines.ts'
import { chunksOf, collect, storageOver, text } from './setup.ts'

const importText = (storage: ReturnType<typeof storageOver>['storage'], content: string | Uint8Array, firstLine = 1) =>
  storage.importNdjson(chunksOf(content), { firstLine })

describe('an import', () => {
  test('takes every encoding, with types and expiry', async () => {
    const { storage, clock } = storageOver()
    const lines = [
      { key: 'json', value: { a: [1, null] } },
      { key: 'text', value: 'héllo', encoding: 'text', contentType: 'text/html' },
      { key: 'bytes', value: '/+8=', encoding: 'base64' },
      { key: 'short', value: 1, ttlSeconds: 60 },
      { key: 'dated', value: 1, expiresAt: '2026-11-23T01:00:00+01:00', note: 'unknown fields are ignored' },
      { key: 'later', value: 1, expiresAt: '2030-01-01T00:00:00.000Z' },
    ]
    const report = await importText(storage, lines.map((line) => JSON.stringify(line)).join('\n'))
    expect(report).toEqual({ imported: 6, created: 5, replaced: 0, skipped: 0, failed: 0, errors: [] })
    expect(text(storage.get('json').value)).toBe('{"a":[1,null]}')
    expect(storage.get('text').meta.contentType).toBe('text/html')
    expect(Buffer.from(storage.get('bytes').value)).toEqual(Buffer.from([0xff, 0xef]))
    expect(storage.get('bytes').meta.contentType).toBe('application/octet-stream')
    expect(storage.get('short').meta.expiresAtMs).toBe(clock.wallMs() + 60_000)
    expect(() => storage.get('dated')).toThrow()
    expect(storage.get('later').meta.expiresAtMs).toBe(Date.UTC(2030, 0, 1))
  })

  test('counts lines from one, skips blank ones, takes CRLF, a byte order mark and a last line without an end', async () => {
    const { storage } = storageOver()
    const content = '\ufeff{"key":"a","value":1}\r\n\r\n  \nwrong\n{"key":"b","value":2}\r\n\n{"key":"c"'
    const report = await importText(storage, content)
    expect(report).toMatchObject({ imported: 2, failed: 2, errors: [{ line: 4 }, { line: 7 }] })
    expect(await importText(storage, 'wrong', 500)).toMatchObject({ errors: [{ line: 500 }] })
  })

  test('a byte order mark elsewhere is a mistake', async () => {
    const { storage } = storageOver()
    expect(await importText(storage, '{"key":"a","value":1}\n\ufeff{"key":"b","value":1}')).toMatchObject({ imported: 1, failed: 1 })
  })

  test('says of each bad line what was expected, and keeps the good ones', async () => {
    const { storage } = storageOver({ maxValueBytes: 20 })
    const bad = [
      '[1]',
      '"text"',
      '{"value":1}',
      '{"key":"","value":1}',
      `{"key":"${'k'.repeat(1025)}","value":1}`,
      '{"key":"\\ud800","value":1}',
      '{"key":5,"value":1}',
      '{"key":"a"}',
      '{"key":"a","value":1,"encoding":"hex"}',
      '{"key":"a","value":"/+8","encoding":"base64"}',
      '{"key":"a","value":"123456789012345678901","encoding":"text"}',
      '{"key":"a","value":1,"ttlSeconds":0}',
      '{"key":"a","value":1,"ttlSeconds":1.5}',
      '{"key":"a","value":1,"expiresAt":"tomorrow"}',
      '{"key":"a","value":1,"ttlSeconds":1,"expiresAt":"2030-01-01T00:00:00Z"}',
      '{"key":"a","value":1,"contentType":"a\\nb"}',
      Buffer.concat([Buffer.from('{"key":"a","value":"'), Buffer.from([0xff]), Buffer.from('"}')]),
    ]
    for (const line of bad) {
      const content = Buffer.concat([Buffer.from(line), Buffer.from('\n{"key":"good","value":1}\n')])
      const report = await importText(storage, content)
      expect(report, String(line)).toMatchObject({ imported: 1, failed: 1, errors: [{ line: 1 }] })
      expect(report.errors[0]?.detail.length, String(line)).toBeGreaterThan(10)
      expect(['invalid_request', 'too_large']).toContain(report.errors[0]?.code)
    }
    expect(() => storage.get('a')).toThrow()
  })

  test('keeps nobody waiting for a line that would become a huge tree', async () => {
    const { storage } = storageOver()
    const bombs = [`{"key":"a","value":[${'{},'.repeat(2_000_001)}1]}`, `{"key":"a","value":${'['.repeat(501)}${']'.repeat(501)}}`]
    const lines = `${bombs.join('\n')}\n{"key":"good","value":${'['.repeat(300)}${']'.repeat(300)}}\n`
    const report = await storage.importNdjson(chunksOf(lines, 1024 * 1024), { firstLine: 1 })
    expect(report).toMatchObject({
      imported: 1,
      errors: [
        { line: 1, code: 'too_large' },
        { line: 2, code: 'invalid_request', detail: expect.stringContaining('levels') },
      ],
    })
  })

  test('says of a time and of an empty key what was expected', async () => {
    const { storage } = storageOver()
    const { errors } = await importText(storage, '{"key":"","value":1}\n{"key":"a","value":1,"expiresAt":"tomorrow"}')
    expect(errors.map(({ detail }) => detail)).toEqual([
      'key: expected at least 1 character.',
      'expiresAt: expected a time such as 2030-01-31T12:00:00Z.',
    ])
  })

  test('names the first hundred mistakes and counts all', async () => {
    const { storage } = storageOver()
    const report = await importText(storage, 'wrong\n'.repeat(250))
    expect(report).toMatchObject({ imported: 0, failed: 250 })
    expect(report.errors.map(({ line }) => line)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  })

  test('of two lines for one key the later wins, also when it says that the record has expired', async () => {
    const { storage, store } = storageOver()
    const lines = Array.from({ length: 5000 }, (_, index) => JSON.stringify({ key: `k${index % 7}`, value: index }))
    await storage.importNdjson(chunksOf(lines.join('\n'), 4096), { firstLine: 1 })
    expect(text(storage.get('k1').value)).toBe(String(Math.floor((4999 - 1) / 7) * 7 + 1))
    expect(store.commits.length).toBe(10)
    const expired = '{"key":"k1","value":1,"expiresAt":"2020-01-01T00:00:00Z"}'
    expect(await importText(storage, expired)).toMatchObject({ imported: 1, failed: 0 })
    expect(() => storage.get('k1')).toThrow()
  })

  test('reads no further than two transactions ahead of a slow store', async () => {
    const { storage, store } = storageOver()
    let release = () => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    store.beforeCommit = () => held
    let given = 0
    async function* lines() {
      for (let index = 0; index < 10_000; index++) {
        given++
        yield Buffer.from(`{"key":"k${index}","value":1}\n`)
      }
    }
    const importing = storage.importNdjson(lines(), { firstLine: 1 })
    await expect.poll(() => given, { timeout: 15_000 }).toBe(1000)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(given).toBe(1000)
    release()
    expect(await importing).toMatchObject({ imported: 10_000 })
  })

  test('goes on when the store was overloaded for a moment', async () => {
    const { storage, store } = storageOver()
    store.failures.push(new HoldfastError('overloaded', 'Too much at once.'), new HoldfastError('overloaded', 'Too much at once.'))
    expect(await importText(storage, '{"key":"a","value":1}')).toMatchObject({ imported: 1 })
  })

  test('ended by a full disk it says what was imported until then', async () => {
    const { storage, store } = storageOver()
    const lines = Array.from({ length: 2500 }, (_, index) => `{"key":"k${index}","value":1}`)
    let commits = 0
    store.beforeCommit = async () => {
      if (++commits === 2) store.failures.push(new HoldfastError('disk_full', 'The disk is full.'))
    }
    const importing = storage.importNdjson(chunksOf(`wrong\n${lines.join('\n')}`, 1000), { firstLine: 1 })
    await expect(importing).rejects.toMatchObject({
      code: 'disk_full',
      details: { imported: 500, failed: 1, errors: [{ line: 1, code: 'invalid_request' }] },
    })
    expect(store.records.size).toBe(500)
  })

  test('cancelled it ends with what is in, and closes its source', async () => {
    const { storage } = storageOver()
    const controller = new AbortController()
    let closed = false
    async function* endless() {
      try {
        for (let index = 0; ; index++) {
          if (index === 1500) controller.abort()
          yield Buffer.from(`{"key":"k${index}","value":1}\n`)
        }
      } finally {
        closed = true
      }
    }
    await expect(storage.importNdjson(endless(), { firstLine: 1 }, controller.signal)).rejects.toMatchObject({ code: 'cancelled' })
    expect(closed).toBe(true)
  })

  test('a connection that breaks off ends it without losing the count', async () => {
    const { storage } = storageOver()
    async function* broken() {
      yield Buffer.from('{"key":"a","value":1}\n')
      throw new Error('socket hang up')
    }
    await expect(storage.importNdjson(broken(), { firstLine: 1 })).rejects.toThrow('socket hang up')
  })
})

describe('lines', () => {
  const split = (content: Uint8Array, size: number, maxLineBytes: number) => {
    const splitter = new LineSplitter({ firstLine: 1, maxLineBytes })
    const lines: (string | undefined)[] = []
    for (let start = 0; start < content.length; start += size) {
      for (const line of splitter.push(content.subarray(start, start + size))) lines.push(line.bytes?.toString())
    }
    for (const line of splitter.end()) lines.push(line.bytes?.toString())
    return lines
  }

  test('are the same however the stream is cut', () => {
    const content = fc.array(fc.constantFrom('a', 'é', '\n', '\r\n', 'long line here'), { maxLength: 40 })
    fc.assert(
      fc.property(content, fc.integer({ min: 1, max: 9 }), (parts, size) => {
        const whole = parts.join('')
        const expected = whole.split(/\r?\n/)
        if (expected.at(-1) === '') expected.pop()
        expect(split(Buffer.from(whole), size, 1000)).toEqual(expected)
      }),
    )
  })

  test('longer than allowed are skipped, and the next one is whole again', () => {
    expect(split(Buffer.from('12345\n123456\r\n1234567890\nabcde\r\nabcdef'), 3, 5)).toEqual([
      '12345',
      undefined,
      undefined,
      'abcde',
      undefined,
    ])
  })
})

describe('an export', () => {
  test('has one line a record in key order, with what differs from the usual', async () => {
    const { storage } = storageOver()
    await storage.put({ key: 'b', value: Buffer.from('{"x":1}'), contentType: 'application/json' })
    await storage.put({ key: 'a', value: Buffer.from('{"x": 1}'), contentType: 'application/json', ttlSeconds: 60 })
    await storage.put({ key: 'c', value: Buffer.from([0xff]), contentType: 'image/png' })
    expect(await collect(storage.exportNdjson(''))).toBe(
      '{"key":"a","value":"{\\"x\\": 1}","encoding":"text","contentType":"application/json","expiresAt":"2026-11-23T00:01:00.000Z"}\n' +
        '{"key":"b","value":{"x":1},"encoding":"json"}\n' +
        '{"key":"c","value":"/w==","encoding":"base64","contentType":"image/png"}\n',
    )
    expect(await collect(storage.exportNdjson('b'))).toContain('"key":"b"')
    expect(await collect(storage.exportNdjson('unknown'))).toBe('')
  })

  test('exported, imported and exported again any records are the same bytes', async () => {
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => keySchema.safeParse(text).success)
    const value = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map((json) => new Uint8Array(Buffer.from(json))),
      fc.json().map((json) => new Uint8Array(Buffer.from(JSON.stringify(JSON.parse(json))))),
      fc.string({ unit: 'binary' }).map((text) => new Uint8Array(Buffer.from(text))),
    )
    const contentType = fc.oneof(
      fc.constantFrom('application/json', 'text/plain; charset=utf-8', 'application/octet-stream'),
      fc.stringMatching(/^[\x20-\x7e]{1,30}$/),
    )
    const ttlSeconds = fc.option(fc.integer({ min: 1, max: 1e8 }), { nil: undefined })
    const record = fc.record({ key, value, contentType, ttlSeconds })
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(record, { selector: ({ key }) => key, maxLength: 12 }), async (records) => {
        const first = storageOver()
        for (const { ttlSeconds, ...write } of records) await first.storage.put(ttlSeconds === undefined ? write : { ...write, ttlSeconds })
        const exported = await collect(first.storage.exportNdjson(''))
        const second = storageOver({ clock: first.clock })
        expect(await importText(second.storage, exported)).toMatchObject({ imported: records.length, failed: 0, errors: [] })
        expect(await collect(second.storage.exportNdjson(''))).toBe(exported)
        for (const { key, value, contentType } of records) {
          const found = second.storage.get(key)
          expect(Buffer.from(found.value)).toEqual(Buffer.from(value))
          expect(found.meta.contentType).toBe(contentType)
        }
      }),
    )
  })

  test('sixteen mebibytes of zeros fit a line that an import takes', async () => {
    const { storage } = storageOver()
    await storage.put({ key: 'zeros', value: new Uint8Array(16 * 1024 * 1024), contentType: 'application/octet-stream' })
    const exported = await collect(storage.exportNdjson(''))
    const second = storageOver()
    expect(await second.storage.importNdjson(chunksOf(exported, 1024 * 1024), { firstLine: 1 })).toMatchObject({ imported: 1 })
    expect(second.storage.get('zeros').value.byteLength).toBe(16 * 1024 * 1024)
  })

  test('goes through pages of records and lets others have their turn', async () => {
    const { storage } = storageOver()
    const lines = Array.from({ length: 1201 }, (_, index) => `{"key":"k${String(index).padStart(5, '0')}","value":${index}}\n`)
    await storage.importNdjson(chunksOf(lines.join(''), 9000), { firstLine: 1 })
    let turns = 0
    const ticking = setImmediate(function tick() {
      turns++
      setImmediate(tick).unref()
    })
    const chunks: Uint8Array[] = []
    for await (const chunk of storage.exportNdjson('k')) chunks.push(chunk)
    clearImmediate(ticking)
    expect(chunks.length).toBe(3)
    expect(turns).toBeGreaterThanOrEqual(2)
    expect(Buffer.concat(chunks).toString().trim().split('\n')).toHaveLength(1201)
  })

  test('aborted it stops', async () => {
    const { storage, put } = storageOver()
    await put('a', '1')
    await expect(collect(storage.exportNdjson('', AbortSignal.abort()))).rejects.toMatchObject({ code: 'cancelled' })
  })
})
