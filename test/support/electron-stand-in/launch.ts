import { type ChildProcess, fork } from 'node:child_process'
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request, Route } from 'playwright-core'
import { Link } from './link.ts'
import type { LauncherOperations, MainOperations } from './operations.ts'
import { isApp, type MainLink, toApp, toChromium, WindowPage } from './window-pages.ts'

const register = new URL('./register.ts', import.meta.url).href
const electronVersion = '45.4.1'

export interface StandInOptions {
  browser: Browser
  /** The app's folder or its main bundle's path, then the app's own arguments. */
  entry: string
  args?: string[]
  env?: NodeJS.ProcessEnv
  contextOptions?: BrowserContextOptions
}

/** Starts the app on the stand-in. Its surface is that of Playwright's `ElectronApplication`, as far as the specs use it. */
export async function launchStandIn(options: StandInOptions): Promise<StandInApplication> {
  const context = await options.browser.newContext({ ...options.contextOptions, viewport: { width: 1280, height: 800 } })
  const child = fork(options.entry, options.args ?? [], {
    execArgv: ['--enable-source-maps', '--import', register],
    env: {
      ...(options.env ?? process.env),
      STAND_IN_CHROME_VERSION: options.browser.version(),
      STAND_IN_ELECTRON_VERSION: electronVersion,
    },
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const application = new StandInApplication(context, child, options.browser.version())
  await application.prepare()
  return application
}

export class StandInApplication {
  readonly #context: BrowserContext
  readonly #child: ChildProcess
  readonly #main: MainLink
  readonly #platform: { platform: string; arch: string; versions: Record<string, string> }
  readonly #pages = new Map<number, WindowPage>()
  readonly #loaded: Page[] = []
  readonly #exited: Promise<void>
  #waitingForWindow: ((page: Page) => void)[] = []
  #output = ''

  constructor(context: BrowserContext, child: ChildProcess, chromeVersion: string) {
    this.#context = context
    this.#child = child
    this.#platform = {
      platform: process.platform,
      arch: process.arch,
      versions: { chrome: chromeVersion, node: process.versions.node, electron: electronVersion },
    }
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => this.#keepOutput(chunk))
    this.#main = new Link<LauncherOperations, MainOperations>(
      {
        // Without a callback, an end that is dying just now would be an error of this process.
        send: (message) => child.connected && child.send(message, () => {}),
        listen: (receive) => child.on('message', (message) => receive(message as Parameters<typeof receive>[0])),
      },
      this.#operations(),
    )
    this.#exited = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.#main.end(new Error(`The main process ended (${code ?? signal}).\n${this.#output}`))
        resolve()
      }),
    )
  }

  async prepare(): Promise<void> {
    await this.#context.route('**/*', (route) => this.#route(route))
  }

  /** The first window that has loaded its page; rejects when the app ends before. */
  async firstWindow(): Promise<Page> {
    return this.#loaded.find((page) => !page.isClosed()) ?? this.waitForEvent('window')
  }

  async waitForEvent(_event: 'window'): Promise<Page> {
    const opened = new Promise<Page>((resolve) => this.#waitingForWindow.push(resolve))
    const ended = this.#exited.then(() => {
      throw new Error(`The main process ended before a window opened.\n${this.#output}`)
    })
    return Promise.race([opened, ended])
  }

  windows(): Page[] {
    return [...this.#pages.values()].map(({ page }) => page)
  }

  context(): BrowserContext {
    return this.#context
  }

  process(): ChildProcess {
    return this.#child
  }

  /** What the main process wrote to its outputs. */
  output(): string {
    return this.#output
  }

  /** Runs a function in the main process. It is sent as text: it sees the electron module and its argument, nothing else. */
  evaluate<Answer, Argument = undefined>(
    run: (electron: never, argument: Argument) => Answer,
    argument?: Argument,
  ): Promise<Awaited<Answer>> {
    return this.#main.ask('evaluate', { source: String(run), argument }) as Promise<Awaited<Answer>>
  }

  /** Quits the app as a person would and waits for the end of its process. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill('SIGTERM')
      await this.#exited
    }
    await this.#context.close()
  }

  #keepOutput(chunk: Buffer): void {
    this.#output = (this.#output + chunk.toString()).slice(-100_000)
    if (process.env.STAND_IN_VERBOSE) process.stderr.write(chunk)
  }

  #pageOf(window: number): WindowPage {
    const found = this.#pages.get(window)
    if (!found) throw new Error(`There is no window ${window}.`)
    return found
  }

  #operations(): LauncherOperations {
    return {
      open: async (window) => {
        const opened = await WindowPage.open(this.#context, this.#main, this.#platform, window)
        this.#pages.set(window.window, opened)
        opened.page.on('close', () => this.#pages.delete(window.window))
      },
      load: async ({ window, url }) => {
        const { page } = this.#pageOf(window)
        await page.goto(toChromium(url), { waitUntil: 'load' })
        this.#loaded.push(page)
        for (const tell of this.#waitingForWindow.splice(0)) tell(page)
      },
      reload: async ({ window }) => {
        await this.#pageOf(window).page.reload()
      },
      resize: ({ window, width, height }) => this.#pageOf(window).page.setViewportSize({ width, height }),
      execute: ({ window, code }) => this.#pageOf(window).page.evaluate(code),
      close: async ({ window }) => {
        await this.#pages.get(window)?.page.close()
      },
      grant: ({ permissions }) => this.#context.grantPermissions(permissions),
      deliver: async ({ window, message }) => this.#pages.get(window)?.deliver(message),
    }
  }

  /** Pages reach the app's own scheme and nothing else; where a page may go is the main process's decision. */
  async #route(route: Route): Promise<void> {
    const request = route.request()
    const window = this.#windowOf(request)
    if (request.isNavigationRequest() && window && !(await this.#mayNavigate(window, request.url()))) return route.abort('aborted')
    if (!isApp(request.url())) return route.abort('blockedbyclient')
    try {
      const answer = await this.#main.ask('fetch', { url: toApp(request.url()), method: request.method() })
      await route.fulfill({ status: answer.status, headers: answer.headers, body: Buffer.from(answer.body) })
    } catch {
      // The app is on its way out, or does not handle the scheme: to the page both are a failed request.
      await route.abort('failed').catch(() => {})
    }
  }

  /** Undefined for the first request of a popup: its frame is not there yet, and it is closed as soon as it is. */
  #windowOf(request: Request): WindowPage | undefined {
    try {
      const asking = request.frame().page()
      return [...this.#pages.values()].find(({ page }) => page === asking)
    } catch {
      return undefined
    }
  }

  /** The app's own first load and a reload are not the page's navigations. */
  async #mayNavigate(window: WindowPage, url: string): Promise<boolean> {
    const current = window.page.url()
    const isOwn = current === 'about:blank' || current.split('#')[0] === url.split('#')[0]
    const allowed = isOwn || (await this.#main.ask('mayNavigate', { window: window.id, url: toApp(url) }))
    if (allowed) this.#main.tell('navigationStarted', { window: window.id, url: toApp(url) })
    return allowed
  }
}
