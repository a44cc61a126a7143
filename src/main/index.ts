import { app, protocol } from 'electron'
import { systemClock } from './base/clock.ts'
import { defaultDataFolder } from './base/data-folder.ts'
import { HoldfastError } from './base/errors.ts'
import { type HttpAddress, parseHttpAddress } from './config/index.ts'
import { startHost } from './host.ts'
import { DesktopApp } from './shell/desktop-app.ts'
import { type LaunchOptions, profileFolder, readLaunchOptions } from './shell/launch-options.ts'
import { openHost } from './shell/open-host.ts'
import { appScheme } from './shell/origin.ts'
import { terminalLog } from './shell/terminal-log.ts'

// All of this has to happen before Electron is ready, so nothing is awaited until then.
const options = readLaunchOptions(process.argv.slice(1), process.env)
if (!app.commandLine.hasSwitch('user-data-dir')) {
  app.setPath('userData', profileFolder(app.getPath('appData'), options.dataFolder, process.cwd()))
}
protocol.registerSchemesAsPrivileged([{ scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }])

// The first app of this profile is told of a second start, and shows its window.
if (app.requestSingleInstanceLock()) void run(options)
else app.quit()

async function run(launch: LaunchOptions): Promise<void> {
  let desktop: DesktopApp | undefined
  app.on('second-instance', () => desktop?.showWindow())
  app.on('activate', () => desktop?.showWindow())
  await app.whenReady()
  const opened = new DesktopApp({
    openHost: () => openHost({ start: () => startEmbeddedHost(launch), log: terminalLog }),
    earlyLog: terminalLog,
    devServer: app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL,
  })
  desktop = opened
  // A host that goes on after a mistake nobody foresaw could not be relied on; what was acknowledged is in the journal.
  for (const end of ['uncaughtException', 'unhandledRejection'] as const) process.on(end, (error: unknown) => opened.fail(error))
  await opened.start()
}

// HTTP is off in the desktop app until somebody switches it on: programs use the socket.
async function startEmbeddedHost({ dataFolder, configFile, socket, http }: LaunchOptions) {
  return startHost({
    dataFolder: dataFolder ?? defaultDataFolder(),
    configFile: configFile ?? null,
    socket,
    http: readHttp(http),
    usualHttp: 'off',
    clock: systemClock,
  })
}

function readHttp(text: string | undefined): HttpAddress | 'off' | undefined {
  if (text === undefined) return undefined
  const address = parseHttpAddress(text)
  if (address !== undefined) return address
  throw new HoldfastError('invalid_request', `--http ${text}: expected HOST:PORT, for example 127.0.0.1:7450, or off.`)
}
