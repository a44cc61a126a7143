import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../../src/main/base/log.ts'
import { listenAddress, prepareSocketPath } from '../../../src/main/base/socket-path.ts'

let root: string
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-socket-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

/** A socket file whose owner was killed. */
async function makeDeadSocket(path: string): Promise<void> {
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
  await once(spawn(process.execPath, ['-e', script]), 'exit')
}

describe('the place of the socket', () => {
  it('gets a private folder', async () => {
    await prepareSocketPath(join(root, 'run', 'h.sock'), silentLog)
    expect(await modeOf(join(root, 'run'))).toBe('700')
  })

  it('has its own folder tightened, and leaves a folder with other things alone', async () => {
    for (const name of ['own', 'shared']) {
      await mkdir(join(root, name))
      await chmod(join(root, name), 0o755)
    }
    await writeFile(join(root, 'shared', 'file'), '')
    await prepareSocketPath(join(root, 'own', 'h.sock'), silentLog)
    await prepareSocketPath(join(root, 'shared', 'h.sock'), silentLog)
    expect(await modeOf(join(root, 'own'))).toBe('700')
    expect(await modeOf(join(root, 'shared'))).toBe('755')
  })

  it('over 107 bytes is refused with a shorter one, because the system would cut it', async () => {
    const path = join(root, 'x'.repeat(108 - root.length - 1))
    expect(Buffer.byteLength(path)).toBe(108)
    const refusal = await prepareSocketPath(path, silentLog).catch((error) => error)
    expect(refusal).toMatchObject({ code: 'socket_path_too_long', details: { bytes: 108, limitBytes: 107 } })
    expect(Buffer.byteLength(refusal.details.suggestion)).toBeLessThan(100)
    expect(refusal.message).toContain(refusal.details.suggestion)
    await expect(prepareSocketPath(path.slice(0, -1), silentLog)).resolves.toBeUndefined()
  })

  it('is cleared of a dead socket', async () => {
    const path = join(root, 'dead.sock')
    await makeDeadSocket(path)
    expect((await stat(path)).isSocket()).toBe(true)
    await prepareSocketPath(path, silentLog)
    expect(await readdir(root)).toEqual([])
  })

  it('is refused when somebody listens there', async () => {
    const path = join(root, 'live.sock')
    const server = createServer().listen(path)
    await once(server, 'listening')
    await expect(prepareSocketPath(path, silentLog)).rejects.toMatchObject({ code: 'socket_path_taken' })
    server.close()
  })

  it('is refused when a file or folder is there, which stays', async () => {
    await writeFile(join(root, 'file'), 'precious')
    await mkdir(join(root, 'folder'))
    await expect(prepareSocketPath(join(root, 'file'), silentLog)).rejects.toMatchObject({ code: 'socket_path_taken' })
    await expect(prepareSocketPath(join(root, 'folder'), silentLog)).rejects.toMatchObject({ code: 'socket_path_taken' })
    await expect(prepareSocketPath(join(root, 'file', 'h.sock'), silentLog)).rejects.toMatchObject({ code: 'socket_path_taken' })
    expect(await readFile(join(root, 'file'), 'utf8')).toBe('precious')
  })

  it('is a named pipe on Windows, the same for the same path', () => {
    expect(listenAddress('C:\\Data\\run\\h.sock', 'win32')).toMatch(/^\\\\\.\\pipe\\holdfast-[0-9a-f]{8}$/)
    expect(listenAddress('C:\\Data\\run\\h.sock', 'win32')).toBe(listenAddress('c:\\data\\run\\h.sock', 'win32'))
    expect(listenAddress('\\\\.\\pipe\\mine', 'win32')).toBe('\\\\.\\pipe\\mine')
    expect(listenAddress('/run/h.sock', 'linux')).toBe('/run/h.sock')
  })
})
