import { describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { doors } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

describe.each(doors)('the frame: $name', (door) => {
  const app = useApp(door, ({ host }) => host.put('sensor:1', { celsius: 21.5 }))
  const frame = () => new FramePage(app().page)
  const keyboard = () => app().page.keyboard

  test('every page has its place in the navigation, and says so', async () => {
    for (const name of ['Data', 'Backups', 'Health', 'Settings', 'Overview'] as const) {
      await frame().open(name)
      const current = frame().navigation.getByRole('link', { name, exact: true })
      expect(await current.getAttribute('aria-current')).toBe('page')
    }
  })

  test('every page is reached by keyboard', async () => {
    for (const [key, name] of [
      ['d', 'Data'],
      ['b', 'Backups'],
      ['h', 'Health'],
      ['s', 'Settings'],
      ['o', 'Overview'],
    ] as const) {
      await keyboard().press('g')
      await keyboard().press(key)
      await frame().title.filter({ hasText: name }).waitFor()
    }
  })

  test('a slash goes to the search from anywhere, a question mark lists the keys', async () => {
    await keyboard().press('/')
    const { search } = new DataPage(app().page)
    await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(true)
    await search.evaluate((field) => (field as HTMLElement).blur())
    await keyboard().press('?')
    const help = app().page.getByRole('dialog', { name: 'Keys' })
    await help.waitFor()
    await keyboard().press('Escape')
    await help.waitFor({ state: 'hidden' })
  })

  test('the tab key leads through the page with a visible focus', async () => {
    await frame().open('Overview')
    const seen = new Set<string>()
    for (let step = 0; step < 12; step++) {
      await keyboard().press('Tab')
      const focus = await app().page.evaluate(() => {
        const element = document.activeElement as HTMLElement
        const style = getComputedStyle(element)
        const isVisible = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
        return { what: `${element.tagName} ${element.textContent}`, isVisible, isBody: element === document.body }
      })
      if (focus.isBody) continue
      expect(focus).toMatchObject({ isVisible: true })
      seen.add(focus.what)
    }
    expect(seen.size).toBeGreaterThan(7)
  })

  test('the theme changes at once and is kept', async () => {
    const scheme = () => app().page.evaluate(() => document.documentElement.getAttribute('data-mantine-color-scheme'))
    await frame().chooseTheme({ menu: 'Theme', item: 'Dark' })
    await expect.poll(scheme).toBe('dark')
    await app().page.reload()
    await frame().title.waitFor()
    expect(await scheme()).toBe('dark')
    await frame().chooseTheme({ menu: 'Theme', item: 'Light' })
    await expect.poll(scheme).toBe('light')
  })

  test('the language changes at once and is kept', async () => {
    await frame().chooseLanguage({ menu: 'Language', item: '简体中文' })
    await frame().title.filter({ hasText: '概览' }).waitFor()
    await app().page.reload()
    await frame().title.filter({ hasText: '概览' }).waitFor()
    expect(await app().page.evaluate(() => document.documentElement.lang)).toBe('zh-CN')
    await frame().chooseLanguage({ menu: '语言', item: 'English' })
    await frame().title.filter({ hasText: 'Overview' }).waitFor()
  })
})

describe.each(doors)('the language of the system: $name', (door) => {
  const app = useApp(door, undefined, { locale: 'zh-CN' })

  test('is the one that the app begins with', async () => {
    await new FramePage(app().page).title.filter({ hasText: '概览' }).waitFor()
  })
})
