import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { answerJson, fakeHost, holdfast, temporaryFolder } from './support.ts'

const stored = { key: 'k', version: 'v1', created: true }

describe('keys', () => {
  test.each(['..', '../..', 'a/b', '//', 'a?b', 'a%2Fb', 'a+b c', 'π→😀', '.', '#', 'a\nb'])(
    '%j reaches the host in the raw target',
    async (key) => {
      const { socket, asked } = await fakeHost((_, response) => answerJson(response, stored, 201))
      await holdfast(['put', '--socket', socket, '--', key, 'value'])
      expect(asked[0]?.target.startsWith('/api/data/')).toBe(true)
      expect(decodeURIComponent(asked[0]?.target.slice('/api/data/'.length) ?? '')).toBe(key)
    },
  )

  test('an empty key is wrong usage', async () => {
    expect((await holdfast(['get', ''])).exit).toBe(2)
  })
})

describe('put', () => {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, index) => index))

  test('sends an argument as text, with its length', async () => {
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, stored, 201))
    const { exit, output } = await holdfast(['put', 'k', 'größe', '--ttl', '60', '--socket', socket])
    expect(exit).toBe(0)
    expect(output.toString()).toBe('Created k, version v1\n')
    expect(asked[0]).toMatchObject({
      method: 'PUT',
      headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': '7', 'holdfast-ttl': '60' },
    })
    expect(asked[0]?.body.toString()).toBe('größe')
  })

  test('sends standard input as it is', async () => {
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, { ...stored, created: false }))
    for (const argv of [
      ['put', 'k'],
      ['put', 'k', '-'],
    ]) {
      const { output } = await holdfast([...argv, '--socket', socket], { input: everyByte })
      expect(output.toString()).toBe('Replaced k, version v1\n')
    }
    expect(asked.map(({ body }) => body)).toEqual([everyByte, everyByte])
    expect(asked[0]?.headers['content-type']).toBe('application/octet-stream')
  })

  test('sends a file with the type of its extension, or the type that is named', async () => {
    const file = join(await temporaryFolder(), 'value.json')
    await writeFile(file, everyByte)
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, stored, 201))
    await holdfast(['put', 'k', '--file', file, '--socket', socket])
    await holdfast(['put', 'k', '--file', file, '--type', 'image/png', '--socket', socket])
    expect(asked.map(({ headers }) => headers['content-type'])).toEqual(['application/json', 'image/png'])
    expect(asked[0]?.body).toEqual(everyByte)
  })

  test('an empty argument is an empty value', async () => {
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, stored, 201))
    expect((await holdfast(['put', 'k', '', '--socket', socket])).exit).toBe(0)
    expect(asked[0]?.body).toHaveLength(0)
  })

  test('with --if-version is one conditional operation, and a changed record exits 4', async () => {
    const { socket, asked } = await fakeHost(({ body }, response) => {
      const { operations } = JSON.parse(body.toString())
      if (operations[0].ifVersion === 'v1') answerJson(response, { results: [{ status: 200, version: 'v2' }] })
      else answerJson(response, { code: 'precondition_failed', detail: 'It has changed.', index: 0 }, 412)
    })
    const done = await holdfast(['put', 'k', '--if-version', 'v1', '--json', '--socket', socket], { input: everyByte })
    expect(JSON.parse(done.output.toString())).toEqual({ key: 'k', version: 'v2', created: false })
    expect(JSON.parse(asked[0]?.body.toString() ?? '')).toEqual({
      atomic: true,
      operations: [
        {
          op: 'put',
          key: 'k',
          value: everyByte.toString('base64'),
          encoding: 'base64',
          contentType: 'application/octet-stream',
          ifVersion: 'v1',
        },
      ],
    })
    const refused = await holdfast(['put', 'k', 'x', '--if-version', 'v0', '--json', '--socket', socket])
    expect(refused.exit).toBe(4)
    expect(refused.output).toHaveLength(0)
    expect(JSON.parse(refused.errors)).toMatchObject({ code: 'precondition_failed', detail: 'It has changed.', index: 0 })
  })

  test.each([
    [['put', 'k', 'v', '--file', 'f'], 'not both'],
    [['put', 'k', 'v', '--ttl', '0'], '--ttl: expected a whole number from 1 to 315360000, found "0"'],
    [['put', 'k', 'v', '--ttl', '1e3'], '--ttl: expected'],
  ])('%j is wrong usage', async (argv, said) => {
    const { exit, errors } = await holdfast(argv)
    expect(exit).toBe(2)
    expect(errors).toContain(said)
  })

  test('asks for a value on a terminal instead of waiting for one', async () => {
    expect(await holdfast(['put', 'k'], { tty: true })).toMatchObject({ exit: 2 })
  })

  test('a file that is not there fails before anything is sent', async () => {
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, stored, 201))
    const { exit, errors } = await holdfast(['put', 'k', '--file', '/nonexistent/value', '--socket', socket])
    expect(exit).toBe(1)
    expect(errors).toContain('/nonexistent/value cannot be read: there is no such file or folder.')
    expect(asked).toEqual([])
  })

  test('input that breaks off in the middle stores nothing', async () => {
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, stored, 201))
    const breaking = new Readable({
      read() {
        this.push('half')
        this.destroy(new Error('the disk went away'))
      },
    })
    const { exit } = await holdfast(['put', 'k', '-', '--socket', socket], { input: breaking })
    expect(exit).toBe(1)
    expect(asked).toEqual([])
  })
})

