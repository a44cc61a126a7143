import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeChromium, type OpenApp } from './support/doors.ts'
import { screenshots } from './support/places.ts'
import { languages, type Screen, settle, show, showTheme, stages, themes } from './support/screens.ts'
import { seriousFaults } from './support/serious-faults.ts'

const large = { width: 1280, height: 800 }
const small = { width: 960, height: 600 }

/** `HOLDFAST_SCREENS=data,jobs` goes only through the states whose name contains one of these. */
const names = (process.env.HOLDFAST_SCREENS ?? '').split(',').filter((name) => name !== '')
const wanted = (screens: readonly Screen[]) => screens.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))

/** A picture for a person to look at, and what can be told without one: nothing is wider than the window. */
async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`) })
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(overflow, `${name} is wider than the window`).toBe(0)
}

describe.each(stages)('a state $name', (stage) => {
  let app: OpenApp
  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true })
    app = await stage.open()
  })
  afterAll(async () => {
    await app?.close()
    await closeChromium()
  })

  test.each(wanted(stage.screens))('$name: fits both windows, and axe finds nothing serious in either theme', async (screen) => {
    const { page } = app
    for (const language of languages) {
      await page.setViewportSize(large)
      await show(app, stage, screen, language)
      for (const size of [large, small]) {
        await page.setViewportSize(size)
        await settle(page)
        for (const theme of themes) {
          await showTheme(page, theme)
          await picture(page, `${screen.name}-${language}-${theme}-${size.width}x${size.height}`)
          if (language === 'en' && size === large) expect(await seriousFaults(page), theme).toEqual([])
        }
      }
    }
  })
})
