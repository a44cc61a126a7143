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

/** The socket of the host: `--socket`, `HOLDFAST_SOCKET`, else the one in the data folder. */
export function socketPath(options: { socket?: string | undefined; data?: string | undefined }, environment: Environment): string {
  const named = given(options.socket) ?? given(environment.HOLDFAST_SOCKET)
  return named === undefined ? join(dataFolder(options.data, environment), 'run', 'holdfast.sock') : resolve(named)
}