describe('get', () => {
  const bytes = Buffer.from([0, 255, 10, 13, 128])

  test('writes the bytes as they are', async () => {
    const { socket } = await fakeHost((_, response) => void response.end(bytes))
    const { exit, output, errors } = await holdfast(['get', 'k', '--socket', socket])
    expect({ exit, output, errors }).toEqual({ exit: 0, output: bytes, errors: '' })
  })

  test('exits 3 when there is nothing', async () => {
    const { socket } = await fakeHost((_, response) => answerJson(response, { code: 'not_found', detail: 'There is no record "k".' }, 404))
    expect(await holdfast(['get', 'k', '--socket', socket])).toMatchObject({ exit: 3, errors: 'holdfast: There is no record "k".\n' })
  })

  test('with --output replaces the file only when all has arrived', async () => {
    const file = join(await temporaryFolder(), 'value')
    await writeFile(file, 'old')
    const cut = await fakeHost((_, response) => {
      response.writeHead(200, { 'Content-Length': 10 }).write('half', () => response.destroy())
    })
    expect(await holdfast(['get', 'k', '--output', file, '--socket', cut.socket])).toMatchObject({
      exit: 1,
      errors: expect.stringContaining('what arrived is not whole'),
    })
    expect(await readFile(file, 'utf8')).toBe('old')
    const whole = await fakeHost((_, response) => void response.end(bytes))
    expect((await holdfast(['get', 'k', '--output', file, '--socket', whole.socket])).exit).toBe(0)
    expect(await readFile(file)).toEqual(bytes)
    expect(await readdir(dirname(file))).toEqual(['value'])
  })

  test('with --output into a folder that is not there says so', async () => {
    const { socket } = await fakeHost((_, response) => void response.end(bytes))
    expect(await holdfast(['get', 'k', '--output', '/nonexistent/value', '--socket', socket])).toMatchObject({
      exit: 1,
      errors: 'holdfast: /nonexistent/value cannot be written: there is no such file or folder.\n',
    })
  })

  test('with --json prints the record, and no other that begins alike', async () => {
    const { socket } = await fakeHost((_, response) =>
      answerJson(response, { items: [{ key: 'k', value: 1, encoding: 'json' }], next: null }),
    )
    expect(JSON.parse((await holdfast(['get', 'k', '--json', '--socket', socket])).output.toString())).toEqual({
      key: 'k',
      value: 1,
      encoding: 'json',
    })
    const other = await fakeHost((_, response) => answerJson(response, { items: [{ key: 'key2' }], next: null }))
    expect((await holdfast(['get', 'k', '--json', '--socket', other.socket])).exit).toBe(3)
  })
})

