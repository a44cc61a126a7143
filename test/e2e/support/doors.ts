import { join } from 'node:path'
import { _electron, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { launchStandIn } from '../../support/electron-stand-in/launch.ts'
import { launchChromium } from './chromium.ts'
import { HeadlessHost } from './headless-host.ts'
import { HostClient } from './host-client.ts'
import { environmentOf, mainBundle, makePlace, type Place, projectRoot } from './places.ts'

/** What of the main process the specs look at; Playwright's `ElectronApplication` and the stand-in both have it. */
interface Desktop {
  evaluate<Answer, Argument>(run: (electron: never, argument: Argument) => Answer, argument?: Argument): Promise<Awaited<Answer>>
  firstWindow(): Promise<Page>
  waitForEvent(event: 'window'): Promise<Page>
  windows(): Page[]
  process(): { pid?: number | undefined; exitCode: number | null; kill(signal: NodeJS.Signals): boolean }
  close(): Promise<void>
}

export interface OpenApp {
  readonly page: Page
  readonly place: Place
  readonly host: HostClient
  /** The main process; absent in a browser. */
  readonly desktop: Desktop | undefined
  /** What the page complained of; must stay empty. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** In a browser the host is another process, which can go away. */
export interface BrowserApp extends OpenApp {
  readonly address: string
  killHost(): Promise<void>
  startHostAgain(): Promise<void>
}

export interface OpenOptions {
  locale?: 'en-US' | 'zh-CN'
  place?: Place
}

export interface Door {
  readonly name: string
  readonly kind: 'desktop' | 'browser'
  open(options?: OpenOptions): Promise<OpenApp>
}

const actionTimeoutMs = 5000
const startTimeoutMs = 20_000
/** `HOLDFAST_E2E_DOORS=browser` runs the specs on the doors whose name contains that. */
const wantedDoors = (process.env.HOLDFAST_E2E_DOORS ?? '').split(',').filter((name) => name !== '')

let sharedBrowser: Promise<Browser> | undefined
const browser = (): Promise<Browser> => {
  sharedBrowser ??= launchChromium()
  return sharedBrowser
}

/** To be called when a file's specs are done. */
export async function closeChromium(): Promise<void> {
  await (await sharedBrowser)?.close()
  sharedBrowser = undefined
}

const contextOptions = (options: OpenOptions): BrowserContextOptions => ({
  locale: options.locale ?? 'en-US',
  viewport: { width: 1280, height: 800 },
  reducedMotion: 'reduce',
  acceptDownloads: true,
})

function watch(page: Page): string[] {
  page.setDefaultTimeout(actionTimeoutMs)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(`${error.name}: ${error.message}`))
  page.on('console', (message) => {
    // A refused request is the host's answer to a person's mistake, or a host that is gone: the page deals with both.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text())
  })
  return complaints
}

/** Until the app takes keys: what is pressed earlier reaches nobody. */
async function frameOf(page: Page): Promise<Page> {
  await page.getByRole('heading', { level: 1 }).first().waitFor({ timeout: startTimeoutMs })
  return page
}

function desktopApp(desktop: Desktop, page: Page, place: Place): OpenApp {
  return {
    page,
    place,
    desktop,
    host: new HostClient(join(place.dataFolder, 'run/holdfast.sock')),
    complaints: watch(page),
    async close() {
      await desktop.close()
      place.remove()
    },
  }
}

const desktopArgs = (place: Place, options: OpenOptions): string[] => [
  '--data',
  place.dataFolder,
  `--user-data-dir=${place.profile}`,
  `--lang=${options.locale ?? 'en-US'}`,
]

/** Starts the desktop app on the stand-in; resolves before its window is there. */
export async function startStandIn(
  place: Place,
  options: OpenOptions & { env?: Record<string, string> } = {},
  more: readonly string[] = [],
) {
  return launchStandIn({
    browser: await browser(),
    entry: mainBundle,
    args: [...desktopArgs(place, options), ...more],
    env: { ...environmentOf(place), ...options.env },
    contextOptions: contextOptions(options),
  })
}

const standInDoor: Door = {
  name: 'desktop app on the stand-in',
  kind: 'desktop',
  async open(options = {}) {
    const place = options.place ?? makePlace()
    const desktop = await startStandIn(place, options)
    return desktopApp(desktop, await frameOf(await desktop.firstWindow()), place)
  },
}

/** The desktop app on a data folder that a headless host has: its operations and events go over the socket. */
const clientDoor: Door = {
  name: 'desktop app as a client of holdfast serve',
  kind: 'desktop',
  async open(options = {}) {
    const place = options.place ?? makePlace()
    const host = await HeadlessHost.start(place, 'off')
    const desktop = await startStandIn(place, options)
    const app = desktopApp(desktop, await frameOf(await desktop.firstWindow()), place)
    return {
      ...app,
      async close() {
        await desktop.close()
        await host.stop()
        place.remove()
      },
    }
  },
}

const electronDoor = (executablePath: string): Door => ({
  name: 'desktop app on Electron',
  kind: 'desktop',
  async open(options = {}) {
    const place = options.place ?? makePlace()
    const args = [projectRoot, ...desktopArgs(place, options)]
    const application = await _electron.launch({ executablePath, args, env: environmentOf(place) })
    return desktopApp(application as unknown as Desktop, await frameOf(await application.firstWindow()), place)
  },
})

/** A browser at `holdfast serve`. */
export async function openInBrowser(options: OpenOptions = {}): Promise<BrowserApp> {
  const place = options.place ?? makePlace()
  let host = await HeadlessHost.start(place)
  const context = await (await browser()).newContext(contextOptions(options))
  const page = await context.newPage()
  const complaints = watch(page)
  await page.goto(host.address, { timeout: startTimeoutMs })
  await frameOf(page)
  return {
    page,
    place,
    complaints,
    address: host.address,
    desktop: undefined,
    host: new HostClient(host.ready.socket),
    killHost: () => host.stop('SIGKILL'),
    async startHostAgain() {
      host = await HeadlessHost.start(place, host.http)
    },
    async close() {
      await context.close()
      await host.stop()
      place.remove()
    },
  }
}

const browserDoor: Door = { name: 'browser at holdfast serve', kind: 'browser', open: openInBrowser }

const electronPath = process.env.HOLDFAST_ELECTRON
const allDoors = [standInDoor, browserDoor, ...(electronPath ? [electronDoor(electronPath)] : [])]

/** The ways to the same app that every spec runs on. Real Electron is among them when `HOLDFAST_ELECTRON` says where it is. */
export const doors: readonly Door[] = chosen(allDoors)

/** For the specs in which every kind of operation goes through the door. */
export const doorsAndClient: readonly Door[] = chosen([...allDoors, clientDoor])

function chosen(all: readonly Door[]): readonly Door[] {
  return wantedDoors.length === 0 ? all : all.filter(({ name }) => wantedDoors.some((wanted) => name.includes(wanted)))
}
