import { describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { PalettePage } from './pages/palette.ts'
import { doors } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

describe.each(doors)('the command palette: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    await host.put('sensor:1', { celsius: 21.5 })
    await host.put('sensor:2', { celsius: 3 })
  })
  const frame = () => new FramePage(app().page)
  const palette = () => new PalettePage(app().page)

  test('opens from anywhere, also while somebody types, and gives the focus back', async () => {
    await frame().open('Data')
    const { search } = new DataPage(app().page)
    await search.focus()
    await palette().open()
    await app().page.keyboard.press('Escape')
    await palette().field.waitFor({ state: 'hidden' })
    await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(true)
  })

  test('takes what is typed from the first letter on, also while its results are still being loaded', async () => {
    await frame().open('Data')
    const data = new DataPage(app().page)
    await data.select('sensor:1')
    await app().page.reload()
    await frame().title.waitFor()
    let load = () => {}
    const loaded = new Promise<void>((resolve) => {
      load = resolve
    })
    await app().page.route('**/assets/palette-results*', async (route) => {
      await loaded
      await route.fallback()
    })
    await app().page.keyboard.press('Control+k')
    // `e` would edit a record, `n` make one, `g` go somewhere.
    await app().page.keyboard.type('heal')
    load()
    await palette().option('Health').waitFor()
    expect(await palette().field.inputValue()).toBe('heal')
    await app().page.keyboard.press('Enter')
    await frame().title.filter({ hasText: 'Health' }).waitFor()
    await app().page.unroute('**/assets/palette-results*')
  })

  test('goes to a page by a few letters of its name', async () => {
    await palette().run('heal')
    await frame().title.filter({ hasText: 'Health' }).waitFor()
  })

  test('moves with the arrows, and says to screen readers which one is chosen', async () => {
    await palette().open()
    const chosen = () => palette().field.getAttribute('aria-activedescendant')
    const first = await chosen()
    await app().page.keyboard.press('ArrowDown')
    await expect.poll(chosen).not.toBe(first)
    await app().page.keyboard.press('ArrowUp')
    await expect.poll(chosen).toBe(first)
    expect(await palette().option('').getAttribute('aria-selected')).toBe('true')
    await app().page.keyboard.press('Escape')
  })

  test('finds keys of the store while one types, and goes to a record', async () => {
    await palette().open()
    await palette().field.fill('sensor:')
    await palette().option('Show keys that begin with “sensor:”').waitFor()
    await palette().option('Go to sensor:2').click()
    await new DataPage(app().page).record.getByRole('heading', { name: 'sensor:2' }).waitFor()
  })

  test('says why something cannot be done now, and does not do it', async () => {
    await palette().open()
    await palette().field.fill('Verify the newest')
    const option = palette().option(/Verify the newest backup/)
    await option.getByText('There is no backup yet.').waitFor()
    expect(await option.getAttribute('aria-disabled')).toBe('true')
    await app().page.keyboard.press('Enter')
    expect(await palette().field.isVisible()).toBe(true)
    await app().page.keyboard.press('Escape')
  })

  test('opens Settings at the setting that was meant', async () => {
    await palette().run('backup.retention_days')
    await frame().title.filter({ hasText: 'Settings' }).waitFor()
    await app().page.getByText('retention_days', { exact: true }).first().waitFor()
  })

  test('opens the dialogs of other pages', async () => {
    await palette().run('New record')
    await app().page.getByRole('dialog', { name: 'New record' }).waitFor()
    await app().page.keyboard.press('Escape')
  })

  test('shows what was used last first', async () => {
    await frame().open('Overview')
    await palette().open()
    await app()
      .page.getByRole('group', { name: 'Used last' })
      .getByRole('option', { name: /^New record/ })
      .waitFor()
    await app().page.keyboard.press('Escape')
  })

  test('backs up, says so once, and the list of jobs has what it came to', async () => {
    await palette().run('Back up now')
    await frame().notes.getByText('Back up: done.').waitFor({ timeout: 20_000 })
    await app().page.keyboard.press('g')
    await app().page.keyboard.press('j')
    const jobs = app().page.getByRole('dialog', { name: 'Jobs' })
    await jobs.getByText(/2 records .* every byte was read back/).waitFor()
    await jobs.getByRole('button', { name: 'Show the backup' }).click()
    await frame().title.filter({ hasText: 'Backups' }).waitFor()
    await jobs.waitFor({ state: 'hidden' })
  })

  test('English names are found in Chinese too', async () => {
    await frame().prefer({ language: 'zh-CN', theme: 'light' })
    await palette().open()
    await palette().field.fill('verify newest')
    await palette().option('校验最新的备份').waitFor()
    await palette().field.fill('深色')
    await palette().option('深色主题').waitFor()
    await app().page.keyboard.press('Escape')
    await frame().prefer({ language: 'en', theme: 'light' })
  })
})

describe.each(doors)('keys: $name', (door) => {
  const app = useApp(door, ({ host }) => host.put('sensor:1', { celsius: 21.5 }))
  const frame = () => new FramePage(app().page)
  const data = () => new DataPage(app().page)
  const press = (key: string) => app().page.keyboard.press(key)

  test('a sequence says where its second key leads', async () => {
    await press('g')
    await app().page.getByRole('status').getByText('Backups').waitFor()
    await press('b')
    await frame().title.filter({ hasText: 'Backups' }).waitFor()
  })

  test('letters belong to the list of keys while it has the focus', async () => {
    await frame().open('Data')
    await data().select('sensor:1')
    await data().keys.focus()
    await press('n')
    await press('g')
    await press('b')
    expect(await app().page.getByRole('dialog').count()).toBe(0)
    await frame().title.filter({ hasText: 'Data' }).waitFor()
    await press('F2')
    await data().record.getByRole('button', { name: 'Discard changes' }).click()
  })

  test('letters belong to a field while somebody types', async () => {
    await data().search.fill('')
    await data().search.pressSequentially('gbn?')
    expect(await data().search.inputValue()).toBe('gbn?')
    await data().search.fill('')
  })

  test('the list of keys is made from the registry and can be searched', async () => {
    await frame().open('Overview')
    await press('?')
    const help = app().page.getByRole('dialog', { name: 'Keys' })
    await help.getByText('Everywhere').waitFor()
    await help.getByRole('searchbox').fill('save')
    await help.getByText('Show the changes, then save them').waitFor()
    expect(await help.getByText('Show this list').count()).toBe(0)
    await press('Escape')
    await help.waitFor({ state: 'hidden' })
  })

  test('F6 leads through the parts of the window, Shift F6 back', async () => {
    const within = (selector: string) =>
      app().page.evaluate((part) => document.querySelector(part)?.contains(document.activeElement) ?? false, selector)
    await frame().navigation.getByRole('link').first().focus()
    await press('F6')
    await expect.poll(() => within('header[data-region]')).toBe(true)
    await press('F6')
    await expect.poll(() => within('main')).toBe(true)
    await press('Shift+F6')
    await expect.poll(() => within('header[data-region]')).toBe(true)
  })

  test('the focus is back on its button when a dialog closes', async () => {
    await frame().open('Data')
    const button = app().page.getByRole('main').getByRole('button', { name: 'New record' }).first()
    await button.focus()
    await press('Enter')
    await app().page.getByRole('dialog', { name: 'New record' }).waitFor()
    await press('Escape')
    await expect.poll(() => button.evaluate((element) => element === document.activeElement)).toBe(true)
  })

  test('the title of the window says page and product', async () => {
    await frame().open('Health')
    await expect.poll(() => app().page.title()).toMatch(/^Health · .+ · Holdfast$/)
  })
})