describe('list', () => {
  const items = [
    {
      key: 'a',
      version: 'v',
      contentType: 'application/json',
      size: 7,
      createdAt: '',
      updatedAt: '2026-11-23T14:00:00.000Z',
      value: { x: 1 },
      encoding: 'json',
    },
    {
      key: 'tab\tkey',
      version: 'v',
      contentType: 'text/plain',
      size: 2048,
      createdAt: '',
      updatedAt: '2026-11-23T14:00:00.000Z',
      value: 'two\nlines',
      encoding: 'text',
    },
    {
      key: '\u001b[31mred',
      version: 'v',
      contentType: 'x/y',
      size: 2,
      createdAt: '',
      updatedAt: '2026-11-23T14:00:00.000Z',
      value: '/+8=',
      encoding: 'base64',
    },
  ]

  test('passes on what is asked for', async () => {
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, { items: [], next: null }))
    await holdfast(['list', 'a b+', '--after', 'ä', '--limit', '5', '--values', '--socket', socket])
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.target.split('?')[1]))).toEqual({
      prefix: 'a b+',
      after: 'ä',
      limit: '5',
      values: 'true',
    })
  })

  test('prints a record a line with tabs, and nothing that breaks a line or steers a terminal', async () => {
    const { socket } = await fakeHost((_, response) => answerJson(response, { items, next: "it's" }))
    const { output, errors } = await holdfast(['list', '--values', '--socket', socket])
    expect(
      output
        .toString()
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')),
    ).toEqual([
      ['a', '7', '2026-11-23T14:00:00.000Z', 'application/json', '{"x":1}'],
      ['"tab\\tkey"', '2048', '2026-11-23T14:00:00.000Z', 'text/plain', '"two\\nlines"'],
      ['"\\u001b[31mred"', '2', '2026-11-23T14:00:00.000Z', 'x/y', 'base64:/+8='],
    ])
    expect(errors).toBe("More: --after 'it'\\''s'\n")
  })

  test('prints a table on a terminal', async () => {
    const { socket } = await fakeHost((_, response) => answerJson(response, { items, next: null }))
    const { output } = await holdfast(['list', '--socket', socket], { tty: true })
    expect(output.toString()).toMatch(/^KEY +SIZE +CHANGED +TYPE\na +7 B /)
  })

  test('prints what the host says with --json', async () => {
    const { socket } = await fakeHost((_, response) => answerJson(response, { items, next: 'z', more: 1 }))
    expect(JSON.parse((await holdfast(['list', '--json', '--socket', socket])).output.toString())).toEqual({ items, next: 'z', more: 1 })
  })
})

describe('import and export', () => {
  test('import sends the file and names the lines that failed', async () => {
    const file = join(await temporaryFolder(), 'all.ndjson')
    await writeFile(file, '{"key":"a"}\n')
    const { socket, asked } = await fakeHost((_, response) =>
      answerJson(response, { imported: 1234, failed: 3, errors: [{ line: 7, code: 'invalid_request', detail: 'no key' }] }),
    )
    const { exit, output, errors } = await holdfast(['import', file, '--socket', socket])
    expect(exit).toBe(1)
    expect(output.toString()).toBe('Imported 1,234 records; 3 lines failed\n')
    expect(errors).toBe('Line 7: no key\n… and 2 more lines\n')
    expect(asked[0]).toMatchObject({ method: 'POST', target: '/api/import', headers: { 'content-type': 'application/x-ndjson' } })
    expect(asked[0]?.body.toString()).toBe('{"key":"a"}\n')
  })

  test('import makes records of a table, with the lines of the file', async () => {
    const file = join(await temporaryFolder(), 'cities.csv')
    await writeFile(file, 'id,name,n\n1,"Bern\nCH",5\n2,Thun\n3,Biel,7\n')
    const report = { imported: 2, created: 2, replaced: 0, skipped: 0, failed: 1, errors: [{ line: 5, code: 'too_large', detail: 'No.' }] }
    const { socket, asked } = await fakeHost((_, response) => answerJson(response, report))
    const line = ['import', file, '--key', 'c:{id}', '--prefix', 'p:', '--existing', 'skip', '--dry-run', '--socket', socket]
    const { exit, output, errors } = await holdfast(line)
    expect(exit).toBe(1)
    expect(errors).toBe('Line 4: Has 2 cells where there are 3 columns.\nLine 5: No.\n')
    expect(output.toString()).toBe('Would import 2 records; 2 lines failed\n')
    expect(asked[0]?.target).toBe('/api/import?existing=skip&dryRun=true')
    const sent = asked[0]?.body.toString().split('\n') ?? []
    expect([sent[1], sent[4]].map((text) => JSON.parse(text ?? ''))).toEqual([
      { key: 'p:c:1', value: { id: 1, name: 'Bern\nCH', n: 5 } },
      { key: 'p:c:3', value: { id: 3, name: 'Biel', n: 7 } },
    ])
  })

  test.each([
    [['--format', 'xml'], /ndjson, json or csv/],
    [['--existing', 'maybe'], /overwrite, skip or stop/],
    [['--key', 'fixed'], /at least one column/],
    [['--key', '{nobody}'], /no column "nobody"; there are id, name/],
  ])('import says what is wrong with %j', async (more, expected) => {
    const file = join(await temporaryFolder(), 'cities.csv')
    await writeFile(file, 'id,name\n1,Bern\n')
    const { socket } = await fakeHost((_, response) => answerJson(response, {}))
    expect(await holdfast(['import', file, ...more, '--socket', socket])).toMatchObject({
      exit: 2,
      errors: expect.stringMatching(expected),
    })
  })

  test('a folder cannot be imported', async () => {
    expect(await holdfast(['import', await temporaryFolder()])).toMatchObject({
      exit: 1,
      errors: expect.stringContaining('it is a folder'),
    })
  })

  test('export passes lines on and its prefix to the host', async () => {
    const { socket, asked } = await fakeHost((_, response) => void response.end('{"key":"a"}\n'))
    const { output } = await holdfast(['export', '--prefix', 'a&b', '--socket', socket])
    expect(output.toString()).toBe('{"key":"a"}\n')
    expect(asked[0]?.target).toBe('/api/export?prefix=a%26b')
  })
})

