import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { PalettePage } from './pages/palette.ts'
import { type BrowserApp, closeChromium, openInBrowser } from './support/doors.ts'

describe('a browser at holdfast serve', () => {
  let app: BrowserApp | undefined
  const open = async () => {
    app = await openInBrowser()
    await new FramePage(app.page).title.waitFor()
    return app
  }

  afterEach(async () => {
    await app?.close()
    app = undefined
  })
  afterAll(closeChromium)

  test('takes the token out of the address and keeps it for the tab only', async () => {
    const { page } = await open()
    expect(await page.evaluate(() => location.href)).not.toMatch(/token/)
    expect(await page.evaluate(() => [document.cookie, localStorage.length > 0 && JSON.stringify(localStorage).includes('token')])).toEqual(
      ['', false],
    )
    await page.reload()
    await new FramePage(page).title.waitFor()
    const tab = await page.context().newPage()
    await tab.goto(page.url().split('#')[0] ?? '')
    await tab.getByRole('heading', { name: 'This page needs the address with its token' }).waitFor()
  })

  test('without a token it asks for the address, and takes it when it is pasted', async () => {
    const { page, address } = await open()
    const tab = await page.context().newPage()
    await tab.goto(page.url().split('#')[0] ?? '')
    await tab.getByRole('textbox', { name: 'Address or token' }).fill('not a token!')
    await tab.getByRole('button', { name: 'Open Holdfast' }).click()
    await tab.getByText('This is neither an address with a token nor a token.').waitFor()
    await tab.getByRole('textbox', { name: 'Address or token' }).fill(address)
    await tab.getByRole('button', { name: 'Open Holdfast' }).click()
    await new FramePage(tab).title.waitFor()
  })

  test('the printed address works in a tab that is open already, and its token does not stay in the address', async () => {
    const { page, address } = await open()
    const base = page.url().split('#')[0] as string
    const tab = await page.context().newPage()
    await tab.goto(base)
    const field = tab.getByRole('textbox', { name: 'Address or token' })
    await field.waitFor()
    await expect.poll(() => field.evaluate((element) => element === document.activeElement)).toBe(true)
    await tab.goto(address)
    await new FramePage(tab).title.waitFor()
    expect(tab.url()).not.toMatch(/token/)
    await tab.goBack()
    expect(tab.url()).not.toMatch(/token/)
    await tab.goto(`${base}#token=wrong-wrong-wrong`)
    await tab.getByText('The host did not accept this token.', { exact: false }).waitFor()
    expect(tab.url()).not.toMatch(/token/)
  })

  test('two tabs show the same host, each goes on by itself, and what one does the other sees', async () => {
    const { page, address, host } = await open()
    await host.put('shared', 1)
    const other = await page.context().newPage()
    await other.goto(address)
    for (const tab of [page, other]) {
      // A tab behind another one is not drawn, and so cannot be clicked.
      await tab.bringToFront()
      await new FramePage(tab).open('Data')
      await tab.getByRole('option').filter({ hasText: 'shared' }).waitFor()
    }
    await new DataPage(other).create('from the other tab', '2')
    await other.getByRole('heading', { level: 2, name: 'from the other tab' }).waitFor()
    await page.bringToFront()
    await page.getByRole('option').filter({ hasText: 'from the other tab' }).waitFor({ timeout: 10_000 })
    await other.close()
    await page.reload()
    await page.getByRole('option').filter({ hasText: 'from the other tab' }).waitFor()
  })

  test('a wrong token is said, and shows nothing of the data', async () => {
    const { page } = await open()
    const tab = await page.context().newPage()
    await tab.goto(`${page.url().split('#')[0]}#token=wrong-wrong-wrong`)
    await tab.getByText('The host did not accept this token.', { exact: false }).waitFor()
  })

  test('goes on without its host: pages and the palette open that were never opened before', async () => {
    const { page, killHost } = await open()
    // The page that is loaded last.
    const isLoaded = () =>
      page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => /connections-[^/]+js$/.test(name)))
    await expect.poll(isLoaded, { timeout: 20_000 }).toBe(true)
    await killHost()
    await page.getByText('The connection to the host was lost').waitFor({ timeout: 10_000 })
    const palette = new PalettePage(page)
    await palette.open()
    await palette.option('Health').click()
    await new FramePage(page).title.filter({ hasText: 'Health' }).waitFor()
    await new FramePage(page).open('Connections')
  })

  test('what cannot be loaded says so in its place, and takes nothing else with it', async () => {
    const { page } = await open()
    await page.route('**/assets/palette-results*', (route) => route.abort())
    await page.reload()
    await new FramePage(page).title.waitFor()
    await new PalettePage(page).open()
    const dialog = page.getByRole('dialog', { name: 'Search or do anything' })
    await dialog.getByRole('alert').waitFor()
    await page.keyboard.press('Escape')
    await new FramePage(page).open('Data')
  })

  test('says that the host is gone when it was killed, and that it is back, and goes on', async () => {
    const { page, host, killHost, startHostAgain } = await open()
    await host.put('before', 1)
    await new FramePage(page).open('Data')
    await page.getByRole('option').filter({ hasText: 'before' }).waitFor()
    await killHost()
    await page.getByText('The connection to the host was lost').waitFor({ timeout: 10_000 })
    await startHostAgain()
    await page.getByText('The connection is back.').waitFor({ timeout: 15_000 })
    await host.put('after', 2)
    await page.getByRole('option').filter({ hasText: 'after' }).waitFor({ timeout: 10_000 })
    await page.getByRole('option').filter({ hasText: 'before' }).waitFor()
  })
})
