import { createHash } from 'node:crypto'
import { chmod, lstat, readdir, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { maxSocketPathBytes } from '../../contract/index.ts'
import { HoldfastError } from './errors.ts'
import type { Log } from './log.ts'
import { makeFolder } from './make-folder.ts'

const answerMs = 1000

/** Windows has no socket files that every program can use; there a named pipe stands for the path. */
export function listenAddress(socketPath: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32' || socketPath.startsWith('\\\\.\\pipe\\')) return socketPath
  return `\\\\.\\pipe\\holdfast-${shortHash(socketPath.toLowerCase())}`
}

/**
 * Makes the place ready for a socket: the folder is there and private, nothing is at the path. `path` is absolute. Throws
 * `socket_path_too_long` and `socket_path_taken`; only a socket of this user that nobody listens on any more is removed.
 */
export async function prepareSocketPath(path: string, log: Log): Promise<void> {
  if (process.platform === 'win32') return
  refuseLongPath(path)
  await preparePrivateFolder(dirname(path), basename(path), log)
  await removeDeadSocket(path)
}

function refuseLongPath(path: string): void {
  const bytes = Buffer.byteLength(path)
  if (bytes <= maxSocketPathBytes) return
  const suggestion = join(tmpdir().length > 60 ? '/tmp' : tmpdir(), `holdfast-${shortHash(path)}`, 'h.sock')
  const sentence = `The socket path ${path} has ${bytes} bytes, and the system takes at most ${maxSocketPathBytes}. Use a shorter one, for example --socket ${suggestion}`
  throw new HoldfastError('socket_path_too_long', sentence, { details: { path, bytes, limitBytes: maxSocketPathBytes, suggestion } })
}

async function preparePrivateFolder(folder: string, socketName: string, log: Log): Promise<void> {
  try {
    await makeFolder(folder)
    const facts = await stat(folder)
    if (!facts.isDirectory()) throw taken(folder, 'is not a folder')
    if ((facts.mode & 0o077) === 0) return
    // A folder that holds nothing but the socket is the socket's own; another (a home, /tmp) is not ours to close, and the
    // socket's own mode keeps others out.
    const own = facts.uid === process.getuid?.() && (await readdir(folder)).every((name) => name === socketName || name === 'host.json')
    if (own) await chmod(folder, 0o700)
    log.warn(
      { folder, tightened: own },
      own
        ? 'Others could enter the folder of the socket; now only its owner can'
        : 'Others can enter the folder of the socket; the socket itself is private',
    )
  } catch (error) {
    if (error instanceof HoldfastError) throw error
    throw taken(folder, `cannot be used for a socket (${(error as NodeJS.ErrnoException).code})`, error)
  }
}

async function removeDeadSocket(path: string): Promise<void> {
  const facts = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw taken(path, `cannot be looked at (${error.code})`, error)
  })
  if (facts === undefined) return
  if (!facts.isSocket()) throw taken(path, 'is something else than a socket')
  if (await isAnswered(path)) throw taken(path, 'is a socket on which another program listens')
  if (facts.uid !== process.getuid?.()) throw taken(path, 'is a socket of another user')
  await rm(path, { force: true })
}

/** Whether somebody listens; when that cannot be told, somebody does. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    const answer = (answered: boolean) => {
      clearTimeout(timer)
      probe.destroy()
      resolve(answered)
    }
    const timer = setTimeout(() => answer(true), answerMs)
    probe.on('connect', () => answer(true))
    probe.on('error', (error: NodeJS.ErrnoException) => answer(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'))
  })
}

export function taken(path: string, reason: string, cause?: unknown): HoldfastError {
  return new HoldfastError('socket_path_taken', `${path} ${reason}. Choose another path with --socket.`, { details: { path }, cause })
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8)
