import { describe, expect, test } from 'vitest'
import { doors } from './support/doors.ts'
import type { ElectronModule } from './support/electron-types.ts'
import { useApp } from './support/use-app.ts'

const policy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
}

describe.each(doors)('the page is only a page: $name', (door) => {
  const app = useApp(door)

  test('it has nothing of Node, of Electron, or of the preload but the bridge', async () => {
    const names = await app().page.evaluate(() => ({
      leaks: ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter((name) => name in window),
      bridge: 'holdfast' in window ? Object.keys((window as unknown as { holdfast: object }).holdfast).sort() : null,
    }))
    expect(names.leaks).toEqual([])
    expect(names.bridge).toEqual(door.kind === 'desktop' ? ['cancel', 'files', 'invoke', 'subscribe'] : null)
  })

  test('scripts that are not files of the app do not run', async () => {
    const injected = await app().page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.head.append(script)
      const button = document.createElement('button')
      button.setAttribute('onclick', 'window.injected = true')
      button.click()
      return 'injected' in window
    })
    expect(injected).toBe(false)
    expect(app().complaints.join()).toMatch(/Content Security Policy/)
    app().complaints.length = 0
  })

  test('it reaches no other origin', async () => {
    const outcome = await app().page.evaluate(() => fetch('https://example.org/').then(String, (error: Error) => error.name))
    expect(outcome).toBe('TypeError')
    app().complaints.length = 0
  })

  test('its files come with a strict policy', async () => {
    const headers = await app().page.evaluate(async () => {
      const response = await fetch(location.pathname, { cache: 'reload' })
      return { policy: response.headers.get('content-security-policy') ?? '', nosniff: response.headers.get('x-content-type-options') }
    })
    const rules = Object.fromEntries(headers.policy.split(';').map((rule) => rule.trim().split(/ (.*)/)))
    expect(rules).toMatchObject(policy)
    expect(headers.nosniff).toBe('nosniff')
  })

  test('an unknown path is nothing, not the page again', async () => {
    const status = (path: string) => app().page.evaluate((where) => fetch(where).then((response) => response.status), path)
    // Over TCP, whoever says no token is not even told that there is nothing.
    const nothing = door.kind === 'desktop' ? 404 : 401
    expect(await status('/no/such/page')).toBe(nothing)
    expect(await status('/..%2fpackage.json')).toBe(nothing)
  })
})

const desktops = doors.filter(({ kind }) => kind === 'desktop')

describe.each(desktops)('the desktop app keeps its page in its place: $name', (door) => {
  const app = useApp(door)
  const inMain = <Answer, Argument>(run: (electron: ElectronModule, argument: Argument) => Answer, argument?: Argument) =>
    app().desktop?.evaluate(run as never, argument) as Promise<Awaited<Answer>>

  test('the window is sandboxed and isolated', async () => {
    const preferences = await inMain(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as { getLastWebPreferences(): object }
      return JSON.parse(JSON.stringify(contents.getLastWebPreferences())) as object
    })
    expect(preferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
    })
  })

  test('it goes nowhere, and opens no window', async () => {
    await app().page.evaluate(() => {
      document.title = 'still here'
      location.href = 'https://example.org/'
    })
    await app().page.evaluate(() => window.open('https://example.org/'))
    await app().page.evaluate(() => window.open('app://holdfast/'))
    await expect.poll(() => inMain(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
    expect(await app().page.evaluate(() => document.title)).toBe('still here')
    const opened = await inMain(({ standIn }) => standIn?.opened ?? [])
    expect(opened).toEqual([])
  })

  test.each(['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview'])('%s is refused', async (name) => {
    const prevented = await inMain(({ BrowserWindow }, event) => {
      const facts = { prevented: false, url: 'https://example.org/', preventDefault: () => {} }
      facts.preventDefault = () => {
        facts.prevented = true
      }
      BrowserWindow.getAllWindows()[0]?.webContents.emit(event, facts, 'https://example.org/')
      return facts.prevented
    }, name)
    expect(prevented).toBe(true)
  })

  test('it has no permissions, but may copy text', async () => {
    const states = await app().page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'] as const
      const answers = await Promise.all(names.map((name) => navigator.permissions.query({ name: name as PermissionName })))
      return answers.map(({ state }) => state)
    })
    expect(states).not.toContain('granted')
    const asked = await inMain(async ({ standIn }) => {
      if (!standIn) return undefined
      const ask = (permission: string, from: string) => standIn.askPermission(permission, from)
      return {
        media: await ask('media', 'app://holdfast/'),
        geolocation: await ask('geolocation', 'app://holdfast/'),
        files: await ask('fileSystem', 'app://holdfast/'),
        external: await ask('openExternal', 'app://holdfast/'),
        copyFromElsewhere: await ask('clipboard-sanitized-write', 'https://example.org/'),
        copy: await ask('clipboard-sanitized-write', 'app://holdfast/'),
      }
    })
    if (asked) {
      expect(asked).toEqual({ media: false, geolocation: false, files: false, external: false, copyFromElsewhere: false, copy: true })
    }
  })

  test('a call from another frame or another page is refused', async () => {
    const reply = await inMain(async ({ BrowserWindow, ipcMain }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      const handlers = (ipcMain as unknown as { _invokeHandlers: Map<string, (...args: unknown[]) => Promise<unknown>> })._invokeHandlers
      const handler = handlers.get('holdfast:invoke')
      const from = (senderFrame: unknown) => handler?.({ sender: contents, senderFrame, frameId: 1, processId: 1 }, 'status.get', {}, 'x')
      return [
        await from({ url: 'https://example.org/', parent: null }),
        await from({ url: 'app://holdfast/', parent: {} }),
        await from(null),
      ]
    })
    for (const one of reply) expect(one).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  })

  test('a call that is no call is answered with a sentence, and hurts nothing', async () => {
    const replies = await app().page.evaluate(async () => {
      const { holdfast } = window as unknown as { holdfast: { invoke(...args: unknown[]): Promise<unknown> } }
      const circle: Record<string, unknown> = {}
      circle.self = circle
      const settle = (run: () => Promise<unknown>) =>
        Promise.resolve()
          .then(run)
          .catch((error: Error) => error.message)
      return [
        await holdfast.invoke('toString', {}),
        await holdfast.invoke('__proto__', {}),
        await holdfast.invoke(42, {}),
        await holdfast.invoke('records.get', { key: '' }),
        await holdfast.invoke('records.get', new Date()),
        await settle(() => holdfast.invoke('records.put', { key: 'a', value: 10n })),
      ]
    })
    const codes = replies.map((reply) => (reply as { error?: { code: string } }).error?.code)
    expect(codes).toEqual(['not_found', 'not_found', 'invalid_request', 'invalid_request', 'invalid_request', 'invalid_request'])
  })
})
