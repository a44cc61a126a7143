import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

const given = (text: string | undefined): string | undefined => (text === undefined || text === '' ? undefined : text)

/** The data folder: `--data`, `HOLDFAST_DATA`, else the system's usual place for data of programs. */
export function dataFolder(option: string | undefined, environment: Environment): string {
  return resolve(given(option) ?? given(environment.HOLDFAST_DATA) ?? usualPlace(environment))
}

function usualPlace(environment: Environment): string {
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'holdfast')
  if (process.platform === 'win32') return join(environment.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'holdfast')
  return join(given(environment.XDG_DATA_HOME) ?? join(homedir(), '.local', 'share'), 'holdfast')
}

/**
 * The socket of the host: `--socket`, `HOLDFAST_SOCKET`, else where the host of the data folder says that it listens, else the usual
 * place in that folder.
 */
export async function socketPath(
  options: { socket?: string | undefined; data?: string | undefined },
  environment: Environment,
): Promise<string> {
  const named = given(options.socket) ?? given(environment.HOLDFAST_SOCKET)
  if (named !== undefined) return resolve(named)
  const folder = dataFolder(options.data, environment)
  return (await recordedSocket(folder)) ?? join(folder, 'run', 'holdfast.sock')
}

async function recordedSocket(folder: string): Promise<string | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(join(folder, 'run', 'host.json'), 'utf8'))
    const socket = typeof record === 'object' && record !== null && 'socket' in record ? record.socket : undefined
    return typeof socket === 'string' ? socket : undefined
  } catch {
    // No host runs, or it says nothing that can be read: then only the usual place is left to try.
    return undefined
  }
}

/** Where to connect for a socket path. On Windows a named pipe stands for it, as in the host. */
export function connectAddress(path: string, platform: NodeJS.Platform = process.platform): string {
  if (platform !== 'win32' || path.startsWith('\\\\.\\pipe\\')) return path
  return `\\\\.\\pipe\\holdfast-${createHash('sha256').update(path.toLowerCase()).digest('hex').slice(0, 8)}`
}