describe('the host', () => {
  test('that is not there exits 5 and says how to start it', async () => {
    const folder = await temporaryFolder()
    const { exit, errors } = await holdfast(['status', '--data', folder])
    expect(exit).toBe(5)
    expect(errors).toBe(
      `holdfast: No host answers at ${join(folder, 'run/holdfast.sock')}. Start one with: holdfast serve --data ${folder}\n`,
    )
    const asJson = await holdfast(['status', '--json', '--data', folder])
    expect(JSON.parse(asJson.errors)).toMatchObject({ code: 'unreachable' })
  })

  test('whose socket path is too long for any system cannot be reached', async () => {
    expect(await holdfast(['status', '--socket', `/${'x'.repeat(107)}`])).toMatchObject({
      exit: 5,
      errors: expect.stringContaining('at most 107 bytes'),
    })
  })

  test('that is something else is told apart', async () => {
    const { socket } = await fakeHost((_, response) => void response.end('<html>'))
    expect(await holdfast(['status', '--socket', socket])).toMatchObject({
      exit: 1,
      errors: expect.stringContaining('not that of a Holdfast host'),
    })
  })

  test('that goes away before it answers leaves the outcome open', async () => {
    const { socket } = await fakeHost((_, response) => void response.destroy())
    expect(await holdfast(['put', 'k', 'v', '--socket', socket])).toMatchObject({
      exit: 1,
      errors: expect.stringContaining('is not known'),
    })
  })

  test.each([
    ['normal', 200, 0],
    ['warning', 200, 0],
    ['critical', 200, 1],
    ['critical', 503, 1],
  ])('that says %s with %i makes health exit %i', async (status, code, exit) => {
    const { socket } = await fakeHost((_, response) =>
      answerJson(response, { status, checks: [{ id: 'disk', level: status, code: 'x', reason: 'It is so.', action: 'Do this.' }] }, code),
    )
    const outcome = await holdfast(['health', '--socket', socket])
    expect(outcome.exit).toBe(exit)
    expect(outcome.output.toString()).toBe(`Health: ${status}\n  disk  ${status.padEnd(8)}  It is so.\n                  → Do this.\n`)
  })

  test('that has too many connections makes health exit 5', async () => {
    const { socket } = await fakeHost((_, response) => answerJson(response, { code: 'too_many_connections', detail: 'Too many.' }, 503))
    expect((await holdfast(['health', '--socket', socket])).exit).toBe(5)
  })
})
