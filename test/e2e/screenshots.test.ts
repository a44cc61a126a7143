import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FramePage, type PageName, pageNames } from './pages/frame.ts'
import { citiesOf } from './support/cities.ts'
import { doors } from './support/doors.ts'
import { screenshots } from './support/places.ts'
import { useApp } from './support/use-app.ts'

const sizes = [
  { width: 1280, height: 800 },
  { width: 960, height: 600 },
]
const languages = ['en', 'zh-CN'] as const
const themes = ['light', 'dark'] as const
const looks = languages.flatMap((language) => themes.map((theme) => ({ language, theme })))

/** Pictures of every page for a person to look at, and what can be told without one: nothing is cut at the sides, nothing is left in another language. */
describe.each(doors.slice(0, 1))('pictures: $name', (door) => {
  const longKey = `plant/${'hall-with-a-long-name/'.repeat(12)}sensor-0001`
  const app = useApp(door, async ({ host }) => {
    await host.import(citiesOf('CH', 'CN').ndjson)
    await host.put(longKey, { celsius: 21.5 })
    await host.run('/api/backups')
  })
  const frame = () => new FramePage(app().page)

  const shoot = async (name: PageName | string, look: { language: string; theme: string }) => {
    mkdirSync(screenshots, { recursive: true })
    for (const size of sizes) {
      await app().page.setViewportSize(size)
      await app().page.waitForTimeout(400)
      const file = `${name.toLowerCase()}-${look.language}-${look.theme}-${size.width}x${size.height}.png`
      await app().page.screenshot({ path: join(screenshots, file) })
      const overflow = await app().page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(overflow, `${file} is wider than the window`).toBe(0)
    }
  }

  describe.each(looks)('$language, $theme', (look) => {
    test('the theme and the language are the ones asked for', async () => {
      await frame().prefer(look)
      expect(await app().page.evaluate(() => document.documentElement.lang)).toBe(look.language)
      expect(await app().page.evaluate(() => document.documentElement.getAttribute('data-mantine-color-scheme'))).toBe(look.theme)
    })

    test.each(pageNames)('%s', async (name) => {
      await frame().openPath(name)
      await app().page.waitForLoadState('networkidle')
      await shoot(name, look)
    })

    test('a record', async () => {
      await frame().openPath('Data')
      await app().page.getByRole('listbox').press('Home')
      await app().page.getByRole('main').getByRole('textbox').last().waitFor()
      await shoot('record', look)
    })
  })
})

describe.each(doors.slice(0, 1))('pictures of the first start: $name', (door) => {
  const app = useApp(door)

  test.each(looks)('$language, $theme', async (look) => {
    const frame = new FramePage(app().page)
    await frame.title.waitFor()
    await frame.prefer(look)
    mkdirSync(screenshots, { recursive: true })
    for (const name of ['Overview', 'Data', 'Backups'] as const) {
      await frame.openPath(name)
      await app().page.waitForTimeout(400)
      await app().page.screenshot({ path: join(screenshots, `empty-${name.toLowerCase()}-${look.language}-${look.theme}.png`) })
    }
  })
})
