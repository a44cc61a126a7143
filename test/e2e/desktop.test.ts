import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { FramePage } from './pages/frame.ts'
import { closeChromium, startStandIn } from './support/doors.ts'
import type { ElectronModule } from './support/electron-types.ts'
import { HeadlessHost } from './support/headless-host.ts'
import { HostClient } from './support/host-client.ts'
import { makePlace, type Place } from './support/places.ts'

type App = Awaited<ReturnType<typeof startStandIn>>

/** The life of the desktop app, which specs can only follow on the stand-in: tray, dialogs and notifications are its records. */
describe('the desktop app', () => {
  const places: Place[] = []
  const apps: App[] = []
  const hosts: HeadlessHost[] = []

  const place = () => {
    const made = makePlace()
    places.push(made)
    return made
  }
  const start = async (...args: Parameters<typeof startStandIn>) => {
    const app = await startStandIn(...args)
    apps.push(app)
    return app
  }
  const startHost = async (at: Place) => {
    const host = await HeadlessHost.start(at)
    hosts.push(host)
    return host
  }
  const inMain = <Answer, Argument = undefined>(
    app: App,
    run: (electron: ElectronModule, argument: Argument) => Answer,
    argument?: Argument,
  ) => app.evaluate(run as never, argument) as Promise<Awaited<Answer>>
  const hostOf = (at: Place) => new HostClient(join(at.dataFolder, 'run/holdfast.sock'))
  const ended = async (app: App) => {
    if (app.process().exitCode === null) await once(app.process(), 'exit')
    return app.process().exitCode
  }
  const closeWindow = (app: App) => inMain(app, ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  const chooseInTray = (app: App, id: string) =>
    inMain(app, ({ standIn }, item) => standIn?.trays[0]?.menu?.getMenuItemById(item)?.click?.(), id)

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()))
    await Promise.all(hosts.splice(0).map((host) => host.stop()))
    for (const made of places.splice(0)) made.remove()
  })
  afterAll(closeChromium)

  test('hosts the store for other programs on the machine, with HTTP off', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    await hostOf(at).put('a', 1)
    expect(await hostOf(at).get('a')).toBe('1')
    const status = JSON.parse((await hostOf(at).send('GET', '/api/status')).text) as { url: string | null; pid: number }
    expect(status).toMatchObject({ url: null, pid: app.process().pid })
  })

  test('closing the window keeps the host, says so once, and the tray opens the window again', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    await closeWindow(app)
    await hostOf(at).put('while', 'closed')
    const notes = () => inMain(app, ({ standIn }) => standIn?.notifications.map(({ title }) => title))
    expect(await notes()).toEqual(['Holdfast keeps running'])

    const again = app.waitForEvent('window')
    await chooseInTray(app, 'open')
    await new FramePage(await again).title.waitFor()
    await closeWindow(app)
    expect(await notes()).toHaveLength(1)
    expect(await hostOf(at).get('while')).toBe('"closed"')
  })

  test('the tray says the state in words and backs up', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    const words = () => inMain(app, ({ standIn }) => standIn?.trays[0]?.menu?.getMenuItemById('state')?.label ?? '')
    const picture = () => inMain(app, ({ standIn }) => standIn?.trays[0]?.image.split('/').at(-1))
    await hostOf(at).put('a', 1)
    await hostOf(at).get('a')
    await chooseInTray(app, 'back-up-now')
    await expect.poll(async () => (await hostOf(at).backups()).length, { timeout: 20_000 }).toBe(1)
    await expect.poll(words, { timeout: 20_000 }).toBe('Backups on the same disk')
    expect(await picture()).toBe('tray-warning.png')
    // What a person began and what went well in a moment is no news.
    expect(await inMain(app, ({ standIn }) => standIn?.notifications.length)).toBe(0)
  })

  test('quitting from the tray stops the host cleanly, and everything is there at the next start', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    await hostOf(at).put('kept', 'value')
    await chooseInTray(app, 'quit')
    expect(await ended(app)).toBe(0)
    expect(existsSync(join(at.dataFolder, 'run/holdfast.sock'))).toBe(false)

    const next = await start(at)
    await next.firstWindow()
    expect(await hostOf(at).get('kept')).toBe('"value"')
  })

  test('restarting from the tray brings changed settings into effect', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    const asked = { method: 'PATCH', body: '{"changes":{"journal.segment_mb":8}}' }
    const changed = await hostOf(at).send(asked.method, '/api/config', asked.body, { 'content-type': 'application/json' })
    expect(changed.status).toBe(200)
    await chooseInTray(app, 'restart')
    expect(await ended(app)).toBe(0)
    expect(existsSync(join(at.profile, 'stand-in-relaunch'))).toBe(true)

    await (await start(at)).firstWindow()
    const { entries } = JSON.parse((await hostOf(at).send('GET', '/api/config')).text) as { entries: { key: string; value: unknown }[] }
    expect(entries.find(({ key }) => key === 'journal.segment_mb')?.value).toBe(8)
  })

  test('a write that was acknowledged survives the app being killed', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    await hostOf(at).put('acknowledged', 'value')
    app.process().kill('SIGKILL')
    await ended(app)
    const next = await start(at)
    await next.firstWindow()
    expect(await hostOf(at).get('acknowledged')).toBe('"value"')
  })

  test('where there is no tray, closing asks; keeping it running needs no window', async () => {
    const at = place()
    const app = await start(at, { env: { STAND_IN_NO_TRAY: '1' } })
    await app.firstWindow()
    await inMain(app, ({ dialog }) => {
      const asked = { count: 0, response: 2 }
      Object.assign(globalThis, { asked })
      dialog.showMessageBox = (async () => {
        asked.count++
        return { response: asked.response, checkboxChecked: false }
      }) as never
    })
    const windows = () => inMain(app, ({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
    await closeWindow(app)
    await expect.poll(() => inMain(app, () => (globalThis as unknown as { asked: { count: number } }).asked.count)).toBe(1)
    expect(await windows()).toBe(1)

    await inMain(app, () => Object.assign((globalThis as unknown as { asked: object }).asked, { response: 0 }))
    await closeWindow(app)
    await expect.poll(windows).toBe(0)
    await hostOf(at).put('still', 'here')

    // Starting it once more is the way back to the window.
    const again = app.waitForEvent('window')
    const second = await start(at)
    expect(await ended(second)).toBe(0)
    await again
    expect(await windows()).toBe(1)
  })

  test('a second start shows the window of the first and ends', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    await inMain(app, ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
    const second = await start(at)
    expect(await ended(second)).toBe(0)
    await expect.poll(() => inMain(app, ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isMinimized())).toBe(false)
  })

  test('on a data folder that a host has, it is a client of that host, and ends with its window', async () => {
    const at = place()
    const host = await startHost(at)
    await hostOf(at).put('sensor:1', { celsius: 21.5 })
    const app = await start(at)
    const page = await app.firstWindow()
    const frame = new FramePage(page)
    await frame.open('Data')
    await page.getByRole('option').filter({ hasText: 'sensor:1' }).click()
    await page.getByRole('textbox', { name: 'Value of sensor:1' }).filter({ hasText: '21.5' }).waitFor()

    // Events reach it too.
    await hostOf(at).put('sensor:1', { celsius: 99 })
    await page.getByRole('textbox', { name: 'Value of sensor:1' }).filter({ hasText: '99' }).waitFor()

    await closeWindow(app)
    expect(await ended(app)).toBe(0)
    expect((await hostOf(at).send('GET', '/api/status')).status).toBe(200)
    await host.stop()
  })

  test('as a client it says when the host is gone, and when it is back', async () => {
    const at = place()
    const host = await startHost(at)
    const app = await start(at)
    const page = await app.firstWindow()
    await new FramePage(page).title.waitFor()
    await host.stop('SIGKILL')
    await page.getByText('The connection to the host was lost').waitFor({ timeout: 10_000 })
    await startHost(at)
    await page.getByText('The connection is back.').waitFor({ timeout: 15_000 })
  })

  test('two apps with two profiles on one data folder: the second is a client of the first', async () => {
    const at = place()
    const first = await start(at)
    await first.firstWindow()
    await hostOf(at).put('shared', 'by both')
    const second = await start({ ...at, profile: join(at.home, 'profile-2') })
    const page = await second.firstWindow()
    await new FramePage(page).open('Data')
    await page.getByRole('option').filter({ hasText: 'shared' }).waitFor()
    await second.close()
    expect(await hostOf(at).get('shared')).toBe('"by both"')
  })

  test('the window comes back where it was', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    const bounds = { x: 40, y: 50, width: 1100, height: 700 }
    await inMain(app, ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to), bounds)
    await closeWindow(app)
    await app.close()
    const next = await start(at)
    await next.firstWindow()
    expect(await inMain(next, ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(bounds)
  })

  test('unsaved changes are asked about before the window goes, and staying is not quitting', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    // The stand-in closes pages without asking them, so the question is put in Electron's name.
    const leaves = (choice: number) =>
      inMain(
        app,
        ({ BrowserWindow, dialog }, answer) => {
          dialog.showMessageBoxSync = () => answer
          const event = { leaves: false, preventDefault: () => {} }
          event.preventDefault = () => {
            event.leaves = true
          }
          BrowserWindow.getAllWindows()[0]?.webContents.emit('will-prevent-unload', event)
          return event.leaves
        },
        choice,
      )
    expect(await leaves(0)).toBe(false)
    expect(await leaves(1)).toBe(true)
  })

  test('a mistake in the program ends it with a word, and costs nothing that was acknowledged', async () => {
    const at = place()
    const app = await start(at)
    await app.firstWindow()
    await hostOf(at).put('acknowledged', 'value')
    await inMain(app, () => void setTimeout(() => Promise.reject(new Error('planted mistake'))))
    expect(await ended(app)).toBe(1)
    expect(app.output()).toMatch(/Holdfast has to end.*planted mistake/s)
    const next = await start(at)
    await next.firstWindow()
    expect(await hostOf(at).get('acknowledged')).toBe('"value"')
  })

  test('saves what the page made, where a person chooses, and nothing else', async () => {
    const at = place()
    const app = await start(at)
    const page = await app.firstWindow()
    await page.evaluate(() => {
      const save = (address: string, name: string) => Object.assign(document.createElement('a'), { href: address, download: name }).click()
      save(URL.createObjectURL(new Blob(['own'])), 'own.txt')
      save('data:text/plain,foreign', 'foreign.txt')
    })
    const downloads = () => inMain(app, ({ standIn }) => standIn?.downloads ?? [])
    await expect.poll(async () => (await downloads()).length).toBe(2)
    expect((await downloads()).sort((one, other) => (one.fileName < other.fileName ? 1 : -1))).toEqual([
      { fileName: 'own.txt', prevented: false, defaultPath: join(at.home, 'Downloads/own.txt') },
      { fileName: 'foreign.txt', prevented: true, defaultPath: undefined },
    ])
  })

  test('the menu speaks the language of the system', async () => {
    const at = place()
    const app = await start(at, { locale: 'zh-CN' })
    await app.firstWindow()
    const labels = await inMain(app, ({ standIn }) => standIn?.applicationMenu?.items.map(({ label }) => label))
    expect(labels).toEqual(['文件', '编辑', '视图', '窗口', '帮助'])
  })

  test('a start that is not possible is told in a dialog, with what to do and the code, and not in silence', async () => {
    const at = place()
    mkdirSync(at.dataFolder)
    writeFileSync(join(at.dataFolder, 'letters.txt'), 'not ours')
    const app = await start(at, { env: { STAND_IN_ANSWERS: JSON.stringify({ showMessageBox: { response: 2, checkboxChecked: false } }) } })
    expect(await ended(app)).toBe(4)
    expect(app.output()).toContain(at.dataFolder)
    expect(app.output()).toMatch(/dialog: .*foreign_folder/s)
    expect(readFileSync(join(at.dataFolder, 'letters.txt'), 'utf8')).toBe('not ours')
  })

  test('a mistake in the configuration is told with its line, and can be mended without leaving', async () => {
    const at = place()
    mkdirSync(at.dataFolder, { mode: 0o700 })
    writeFileSync(join(at.dataFolder, 'holdfast.toml'), '[limits]\nmax_value_mb = "many"\n')
    const app = await start(at, { env: { STAND_IN_ANSWERS: JSON.stringify({ showMessageBox: { response: 0, waitMs: 300 } }) } })
    await expect.poll(() => app.output(), { timeout: 10_000 }).toMatch(/holdfast\.toml:2/)
    writeFileSync(join(at.dataFolder, 'holdfast.toml'), '[limits]\nmax_value_mb = 8\n')
    await new FramePage(await app.firstWindow()).title.waitFor()
  })
})
