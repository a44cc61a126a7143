import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCommandLine, specOf } from '../../../src/cli/command-line.ts'
import { type CommandName, commands } from '../../../src/cli/command-table.ts'
import { UsageError } from '../../../src/cli/failure.ts'
import { generalHelp, helpOf } from '../../../src/cli/help.ts'
import { connectAddress, dataFolder, socketPath } from '../../../src/client/places.ts'
import { defaultDataFolder } from '../../../src/main/base/data-folder.ts'
import { listenAddress } from '../../../src/main/base/socket-path.ts'
import { holdfast, temporaryFolder } from './support.ts'

const names = Object.keys(commands) as CommandName[]

describe('reading a command line', () => {
  test('a command takes its arguments, values and flags in any order', () => {
    expect(readCommandLine(['put', '--ttl', '5', 'key', '--json', 'value', '--type=text/plain'])).toEqual({
      kind: 'command',
      name: 'put',
      parsed: { arguments: ['key', 'value'], values: { ttl: '5', type: 'text/plain' }, flags: new Set(['json']) },
    })
  })

  test('behind -- everything is an argument', () => {
    expect(readCommandLine(['put', '--', '-key', '--json'])).toMatchObject({ parsed: { arguments: ['-key', '--json'], flags: new Set() } })
  })

  test('a lone - is an argument', () => {
    expect(readCommandLine(['put', 'key', '-'])).toMatchObject({ parsed: { arguments: ['key', '-'] } })
  })

  test('commands of two words are found before those of one', () => {
    expect(readCommandLine(['jobs', 'cancel', '7'])).toMatchObject({ name: 'jobs cancel', parsed: { arguments: ['7'] } })
    expect(readCommandLine(['jobs'])).toMatchObject({ name: 'jobs' })
  })

  test.each([
    [[], 'Say what to do.'],
    [['putt'], 'There is no command "putt".'],
    [['--data', 'put'], 'The command comes first'],
    [['config'], 'Say which: holdfast config check, holdfast config get, holdfast config set'],
    [['put'], 'KEY is missing'],
    [['get', 'a', 'b'], 'one argument too many: "b"'],
    [['jobs', '7'], 'one argument too many: "7"'],
    [['put', 'a', '-5'], "Unknown option '-5'. A key or value that begins with - goes behind --."],
    [['list', '--limit'], "'--limit <value>' argument missing"],
    [['backup', '--now'], "Unknown option '--now'"],
    [['help', 'nothing'], 'There is no command "nothing".'],
    [['toString'], 'There is no command "toString".'],
  ])('%j is wrong usage', async (argv, said) => {
    expect(() => readCommandLine(argv)).toThrow(UsageError)
    const { exit, output, errors } = await holdfast(argv)
    expect(exit).toBe(2)
    expect(output).toHaveLength(0)
    expect(errors).toContain(said)
    expect(errors).toContain('See: holdfast help')
  })

  test('wrong usage is JSON for programs', async () => {
    const { exit, errors } = await holdfast(['put', '--json'])
    expect(exit).toBe(2)
    expect(JSON.parse(errors)).toEqual({ code: 'usage', detail: 'holdfast put: KEY is missing.' })
  })

  test('--json behind -- is a key', async () => {
    expect((await holdfast(['get', '--', '--json'], { environment: { HOLDFAST_SOCKET: '/nonexistent/socket' } })).errors).toMatch(
      /^holdfast: No host/,
    )
  })
})

