import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import type { Link } from './link.ts'
import type { LauncherOperations, MainOperations, PreloadMessage, PreloadRequest } from './operations.ts'
import type { PreloadPlatform } from './page/preload-world.ts'
import { bindingName, pageScript, preloadScript, preloadWorldName } from './page/scripts.ts'

/** Chromium cannot be taught a scheme from outside: the app's own scheme is an https host that does not exist. */
const schemeSuffix = '.app-scheme.invalid'
export const toChromium = (url: string): string => url.replace(/^app:\/\/([^/]*)/, `https://$1${schemeSuffix}`)
export const toApp = (url: string): string => url.replace(/^https:\/\/([^/]*)\.app-scheme\.invalid/, 'app://$1')
export const isApp = (url: string): boolean => toApp(url) !== url

export type MainLink = Link<LauncherOperations, MainOperations>

/** One window of the main process and the page of Chromium that stands for it. */
export class WindowPage {
  readonly id: number
  readonly page: Page
  readonly #cdp: CDPSession
  readonly #main: MainLink
  #preloadContext: number | undefined

  private constructor(id: number, page: Page, cdp: CDPSession, main: MainLink) {
    this.id = id
    this.page = page
    this.#cdp = cdp
    this.#main = main
  }

  static async open(
    context: BrowserContext,
    main: MainLink,
    platform: PreloadPlatform,
    window: { window: number; width: number; height: number; preload: string },
  ): Promise<WindowPage> {
    const page = await context.newPage()
    await page.setViewportSize({ width: window.width, height: window.height })
    const cdp = await context.newCDPSession(page)
    const opened = new WindowPage(window.window, page, cdp, main)
    opened.#watch()
    await opened.#install(preloadScript(window.preload, platform))
    return opened
  }

  async #install(preload: string): Promise<void> {
    await this.#cdp.send('Runtime.enable')
    await this.#cdp.send('Page.enable')
    await this.#cdp.send('Runtime.addBinding', { name: bindingName, executionContextName: preloadWorldName })
    await this.#cdp.send('Page.addScriptToEvaluateOnNewDocument', { worldName: preloadWorldName, source: preload })
    await this.#cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript() })
  }

  #watch(): void {
    const window = this.id
    this.#cdp.on('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === preloadWorldName) this.#preloadContext = context.id
    })
    this.#cdp.on('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === bindingName) this.#fromPreload(JSON.parse(payload) as PreloadRequest)
    })
    this.page.on('framenavigated', (frame) => {
      if (frame === this.page.mainFrame()) this.#main.tell('navigated', { window, url: toApp(frame.url()) })
    })
    this.page.on('crash', () => this.#main.tell('pageCrashed', { window }))
    this.page.on('close', () => this.#main.tell('closedByPerson', { window }))
    // An app that allows windows does not exist here: whatever it answers, the window goes, and a spec can see what was asked.
    this.page.on('popup', async (popup) => {
      await this.#main.ask('mayOpenWindow', { window, url: toApp(popup.url()) }).catch(() => false)
      await popup.close()
    })
    this.page.on('download', async (download) => {
      const asked = { window, url: toApp(download.url()).replace(/^blob:https:\/\/([^/]*)\.app-scheme\.invalid/, 'blob:app://$1') }
      const allowed = await this.#main.ask('mayDownload', { ...asked, fileName: download.suggestedFilename() }).catch(() => false)
      if (!allowed) await download.cancel()
    })
  }

  #fromPreload(request: PreloadRequest): void {
    const window = this.id
    if (request.kind === 'failed') this.#main.tell('preloadFailed', { window, message: request.message })
    else if (request.kind === 'send') this.#main.tell('send', { window, channel: request.channel, payload: request.payload })
    else this.#main.tell('invoke', { window, call: request.call, channel: request.channel, payload: request.payload })
  }

  /** Nothing happens when the page is on its way elsewhere: its preload is gone, and so is who waited. */
  async deliver(message: PreloadMessage): Promise<void> {
    const contextId = this.#preloadContext
    if (contextId === undefined || this.page.isClosed()) return
    const expression = `standInDeliver(${JSON.stringify(message)})`
    await this.#cdp.send('Runtime.evaluate', { contextId, expression }).catch(() => {})
  }
}
