import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeChromium, type OpenApp } from './support/doors.ts'
import { screenshots } from './support/places.ts'
import { languages, type Screen, settle, show, showLanguage, showTheme, stages, themes } from './support/screens.ts'
import { seriousFaults } from './support/serious-faults.ts'

const large = { width: 1280, height: 800 }
const small = { width: 960, height: 600 }
/** What is left of the large one at 200 % zoom. */
const zoomed = { width: 640, height: 400 }

interface Look {
  readonly theme: (typeof themes)[number]
  readonly size: typeof large
}
/** Each language meets both themes and both sizes, each theme both sizes. */
const looks: Record<(typeof languages)[number], readonly Look[]> = {
  en: [
    { size: large, theme: 'light' },
    { size: small, theme: 'dark' },
  ],
  'zh-CN': [
    { size: large, theme: 'dark' },
    { size: small, theme: 'light' },
  ],
}
const everyLook = [large, small].flatMap((size) => themes.map((theme) => ({ size, theme })))
/** `HOLDFAST_LOOKS=all` makes the pictures of both themes in both sizes and languages. */
const wantedLooks = (language: (typeof languages)[number]) => (process.env.HOLDFAST_LOOKS === 'all' ? everyLook : looks[language])

/** `HOLDFAST_SCREENS=data,jobs` goes only through the states whose name contains one of these. */
const names = (process.env.HOLDFAST_SCREENS ?? '').split(',').filter((name) => name !== '')
const wanted = (screens: readonly Screen[]) => screens.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))

/** A picture for a person to look at, and what can be told without one: nothing is wider than the window. */
async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`) })
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(overflow, `${name} is wider than the window`).toBe(0)
}

/** What of the page reaches beyond its window to the side, so that one would have to scroll both ways to read it. */
const sticksOut = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const scrollers = [...document.querySelectorAll<HTMLElement>('html, main, [role="dialog"], section[tabindex]')]
    return scrollers
      .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
      .map((element) => `${element.tagName} ${element.getAttribute('aria-label') ?? ''}: ${element.scrollWidth} > ${element.clientWidth}`)
  })

describe.each(stages.filter(({ screens }) => wanted(screens).length > 0))('a state $name', (stage) => {
  let app: OpenApp
  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true })
    app = await stage.open()
  })
  afterAll(async () => {
    await app?.close()
    await closeChromium()
  })

  test.each(wanted(stage.screens))('$name: fits its window, zoomed too, and axe finds nothing serious in either theme', async (screen) => {
    const { page } = app
    await page.setViewportSize(large)
    await show(app, stage, screen)
    for (const language of languages) {
      await showLanguage(page, language)
      for (const { size, theme } of wantedLooks(language)) {
        await page.setViewportSize(size)
        await showTheme(page, theme)
        await picture(page, `${screen.name}-${language}-${theme}-${size.width}x${size.height}`)
        if (language === 'en') expect(await seriousFaults(page, { onlyColours: theme === 'dark' }), theme).toEqual([])
      }
      await page.setViewportSize(zoomed)
      await settle(page)
      expect(await sticksOut(page), `${language} at 200 % zoom`).toEqual([])
    }
  })
})
