import { EventEmitter } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { InstanceLock } from './instance-lock.ts'
import { standIn } from './recorded.ts'
import { emitPreventable, strict } from './strict.ts'

const mainEntry = resolve(process.argv[1] ?? '.')
const appRoot = findAppRoot(dirname(mainEntry))
const manifest = JSON.parse(readFileSync(join(appRoot, 'package.json'), 'utf8')) as { name: string; productName?: string; version: string }
const switches = readSwitches(process.argv.slice(2))
const configHome = () => process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config')
const givenPaths = new Map<string, string>()
const events = new EventEmitter()
const lock = new InstanceLock((argv, workingFolder) => events.emit('second-instance', {}, argv, workingFolder, null))

let isReady = false
let quitting = false
/** Set by the windows' file, which needs the app: the app cannot import it. */
let closeWindows: () => boolean = () => true

export const whenWindowsClose = (close: () => boolean): void => {
  closeWindows = close
}
export const isQuitting = (): boolean => quitting

function findAppRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return folder
  return findAppRoot(dirname(folder))
}

function readSwitches(args: string[]): Map<string, string> {
  const given = args.filter((arg) => arg.startsWith('--')).map((arg) => arg.slice(2).split(/=(.*)/s))
  return new Map(given.map(([name = '', value = '']) => [name, value]))
}

const knownPaths: Record<string, () => string> = {
  home: homedir,
  appData: configHome,
  userData: () => switches.get('user-data-dir') || join(configHome(), manifest.productName ?? manifest.name),
  sessionData: () => pathOf('userData'),
  logs: () => join(pathOf('userData'), 'logs'),
  temp: tmpdir,
  exe: () => process.execPath,
  documents: () => join(homedir(), 'Documents'),
  downloads: () => join(homedir(), 'Downloads'),
  desktop: () => join(homedir(), 'Desktop'),
}

function pathOf(name: string): string {
  const path = givenPaths.get(name) ?? knownPaths[name]?.()
  if (path === undefined) throw new Error(`Failed to get '${name}' path`)
  return path
}

const ready = new Promise<void>((resolveReady) =>
  setImmediate(() => {
    if (quitting) return
    isReady = true
    events.emit('ready', {}, {})
    resolveReady()
  }),
)

/** before-quit → windows close → will-quit → quit; whoever prevents one of them stops it there. */
async function quit(): Promise<void> {
  if (quitting) return
  quitting = true
  if (!emitPreventable(events, 'before-quit') || !closeWindows() || !emitPreventable(events, 'will-quit')) {
    quitting = false
    return
  }
  await exit(0)
}

async function exit(code: number): Promise<void> {
  quitting = true
  events.emit('quit', {}, code)
  await lock.told
  lock.release()
  process.exit(code)
}

const members = {
  name: manifest.productName ?? manifest.name,
  isPackaged: false,
  dock: undefined,
  whenReady: () => ready,
  isReady: () => isReady,
  getName: () => members.name,
  getVersion: () => manifest.version,
  getAppPath: () => appRoot,
  getLocale: () => switches.get('lang') ?? 'en-US',
  getPath: pathOf,
  setPath: (name: string, path: string) => void givenPaths.set(name, path),
  setAppUserModelId: () => {},
  setAsDefaultProtocolClient: (scheme: string) => standIn.protocols.push(scheme) > 0,
  getLoginItemSettings: () => ({ openAtLogin: false }),
  setLoginItemSettings: () => {},
  commandLine: {
    appendSwitch: (name: string, value = '') => void switches.set(name, value),
    hasSwitch: (name: string) => switches.has(name),
    getSwitchValue: (name: string) => switches.get(name) ?? '',
  },
  requestSingleInstanceLock: () => lock.acquire(pathOf('userData')),
  hasSingleInstanceLock: () => lock.held,
  releaseSingleInstanceLock: () => lock.release(),
  quit: () => void quit(),
  exit: (code = 0) => void exit(code),
  // Electron starts the app again after its end; here the spec does, which only has to know that it was asked for.
  relaunch: () => writeFileSync(join(pathOf('userData'), 'stand-in-relaunch'), ''),
  focus: () => {},
}

export const app = strict('app', Object.assign(events, members))

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void quit())
process.on('disconnect', () => void exit(1))
