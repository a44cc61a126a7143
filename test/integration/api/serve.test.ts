import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { threadSafeArguments } from '../../../src/main/base/process-settings.ts'
import { type HostProcess, HttpClient, RawConnection, spawnHost } from '../../support/host.ts'

let root: string
let running: HostProcess[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-serve-'))
  running = []
})
afterEach(async () => {
  await Promise.all(running.map((host) => host.stop('SIGKILL')))
  await rm(root, { recursive: true, force: true })
})

async function serve(...args: string[]): Promise<HostProcess> {
  const host = await spawnHost(['--json', ...args])
  running.push(host)
  return host
}
const data = () => join(root, 'data')
const usual = () => ['--data', data(), '--http', '127.0.0.1:0']
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

function readyOf(host: HostProcess) {
  if (!host.line.ready) throw new Error(`not ready: ${JSON.stringify(host.line)}`)
  return host.line
}

async function refused(...args: string[]) {
  const host = await serve(...args)
  return { ...host.line, exit: await host.exit, out: host.output().out }
}

describe('serve', () => {
  it('says in one line where it is, and keeps what is private private', async () => {
    const host = await serve(...usual())
    const ready = readyOf(host)
    expect(Object.keys(ready)).toEqual(['ready', 'pid', 'socket', 'url', 'token'])
    expect(ready).toMatchObject({
      pid: host.child.pid,
      socket: join(data(), 'run', 'holdfast.sock'),
      url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    })
    expect(await modeOf(data())).toBe('700')
    expect(await modeOf(join(data(), 'run'))).toBe('700')
    expect(await modeOf(join(data(), 'token'))).toBe('600')
    expect((await readFile(join(data(), 'token'), 'utf8')).trim()).toBe(ready.token)
    const client = new HttpClient({ socketPath: ready.socket })
    expect((await client.get('/api/status')).json()).toMatchObject({ pid: ready.pid, url: ready.url })
    client.close()
    expect(await host.stop()).toBe(0)
    expect(host.output().out.split('\n')).toHaveLength(2)
    expect(await readdir(join(data(), 'run'))).toEqual([])
  })

  it('has no address and no token when HTTP is off', async () => {
    const ready = readyOf(await serve('--data', data(), '--http', 'off'))
    expect(ready).toMatchObject({ url: null, token: null })
  })

  it('keeps its token and its records over a restart', async () => {
    const first = await serve(...usual())
    const one = readyOf(first)
    const client = new HttpClient({ socketPath: one.socket })
    await client.put('/api/data/kept', 'yes')
    client.close()
    expect(await first.stop()).toBe(0)
    const two = readyOf(await serve(...usual()))
    expect(two.token).toBe(one.token)
    const again = new HttpClient({ port: Number(new URL(String(two.url)).port), headers: { authorization: `Bearer ${two.token}` } })
    expect((await again.get('/api/data/kept')).text).toBe('yes')
    again.close()
  })

  it('starts at once after it was killed, on the socket that is left', async () => {
    const first = await serve(...usual())
    await first.stop('SIGKILL')
    expect((await stat(join(data(), 'run', 'holdfast.sock'))).isSocket()).toBe(true)
    expect(readyOf(await serve(...usual())).socket).toBe(readyOf(first).socket)
  })

  it('clears away what a kill left of files that were being replaced, and nothing else', async () => {
    await (await serve(...usual())).stop('SIGKILL')
    const unfinished = [
      'jobs.json.0a1b2c3d.tmp',
      'run/host.json.0a1b2c3d.tmp',
      'db/current.json.0a1b2c3d.tmp',
      'series/hours.hfs.0a1b2c3d.tmp',
      'imports/mx40lxm2.state.json.0a1b2c3d.tmp',
      'keys/master.json.0a1b2c3d.tmp',
    ]
    for (const folder of ['imports', 'keys']) await mkdir(join(data(), folder), { recursive: true })
    for (const name of [...unfinished, 'notes.tmp', 'backups.tmp']) await writeFile(join(data(), name), '')
    readyOf(await serve(...usual()))
    const left = (await readdir(data(), { recursive: true })).filter((name) => name.endsWith('.tmp'))
    expect(left.sort()).toEqual(['backups.tmp', 'notes.tmp'])
  })

  it.runIf(process.platform === 'linux')('has the settings that its threads need, and leaves them to whoever has set them', async () => {
    for (const [set, found] of [
      [undefined, '2'],
      ['4', '4'],
    ] as const) {
      const host = await spawnHost(['--json', ...usual()], { env: { MALLOC_ARENA_MAX: set }, nodeArguments: [] })
      const { pid } = readyOf(host)
      const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0')
      expect([pid, environment]).toEqual([host.child.pid, expect.arrayContaining([`MALLOC_ARENA_MAX=${found}`])])
      const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
      expect(command).toEqual(expect.arrayContaining([...threadSafeArguments()]))
      await host.stop()
    }
  })

  it('finds its data folder by HOLDFAST_DATA', async () => {
    const host = await spawnHost(['--json', '--http', 'off'], { env: { HOLDFAST_DATA: data() } })
    running.push(host)
    expect(readyOf(host).socket).toBe(join(data(), 'run', 'holdfast.sock'))
  })

  it('takes the place of the socket and the port from the configuration, and the command line before it', async () => {
    await mkdir(data(), { mode: 0o700 })
    await writeFile(join(data(), 'holdfast.toml'), '[server]\nhttp = "off"\nsocket = "other/h.sock"\n')
    const configured = await serve('--data', data())
    expect(readyOf(configured)).toMatchObject({ url: null, socket: join(data(), 'other', 'h.sock') })
    expect(await modeOf(join(data(), 'other'))).toBe('700')
    await configured.stop()
    const told = await serve(...usual(), '--socket', join(root, 'own', 'x.sock'))
    expect(readyOf(told)).toMatchObject({ url: expect.any(String), socket: join(root, 'own', 'x.sock') })
  })

  it('answers people in words', async () => {
    const host = await spawnHost(usual())
    running.push(host)
    await expect.poll(() => host.output().out).toMatch(/http:\/\/127\.0\.0\.1:\d+\/#token=\S+\n/)
    expect(host.output().out).toContain(join(data(), 'run', 'holdfast.sock'))
  })
})

describe('serve refuses', () => {
  it('a second host, whose reason names the first', async () => {
    const first = readyOf(await serve(...usual()))
    await symlink(data(), join(root, 'link'))
    for (const args of [usual(), ['--data', join(root, 'link'), '--socket', join(root, 'other.sock'), '--http', 'off']]) {
      const second = await refused(...args)
      expect(second).toMatchObject({ ready: false, code: 'host_running', pid: first.pid, exit: 4 })
      expect(Object.keys(JSON.parse(second.out))).toEqual(['ready', 'code', 'detail', 'pid'])
      expect((second as { detail: string }).detail).toContain(String(first.pid))
    }
    const client = new HttpClient({ socketPath: first.socket })
    expect((await client.get('/api/health')).status).toBe(200)
    client.close()
  })

  it('all but one of two that start at the same moment', async () => {
    const both = await Promise.all([serve(...usual()), serve(...usual())])
    const ready = both.filter(({ line }) => line.ready)
    expect(ready).toHaveLength(1)
    const loser = both.find(({ line }) => !line.ready) as HostProcess
    expect(loser.line).toMatchObject({ code: 'host_running', pid: ready[0]?.child.pid })
    expect(await loser.exit).toBe(4)
  })

  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const { port } = other.address() as { port: number }
    expect(await refused('--data', data(), '--http', `127.0.0.1:${port}`)).toMatchObject({ code: 'port_taken', exit: 4 })
    other.close()
    expect(await readdir(join(data(), 'run'))).toEqual([])
  })

  it.each(['0.0.0.0:0', '[::]:0', '192.0.2.1:80', 'example.com:80'])('to serve at %s', async (http) => {
    expect(await refused('--data', data(), '--http', http)).toMatchObject({ code: 'not_loopback', exit: 4 })
  })

  it('a socket path that is too long, with a shorter one', async () => {
    const answer = await refused(...usual(), '--socket', join(root, 'x'.repeat(100)))
    expect(answer).toMatchObject({ code: 'socket_path_too_long', exit: 4, detail: expect.stringContaining('--socket /') })
  })

  it('a socket path where something else is', async () => {
    await writeFile(join(root, 'file'), 'precious')
    expect(await refused(...usual(), '--socket', join(root, 'file'))).toMatchObject({ code: 'socket_path_taken', exit: 4 })
    expect(await readFile(join(root, 'file'), 'utf8')).toBe('precious')
  })

  it('a folder that is not ours', async () => {
    await writeFile(join(root, 'thesis.txt'), 'x')
    expect(await refused('--data', root, '--http', 'off')).toMatchObject({ code: 'foreign_folder', exit: 4 })
    expect(await readdir(root)).toEqual(['thesis.txt'])
  })

  it('data of a newer format, untouched', async () => {
    await mkdir(data())
    await chmod(data(), 0o755)
    await writeFile(join(data(), 'holdfast.json'), '{"product":"holdfast","format":99}')
    expect(await refused(...usual())).toMatchObject({ code: 'newer_format', exit: 4 })
    expect(await readdir(data())).toEqual(['holdfast.json'])
    expect(await modeOf(data())).toBe('755')
  })

  it.each([[['--nope']], [['--http', 'nonsense']], [['--http', '127.0.0.1:99999']], [['extra']], [['--socket=']], [['--data']]])(
    'the usage %j',
    async (args) => {
      expect(await refused(...args)).toMatchObject({ ready: false, code: 'invalid_request', exit: 2 })
    },
  )

  it('a configuration with mistakes, all of them named', async () => {
    const file = join(root, 'my.toml')
    await writeFile(file, '[limits]\nmax_value_mb = 99\n[server]\nhtpp = "off"\n')
    const answer = await refused(...usual(), '--config', file)
    expect(answer).toMatchObject({ code: 'config_invalid', exit: 2 })
    expect((answer as { detail: string }).detail).toMatch(/my\.toml:2:.*\n.*my\.toml:4:/)
    expect(await refused(...usual(), '--config', join(root, 'none.toml'))).toMatchObject({ code: 'config_invalid', exit: 2 })
  })
})