describe('help', () => {
  test('names every command', async () => {
    const { exit, output } = await holdfast(['--help'])
    expect(exit).toBe(0)
    for (const name of names) expect(output.toString()).toContain(`  ${name} `)
    expect((await holdfast(['help'])).output).toEqual(output)
  })

  test.each(names)('of %s has its usage, its options and an example that can be read', async (name) => {
    const { exit, output } = await holdfast([...name.split(' '), '--help'])
    expect(exit).toBe(0)
    expect(output.toString()).toBe(`${helpOf(name)}\n`)
    expect((await holdfast(['help', ...name.split(' ')])).output).toEqual(output)
    for (const option of Object.keys(specOf(name).options ?? {})) expect(output.toString()).toContain(`--${option}`)
    expect(commands[name].examples.length).toBeGreaterThan(0)
    for (const example of commands[name].examples) expect(example).toContain(`holdfast ${name}`)
  })

  test('fits into a hundred columns', () => {
    const lines = [generalHelp(), ...names.map(helpOf)].flatMap((text) =>
      text.split('\n').filter((line) => !line.startsWith('Usage') && !line.startsWith('  holdfast')),
    )
    expect(lines.filter((line) => line.length > 100)).toEqual([])
  })

  test('--version says the version', async () => {
    expect((await holdfast(['--version'])).output.toString()).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('the socket is that of', () => {
  const all = { HOLDFAST_SOCKET: '/environment.sock', HOLDFAST_DATA: '/environment' }

  test('--socket before all others', async () => {
    expect(await socketPath({ socket: '/given.sock', data: '/data' }, all)).toBe('/given.sock')
  })
  test('HOLDFAST_SOCKET before a data folder', async () => {
    expect(await socketPath({ data: '/data' }, all)).toBe('/environment.sock')
  })
  test('--data before HOLDFAST_DATA', async () => {
    expect(await socketPath({ data: '/data' }, { HOLDFAST_DATA: '/environment' })).toBe('/data/run/holdfast.sock')
  })
  test('HOLDFAST_DATA before the usual place', async () => {
    expect(await socketPath({}, { HOLDFAST_DATA: '/environment' })).toBe('/environment/run/holdfast.sock')
  })
  test('the usual place when nothing is said, and empty is nothing', async () => {
    expect(await socketPath({}, { HOLDFAST_SOCKET: '', HOLDFAST_DATA: '', XDG_DATA_HOME: '/xdg' })).toBe('/xdg/holdfast/run/holdfast.sock')
  })
  test('the host that runs on the data folder, wherever it listens', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'run'))
    await writeFile(join(folder, 'run/host.json'), '{"pid":1,"socket":"/elsewhere.sock"}')
    expect(await socketPath({ data: folder }, {})).toBe('/elsewhere.sock')
    await writeFile(join(folder, 'run/host.json'), 'half a rec')
    expect(await socketPath({ data: folder }, {})).toBe(join(folder, 'run/holdfast.sock'))
  })
  test('the pipe that the host makes of it on Windows', () => {
    const path = 'C:\\Users\\Edge\\holdfast\\run\\holdfast.sock'
    expect(connectAddress(path, 'win32')).toBe(listenAddress(path, 'win32'))
    expect(connectAddress('/run/h.sock', 'linux')).toBe('/run/h.sock')
  })
  test('the data folder that the host takes too', () => {
    for (const environment of [{}, { XDG_DATA_HOME: '/xdg' }, { HOLDFAST_DATA: '/data' }]) {
      expect(dataFolder(undefined, environment)).toBe(defaultDataFolder(environment))
    }
  })
})

describe('config check', () => {
  test('prints every mistake to the standard output and exits 1', async () => {
    const file = join(await temporaryFolder(), 'wrong.toml')
    await writeFile(file, '[log]\nlevel = "loud"\nfils = 3\n')
    const { exit, output, errors } = await holdfast(['config', 'check', file])
    expect(exit).toBe(1)
    expect(errors).toBe('')
    expect(output.toString().trimEnd().split('\n')).toEqual([
      `${file}:2: log.level: expected one of "debug", "info", "warn", "error", found the text "loud"`,
      `${file}:3: log.fils: unknown key; did you mean log.files?`,
    ])
    const asJson = await holdfast(['config', 'check', file, '--json'])
    expect(asJson.exit).toBe(1)
    expect(JSON.parse(asJson.output.toString())).toMatchObject({ ok: false, file, mistakes: [{ line: 2 }, { line: 3, key: 'log.fils' }] })
  })

  test('accepts the example of the specification and says what is not in effect yet', async () => {
    const file = new URL('../../fixtures/config/specification.toml', import.meta.url).pathname
    const { exit, output } = await holdfast(['config', 'check', file])
    expect(exit).toBe(0)
    expect(output.toString()).toContain(`${file}: no mistakes\n`)
    expect(output.toString()).toContain('Not in effect yet')
  })

  test('looks into the data folder when no file is named', async () => {
    const folder = await temporaryFolder()
    const { exit, output } = await holdfast(['config', 'check', '--data', folder])
    expect(exit).toBe(0)
    expect(output.toString()).toBe(`There is no ${join(folder, 'holdfast.toml')}; all defaults hold.\n`)
  })

  test('a file that is not there is a failure', async () => {
    const { exit, output } = await holdfast(['config', 'check', join(await temporaryFolder(), 'none.toml')])
    expect(exit).toBe(1)
    expect(output.toString()).toContain('there is no such file')
  })
})
