import { createHash } from 'node:crypto'
import { isAbsolute, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** What a person may say when starting the app, with the names that `holdfast serve` uses too. */
export interface LaunchOptions {
  dataFolder: string | undefined
  configFile: string | undefined
  socket: string | undefined
  http: string | undefined
  /** Without a window, in the tray: at the login of a person. */
  hidden: boolean
  /** An address of the scheme `holdfast:`, as the system hands it over. */
  link: string | undefined
}

/** Lenient on purpose: Chromium and the operating system add switches of their own, which are none of our business. */
export function readLaunchOptions(args: readonly string[], environment: NodeJS.ProcessEnv): LaunchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      config: { type: 'string' },
      socket: { type: 'string' },
      http: { type: 'string' },
      hidden: { type: 'boolean' },
    },
  })
  const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
  return {
    dataFolder: text(values.data) ?? text(environment.HOLDFAST_DATA),
    configFile: text(values.config),
    socket: text(values.socket),
    http: text(values.http),
    hidden: values.hidden === true,
    link: positionals.find((word) => /^holdfast:/i.test(word)),
  }
}

/** What of this brings the same app about at another time, from another folder: what it was started for, not how it was shown. */
export function startArguments(launch: LaunchOptions, workingFolder: string): string[] {
  const path = (option: string, value: string | undefined) => (value === undefined ? [] : [option, resolve(workingFolder, value)])
  return [
    ...path('--data', launch.dataFolder),
    ...path('--config', launch.configFile),
    ...path('--socket', launch.socket),
    ...(launch.http === undefined ? [] : ['--http', launch.http]),
  ]
}

/**
 * Chromium's profile, apart from the data folder (on macOS and Windows both would be called the same). One profile has one app,
 * and one app has one data folder: so an app for another data folder has another profile, and does not merely wake the first.
 */
export function profileFolder(appData: string, dataFolder: string | undefined, workingFolder: string): string {
  if (dataFolder === undefined) return join(appData, 'holdfast-desktop')
  const path = isAbsolute(dataFolder) ? resolve(dataFolder) : resolve(workingFolder, dataFolder)
  return join(appData, 'holdfast-desktop', createHash('sha256').update(path).digest('hex').slice(0, 12))
}
