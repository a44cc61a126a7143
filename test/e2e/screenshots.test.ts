import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeChromium, type OpenApp } from './support/doors.ts'
import { screenshots } from './support/places.ts'
import { type Look, type Screen, show, stages } from './support/screens.ts'

const sizes = [
  { width: 1280, height: 800 },
  { width: 960, height: 600 },
]
const looks: readonly Look[] = [
  { language: 'en', theme: 'light' },
  { language: 'en', theme: 'dark' },
  { language: 'zh-CN', theme: 'light' },
  { language: 'zh-CN', theme: 'dark' },
]

/** `HOLDFAST_SCREENS=data,jobs` makes only the pictures whose name contains one of these. */
const names = (process.env.HOLDFAST_SCREENS ?? '').split(',').filter((name) => name !== '')
const wanted = (screens: readonly Screen[]) => screens.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))

/** Pictures of every page and state for a person to look at, and what can be told without one: nothing is wider than the window. */
describe.each(stages)('pictures $name', (stage) => {
  let app: OpenApp
  beforeAll(async () => {
    mkdirSync(screenshots, { recursive: true })
    app = await stage.open()
  })
  afterAll(async () => {
    await app?.close()
    await closeChromium()
  })

  test.each(wanted(stage.screens))('$name', async (screen) => {
    for (const look of looks) {
      await app.page.setViewportSize(sizes[0] ?? { width: 1280, height: 800 })
      await show(app, stage, screen, look)
      for (const size of sizes) {
        await app.page.setViewportSize(size)
        await app.page.waitForTimeout(150)
        const file = `${screen.name}-${look.language}-${look.theme}-${size.width}x${size.height}.png`
        await app.page.screenshot({ path: join(screenshots, file) })
        const overflow = await app.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        expect(overflow, `${file} is wider than the window`).toBe(0)
      }
    }
  })
})
