import { join } from 'node:path'
import type { IpcMainEvent, IpcMainInvokeEvent, Session, WebContents, WebPreferences } from 'electron'
import type { Log } from '../base/log.ts'
import { originOf } from './origin.ts'

/** What the page may be: a page. Some of these are Electron's defaults today; they are said so that they stay. */
export function webPreferences(preload: string): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    safeDialogs: true,
  }
}

/**
 * Refuses every permission but one: writing plain text to the clipboard, which Chromium asks for when a person presses "Copy",
 * and only for our own page.
 */
export function refusePermissions(session: Session, origin: string, log: Log): void {
  const mayCopy = (permission: string, address: string | undefined) =>
    permission === 'clipboard-sanitized-write' && address !== undefined && originOf(address) === origin
  session.setPermissionRequestHandler((_contents, permission, answer, details) => {
    const allowed = mayCopy(permission, details.requestingUrl)
    if (!allowed) log.warn({ permission }, 'A permission was asked for and refused')
    answer(allowed)
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => mayCopy(permission, requestingOrigin))
  session.setDevicePermissionHandler(() => false)
}

/** Saves only what our own page made itself (an export, a value); everything else that would be a download is stopped. */
export function guardDownloads(session: Session, origin: string, downloadsFolder: string, log: Log): void {
  session.on('will-download', (event, item) => {
    if (item.getURL().startsWith(`blob:${origin}/`)) {
      item.setSaveDialogOptions({ defaultPath: join(downloadsFolder, item.getFilename()) })
      return
    }
    event.preventDefault()
    log.warn({ file: item.getFilename() }, 'A download that the page did not make itself was stopped')
  })
}

/** The window shows one page for ever: it goes nowhere, opens nothing and embeds nothing. */
export function refuseNavigation(contents: WebContents, log: Log): void {
  const refuse = (what: string) => (event: { preventDefault(): void; url?: string }) => {
    event.preventDefault()
    log.warn({ what, address: event.url ?? null }, 'The page tried to go elsewhere and was stopped')
  }
  contents.on('will-navigate', refuse('navigation'))
  contents.on('will-frame-navigate', refuse('frame navigation'))
  contents.on('will-redirect', refuse('redirect'))
  contents.on('will-attach-webview', refuse('webview'))
  contents.setWindowOpenHandler(({ url }) => {
    log.warn({ what: 'window', address: url }, 'The page tried to go elsewhere and was stopped')
    return { action: 'deny' }
  })
}

/** Whether a call comes from the main frame of this page, and that frame shows our own origin. */
export function comesFrom(event: IpcMainEvent | IpcMainInvokeEvent, contents: WebContents | undefined, origin: string): boolean {
  const frame = event.senderFrame
  if (!contents || contents.isDestroyed() || event.sender !== contents || frame === null) return false
  return frame.parent === null && originOf(frame.url) === origin
}
