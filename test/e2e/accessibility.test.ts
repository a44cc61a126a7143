import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FramePage, pageNames } from './pages/frame.ts'
import { closeChromium, type OpenApp, openInBrowser } from './support/doors.ts'
import { seriousFaults } from './support/serious-faults.ts'

/** Of what has the focus: what is wrong with it for somebody who sees nothing but its ring, or hears nothing but its name. */
const focusFaults = (page: Page): Promise<{ what: string; faults: string[] } | null> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return null
    // Switches and radio buttons draw the ring beside the field that has the focus.
    const ringed = [element, element.nextElementSibling, element.parentElement].some((one) => {
      if (one === null) return false
      const { outlineStyle, boxShadow } = getComputedStyle(one)
      return outlineStyle !== 'none' || boxShadow !== 'none'
    })
    const { left, top, width, height, right, bottom } = element.getBoundingClientRect()
    const seen = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth
    const over = document.elementFromPoint(left + width / 2, top + height / 2)
    const covered = over !== null && !element.parentElement?.contains(over) && !over.contains(element)
    const labels = element instanceof HTMLInputElement || element instanceof HTMLSelectElement ? element.labels : null
    const name = element.getAttribute('aria-label') ?? labels?.[0]?.textContent ?? element.textContent
    const faults = [!ringed && 'no visible focus', !seen && 'out of sight', covered && 'covered', !name && 'no name']
    return { what: `${element.tagName} ${name}`, faults: faults.filter((fault) => fault !== false) }
  })

describe('by keyboard alone', () => {
  let app: OpenApp
  const steps = 24
  beforeAll(async () => {
    app = await openInBrowser()
    await app.host.put('sensor:1', { celsius: 21.5 })
    await app.host.run('/api/backups')
    const json = { 'content-type': 'application/json' }
    await app.host.send('POST', '/api/locks', JSON.stringify({ names: ['press:4'], leaseMs: 600_000 }), json)
    await app.host.send('PUT', '/api/collections/sensors', JSON.stringify({ prefix: 'sensor:' }), json)
  })
  afterAll(async () => {
    await app?.close()
    await closeChromium()
  })

  test.each(pageNames)('%s: every stop of the tab key has a name and a focus that is seen, and none holds it', async (name) => {
    const { page } = app
    await new FramePage(page).openPath(name)
    await page.locator('main').getByText('Loading…').first().waitFor({ state: 'detached' })
    await page.locator('main').focus()
    const stops: string[] = []
    for (let step = 0; step < steps; step++) {
      await page.keyboard.press('Tab')
      const stop = await focusFaults(page)
      if (stop === null) break
      expect(stop.faults, stop.what).toEqual([])
      stops.push(stop.what)
    }
    expect(new Set(stops).size).toBeGreaterThan(3)
  })

  test('a note gives way to what has the focus below it', async () => {
    const { page } = app
    await new FramePage(page).openPath('Overview')
    await app.host.run('/api/backups')
    const note = page.getByRole('region', { name: 'Notices' }).getByRole('status')
    // It stays while the pointer rests on it.
    await note.hover()
    const below = await page.evaluateHandle(() => {
      const link = document.createElement('button')
      link.textContent = 'below the note'
      Object.assign(link.style, { position: 'fixed', right: '40px', bottom: '20px' })
      document.querySelector('main')?.append(link)
      return link
    })
    await below.evaluate((link) => link.focus())
    await note.waitFor()
    await expect.poll(async () => (await focusFaults(page))?.faults).toEqual([])
    await below.evaluate((link) => link.remove())
  })
})

describe('what the system asks for', () => {
  let app: Awaited<ReturnType<typeof openInBrowser>>
  beforeAll(async () => {
    app = await openInBrowser()
  })
  afterAll(async () => {
    await app?.close()
    await closeChromium()
  })

  test('less motion: nothing on the page moves', async () => {
    await app.page.emulateMedia({ reducedMotion: 'reduce' })
    const moving = await app.page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .map((element) => getComputedStyle(element))
        .filter(({ animationName, transitionDuration }) => animationName !== 'none' || /[1-9]/.test(transitionDuration)),
    )
    expect(moving).toHaveLength(0)
  })

  test('colours of its own: the current page and the focus can still be told', async () => {
    await app.page.emulateMedia({ forcedColors: 'active' })
    const outline = (selector: string) =>
      app.page.evaluate((one) => getComputedStyle(document.querySelector(one) as Element).outlineStyle, selector)
    expect(await outline('nav a[aria-current="page"]')).toBe('solid')
    await app.page.emulateMedia({ forcedColors: 'none' })
  })

  test('the page where a token is asked for has no serious fault', async () => {
    const tab = await app.page.context().newPage()
    await tab.goto(app.address.split('#')[0] ?? '')
    await tab.getByRole('textbox', { name: 'Address or token' }).waitFor()
    expect(await seriousFaults(tab)).toEqual([])
    await tab.close()
  })

  test('the first thing that the tab key reaches leads past the navigation', async () => {
    await app.page.reload()
    await app.page.getByRole('heading', { level: 1 }).waitFor()
    await app.page.keyboard.press('Tab')
    await app.page.getByRole('button', { name: 'Skip to the page' }).press('Enter')
    expect(await app.page.evaluate(() => document.activeElement?.id)).toBe('main')
  })
})

test('the frame is painted while the host has not answered anything yet', async () => {
  const app = await openInBrowser()
  try {
    await app.page.route('**/api/**', () => undefined)
    await app.page.reload()
    await app.page.getByRole('navigation', { name: 'Pages' }).waitFor()
    await app.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await app.page.getByRole('banner').first().getByText('Connecting…').waitFor()
  } finally {
    await app.close()
    await closeChromium()
  }
})