describe('serve ends', () => {
  it('with running requests finished, idle connections and event streams closed', async () => {
    const host = await serve(...usual())
    const { socket } = readyOf(host)
    const idle = await RawConnection.open(socket)
    idle.send('GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n')
    await idle.until(/\r\n\r\n\{/)
    const untouched = await RawConnection.open(socket)
    const events = await RawConnection.open(socket)
    events.send('GET /api/events HTTP/1.1\r\nHost: x\r\n\r\n')
    await events.until(/: open/)
    const writing = await RawConnection.open(socket)
    writing.send('PUT /api/data/late HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
    await writing.until(/100 Continue/)
    host.child.kill('SIGTERM')
    await Promise.all([idle.ended, untouched.ended, events.ended])
    writing.send('done')
    await writing.ended
    expect(writing.statuses).toEqual([100, 201])
    expect(writing.received).toMatch(/Connection: close/i)
    expect(await host.exit).toBe(0)
    const again = readyOf(await serve(...usual()))
    const client = new HttpClient({ socketPath: again.socket })
    expect((await client.get('/api/data/late')).text).toBe('done')
    client.close()
  })

  it('also when a client never finishes its request', async () => {
    const host = await serve(...usual())
    const stuck = await RawConnection.open(readyOf(host).socket)
    stuck.send('PUT /api/data/stuck HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
    await stuck.until(/100 Continue/)
    expect(await host.stop('SIGINT')).toBe(0)
    await stuck.ended
  })

  it('faster at the second signal', async () => {
    const host = await serve(...usual())
    const stuck = await RawConnection.open(readyOf(host).socket)
    stuck.send('PUT /api/data/stuck HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
    await stuck.until(/100 Continue/)
    host.child.kill('SIGTERM')
    await expect
      .poll(async () => (await readFile(join(data(), 'logs', 'holdfast.log'), 'utf8').catch(() => '')).includes('The host stops'))
      .toBe(true)
    host.child.kill('SIGTERM')
    expect(await host.exit).toBe(0)
    stuck.close()
  })

  it('not because nobody reads what it prints', async () => {
    const host = await serve(...usual())
    host.child.stdout?.destroy()
    host.child.stderr?.destroy()
    const client = new HttpClient({ socketPath: readyOf(host).socket })
    expect((await client.put('/api/data/x', '1')).status).toBe(201)
    client.close()
    expect(await host.stop()).toBe(0)
  })
})
