import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { ConnectionsPage } from './pages/connections.ts'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { closeChromium, openInBrowser, startStandIn } from './support/doors.ts'
import type { ElectronModule } from './support/electron-types.ts'
import { HeadlessHost } from './support/headless-host.ts'
import { HostClient } from './support/host-client.ts'
import { makePlace, type Place } from './support/places.ts'

type App = Awaited<ReturnType<typeof startStandIn>>

const inMain = <Answer, Argument = undefined>(
  app: App,
  run: (electron: ElectronModule, argument: Argument) => Answer,
  argument?: Argument,
) => app.evaluate(run as never, argument) as Promise<Awaited<Answer>>

describe('the desktop app and another host', () => {
  const cleanups: (() => unknown)[] = []
  const place = (): Place => {
    const made = makePlace()
    cleanups.unshift(() => made.remove())
    return made
  }
  const startHost = async (at: Place, http?: string) => {
    const host = await HeadlessHost.start(at, http)
    cleanups.unshift(() => host.stop())
    return host
  }
  const startApp = async (at: Place, ...more: string[]) => {
    const app = await startStandIn(at, {}, more)
    cleanups.unshift(() => app.close())
    const page = await app.firstWindow()
    await new FramePage(page).title.waitFor()
    page.setDefaultTimeout(10_000)
    return { app, page, frame: new FramePage(page), connections: new ConnectionsPage(page) }
  }
  /** An app on its own data, and a second host with an address that it remembers as "plant". */
  const withPlant = async () => {
    const own = place()
    const plant = place()
    const host = await startHost(plant)
    const opened = await startApp(own)
    await opened.connections.open()
    await opened.connections.proposeAddress({ address: host.ready.url, token: host.ready.token, name: 'plant' })
    await opened.connections.result.getByText(/^It works: /).waitFor()
    await opened.connections.save()
    const hostOf = (at: Place) => new HostClient(join(at.dataFolder, 'run/holdfast.sock'))
    /** It keeps no token, so it asks. */
    const switchToPlant = async () => {
      await opened.page.getByRole('button', { name: 'Switch to plant' }).click()
      const dialog = opened.page.getByRole('dialog', { name: 'Switch to plant' })
      await dialog.getByLabel('Token', { exact: true }).fill(host.ready.token)
      await dialog.getByRole('button', { name: 'Connect' }).click()
      await opened.frame.connection.filter({ hasText: 'plant' }).waitFor()
    }
    return { ...opened, switchToPlant, own, plant, host, ownHost: hostOf(own), plantHost: hostOf(plant) }
  }

  afterEach(async () => {
    for (const clean of cleanups.splice(0)) await clean()
  })
  afterAll(closeChromium)

  test('is tested, remembered and switched to; the own host goes on for programs', async () => {
    const { app, page, frame, switchToPlant, ownHost, plantHost } = await withPlant()
    await ownHost.put('mine', 1)
    await plantHost.put('theirs', 2)
    await switchToPlant()
    expect(await inMain(app, ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getTitle())).toBe('plant – Holdfast')
    await frame.open('Data')
    const data = new DataPage(page)
    await data.key('theirs').waitFor()
    expect(await data.key('mine').count()).toBe(0)
    await ownHost.put('mine', 3)
    expect(await ownHost.get('mine')).toBe('3')

    // The tray switches back, through the page.
    await inMain(app, ({ standIn }) => standIn?.trays[0]?.menu?.getMenuItemById('connection-first')?.click?.())
    await frame.connection.filter({ hasText: hostname() }).waitFor()
    await data.key('mine').waitFor()
    expect(await data.key('theirs').count()).toBe(0)
  })

  test('is what the app opens again at its next start, and its token is nowhere to be read', async () => {
    const { app, page, connections, own, host } = await withPlant()
    await page.getByRole('button', { name: 'Edit plant' }).click()
    await connections.editor.getByRole('radio', { name: /^Encrypted/ }).check()
    await connections.editor.getByLabel('Token', { exact: true }).fill(host.ready.token)
    await connections.editor.getByRole('button', { name: 'Test', exact: true }).click()
    await connections.result.getByText(/^It works: /).waitFor()
    await connections.save()
    await connections.switchTo('plant')
    await app.close()

    expect(readFileSync(join(own.profile, 'connections.json'), 'utf8')).not.toContain(host.ready.token)
    const next = await startApp(own)
    await next.frame.connection.filter({ hasText: 'plant' }).waitFor()
    const known = await next.page.evaluate(async () => {
      const { holdfastShell } = window as unknown as { holdfastShell: { invoke(name: string, input: object): Promise<unknown> } }
      return JSON.stringify(await holdfastShell.invoke('shell.state', {}))
    })
    expect(known).toContain('plant')
    expect(known).not.toContain(host.ready.token)
  })

  test('that cannot be opened at the next start is told with its reason, in Chinese too', async () => {
    const { app, switchToPlant, own } = await withPlant()
    await switchToPlant()
    await app.close()
    const next = await startApp(own)
    await next.frame.connection.filter({ hasText: hostname() }).waitFor()
    await next.connections.open()
    await next.page.getByText('“plant” was in use last and could not be opened:').waitFor()
    await next.page.getByText('The token of "plant" is needed.').waitFor()
    await next.frame.prefer({ language: 'zh-CN', theme: 'dark' })
    await next.page.getByText('上次使用的“plant”无法打开：').waitFor()
    expect(await next.page.getByText('The token of').count()).toBe(0)
  })

  test('asks for its token when it is not kept, and says when it is wrong', async () => {
    const { page, frame, host } = await withPlant()
    // A token that was typed for the test is kept for nothing else.
    await page.getByRole('button', { name: 'Switch to plant' }).click()
    const dialog = page.getByRole('dialog', { name: 'Switch to plant' })
    await dialog.getByLabel('Token', { exact: true }).fill('wrong-wrong-wrong')
    await dialog.getByRole('button', { name: 'Connect' }).click()
    await dialog.getByText('The host did not accept this token.').waitFor()
    await dialog.getByLabel('Token', { exact: true }).fill(host.ready.token)
    await dialog.getByRole('button', { name: 'Connect' }).click()
    await frame.connection.filter({ hasText: 'plant' }).waitFor()
  })

  test('with the production mark, deleting asks for its name, typed exactly', async () => {
    const { page, frame, connections, ownHost } = await withPlant()
    await ownHost.put('valve', 1)
    await connections.markAsProduction(hostname())
    await frame.connection.filter({ hasText: 'Production' }).waitFor()
    await frame.open('Data')
    await new DataPage(page).select('valve')
    await new DataPage(page).record.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog')
    const act = dialog.getByRole('button', { name: /^Delete/ })
    expect(await act.isDisabled()).toBe(true)
    await dialog.getByRole('textbox').fill(hostname().toUpperCase())
    expect(await act.isDisabled()).toBe(hostname() !== hostname().toUpperCase())
    await dialog.getByRole('textbox').fill(hostname())
    await act.click()
    await expect.poll(() => ownHost.get('valve')).toBeUndefined()
  })

  test('that is killed blanks nothing, says since when, refuses writes clearly, and comes back', async () => {
    const { page, frame, connections, switchToPlant, plant, host, plantHost } = await withPlant()
    await plantHost.put('kept', 'on screen')
    await switchToPlant()
    await connections.row('plant').waitFor()
    await frame.open('Data')
    await new DataPage(page).key('kept').waitFor()

    await host.stop('SIGKILL')
    await page.getByText('The connection to the host was lost').waitFor()
    await page.getByText('Nothing can be changed until it is back.').waitFor()
    await new DataPage(page).key('kept').waitFor()
    const dialog = await new DataPage(page).create('new', '1')
    await dialog.getByText('The host cannot be reached. It may have stopped.').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    await startHost(plant, host.http)
    await page.getByText('The connection is back.').waitFor({ timeout: 15_000 })
  })

  test('is found on this machine and added from there', async () => {
    const other = place()
    await startHost(other, 'off')
    const { page, connections } = await startApp(place())
    await connections.open()
    await page.getByRole('button', { name: `Add ${other.dataFolder}` }).click()
    await connections.editor.getByRole('textbox', { name: 'Name' }).fill('neighbour')
    await connections.editor.getByRole('button', { name: 'Test', exact: true }).click()
    await connections.result.getByText(/^It works: /).waitFor()
    await connections.save()
    await connections.switchTo('neighbour')
  })

  test('a link opens its place, proposes a connection without making it, and a bad one is said', async () => {
    const at = place()
    const { app, page, connections } = await startApp(at)
    await new HostClient(join(at.dataFolder, 'run/holdfast.sock')).put('plant/hall 1', 42)
    expect(await inMain(app, ({ standIn }) => standIn?.protocols)).toEqual(['holdfast'])
    const follow = async (link: string) => {
      const second = await startStandIn(at, {}, [link])
      if (second.process().exitCode === null) await new Promise((resolve) => second.process().once('exit', resolve))
      await second.close()
    }
    await follow('holdfast://data/plant%2Fhall%201')
    await new DataPage(page).record.getByRole('heading', { name: 'plant/hall 1' }).waitFor()

    await follow('holdfast://connect?address=https://host.example&name=somewhere')
    await connections.editor.getByText('A link proposes this connection.', { exact: false }).waitFor()
    expect(await connections.editor.getByRole('textbox', { name: 'Address of the host' }).inputValue()).toBe('https://host.example')
    await connections.editor.getByRole('button', { name: 'Cancel' }).click()
    expect(await connections.row('somewhere').count()).toBe(0)

    await follow('holdfast://connect?address=https://host.example&token=abcdefgh')
    await page.getByText('This link was not followed').waitFor()
    await page.getByText('It carries a token or password.', { exact: false }).waitFor()
  })

  test('starts at login only when somebody asks, by a file that is gone again when they do not', async () => {
    const at = place()
    const { page, connections } = await startApp(at)
    await connections.open()
    const file = join(at.home, 'config/autostart/holdfast.desktop')
    const isThere = () => {
      try {
        return readFileSync(file, 'utf8')
      } catch {
        return undefined
      }
    }
    expect(isThere()).toBeUndefined()
    const toggle = page.getByRole('switch', { name: 'Start at login' })
    await toggle.press('Space')
    await page.getByRole('switch', { name: 'Start at login', checked: true }).waitFor()
    expect(isThere()).toMatch(new RegExp(`^Exec=.* --data ${at.dataFolder} --hidden$`, 'm'))
    await toggle.press('Space')
    await page.getByRole('switch', { name: 'Start at login', checked: false }).waitFor()
    expect(isThere()).toBeUndefined()
  })
})

describe('a browser at holdfast serve', () => {
  afterAll(closeChromium)

  test('says which host it is, keeps its marks, and asks for the name on production', async () => {
    const app = await openInBrowser()
    try {
      const frame = new FramePage(app.page)
      await app.host.put('valve', 1)
      await frame.open('Connections')
      await app.page.getByText('To work on another host, open that host’s address.', { exact: false }).waitFor()
      await app.page.getByRole('main').getByText(app.place.dataFolder).waitFor()
      await app.page.getByRole('checkbox', { name: 'Production' }).check()
      await frame.connection.filter({ hasText: 'Production' }).waitFor()
      await app.page.reload()
      await frame.connection.filter({ hasText: 'Production' }).waitFor()
      await frame.open('Data')
      await new DataPage(app.page).select('valve')
      await new DataPage(app.page).record.getByRole('button', { name: 'Delete' }).click()
      expect(
        await app.page
          .getByRole('dialog')
          .getByRole('button', { name: /^Delete/ })
          .isDisabled(),
      ).toBe(true)
      expect(app.complaints).toEqual([])
    } finally {
      await app.close()
    }
  })
})
