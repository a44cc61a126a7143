import { resolve } from 'node:path'
import { app, protocol } from 'electron'
import { systemClock } from './base/clock.ts'
import { defaultDataFolder } from './base/data-folder.ts'
import { HoldfastError } from './base/errors.ts'
import { type HttpAddress, parseHttpAddress } from './config/index.ts'
import { startHost } from './host.ts'
import { DesktopApp } from './shell/desktop-app.ts'
import { type LaunchOptions, profileFolder, readLaunchOptions, startArguments } from './shell/launch-options.ts'
import { appScheme } from './shell/origin.ts'
import { systemCipher } from './shell/system-cipher.ts'
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
  // macOS hands an address over by this event, the others as an argument of a second start.
  app.on('open-url', (event, address) => {
    event.preventDefault()
    desktop?.openLink(address)
  })
  app.on('second-instance', (_event, argv) => {
    const { link } = readLaunchOptions(argv.slice(1), {})
    if (link === undefined) desktop?.showWindow()
    else desktop?.openLink(link)
  })
  app.on('activate', () => desktop?.showWindow())
  await app.whenReady()
  const opened = new DesktopApp({
    dataFolder: launch.dataFolder ?? defaultDataFolder(),
    startHost: (dataFolder) => startEmbeddedHost(dataFolder, launch),
    earlyLog: terminalLog,
    devServer: app.isPackaged ? undefined : process.env.ELECTRON_RENDERER_URL,
    startArguments: startArguments(launch, process.cwd()),
    hidden: launch.hidden,
  })
  desktop = opened
  // A host that goes on after a mistake nobody foresaw could not be relied on; what was acknowledged is in the journal.
  for (const end of ['uncaughtException', 'unhandledRejection'] as const) process.on(end, (error: unknown) => opened.fail(error))
  if (launch.link !== undefined) opened.openLink(launch.link)
  await opened.start()
}

// HTTP is off in the desktop app until somebody switches it on: programs use the socket. What the command line says is for the host that the
// app was started for; a further one takes its own configuration.
async function startEmbeddedHost(dataFolder: string, launch: LaunchOptions) {
  const isFirst = dataFolder === resolve(launch.dataFolder ?? defaultDataFolder())
  const { configFile, socket, http } = isFirst ? launch : ({} as Partial<LaunchOptions>)
  return startHost({
    dataFolder,
    configFile: configFile ?? null,
    socket,
    http: readHttp(http),
    usualHttp: 'off',
    clock: systemClock,
    keyCipher: systemCipher,
  })
}

function readHttp(text: string | undefined): HttpAddress | 'off' | undefined {
  if (text === undefined) return undefined
  const address = parseHttpAddress(text)
  if (address !== undefined) return address
  throw new HoldfastError('invalid_request', `--http ${text}: expected HOST:PORT, for example 127.0.0.1:7450, or off.`)
}
