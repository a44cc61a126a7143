import type { Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { type BrowserApp, closeChromium, openInBrowser } from './support/doors.ts'

const size = 10_000_000
const keyAt = (rank: number): string => `key:${String(rank).padStart(8, '0')}`
const itemAt = (rank: number) => {
  const at = '2026-01-01T00:00:00.000Z'
  return { key: keyAt(rank), version: 'v', contentType: 'text/plain', size: 10, createdAt: at, updatedAt: at }
}

/** The rank of the first key that is not below a text. */
function rankOf(text: string): number {
  if (text <= 'key:') return 0
  if (!text.startsWith('key:')) return text < 'key:' ? 0 : size
  const digits = text.slice(4, 12)
  return Math.min(size, Number(digits.padEnd(8, '0')) + (text.length > 12 ? 1 : 0))
}

/** Ten million keys that are never anywhere: each answer is computed. Stands for the host's store; the page, its list and Chromium are the real ones. */
class ComputedStore {
  asked = 0
  sent = 0

  async serve(page: Page): Promise<void> {
    await page.route(/\/api\/(data|position|tree)(\?|$)/, (route) => this.#answer(route))
  }

  #answer(route: Route): Promise<void> {
    const { pathname, searchParams } = new URL(route.request().url())
    this.asked++
    const answers: Record<string, (query: URLSearchParams) => unknown> = {
      '/api/data': (query) => this.#page(query),
      '/api/position': (query) => this.#position(query),
      '/api/tree': () => ({ items: [{ id: 'key:', name: 'key:', prefix: 'key:', count: size, exact: true }], next: null }),
    }
    return route.fulfill({ json: answers[pathname]?.(searchParams) })
  }

  #range(query: URLSearchParams): [number, number] {
    const prefix = query.get('prefix') ?? ''
    return prefix === '' ? [0, size] : [rankOf(prefix), Number(prefix.slice(4).padEnd(8, '9')) + 1]
  }

  #page(query: URLSearchParams): unknown {
    const [first, end] = this.#range(query)
    const limit = Number(query.get('limit') ?? 100)
    const after = query.get('after')
    if (query.get('reverse') === 'true') {
      const top = after === null ? end : Math.min(end, rankOf(after))
      const low = Math.max(first, top - limit)
      const items = Array.from({ length: top - low }, (_, place) => itemAt(top - 1 - place))
      this.sent += items.length
      return { items, next: low > first ? keyAt(low) : null }
    }
    const begin = Math.max(first, rankOf(query.get('from') ?? ''), after === null ? 0 : rankOf(`${after}x`))
    const items = Array.from({ length: Math.max(0, Math.min(limit, end - begin)) }, (_, place) => itemAt(begin + place))
    this.sent += items.length
    return { items, next: begin + items.length < end ? (items.at(-1)?.key ?? null) : null }
  }

  #position(query: URLSearchParams): unknown {
    const [first, end] = this.#range(query)
    const figures = { total: end - first, exact: true, complete: true }
    const key = query.get('key')
    if (key !== null) return { key, before: rankOf(key) - first, ...figures }
    const rank = query.get('rank')
    return rank === null ? { key: null, before: 0, ...figures } : { key: keyAt(first + Number(rank)), before: Number(rank), ...figures }
  }
}

describe('the list of ten million keys in Chromium', () => {
  const store = new ComputedStore()
  let app: BrowserApp
  const data = () => new DataPage(app.page)
  const shownRanks = async () => {
    const keys = await data()
      .keys.getByRole('option')
      .evaluateAll((rows) => rows.map((row) => row.querySelector('[title]')?.getAttribute('title') ?? ''))
    return keys.map((key) => Number(key.slice(4)))
  }
  const settled = async (isThere: (ranks: number[]) => boolean) => {
    await expect.poll(async () => isThere(await shownRanks())).toBe(true)
    const ranks = await shownRanks()
    // Neighbours are neighbours: nothing is missing, nothing comes twice.
    expect(ranks).toEqual(ranks.map((_, place) => (ranks[0] ?? 0) + place))
    expect(ranks.length).toBeLessThan(60)
    return ranks
  }

  beforeAll(async () => {
    app = await openInBrowser()
    await store.serve(app.page)
    await new FramePage(app.page).open('Data')
    await data().keys.getByRole('option').first().waitFor()
  })
  afterAll(async () => {
    expect(app.complaints).toEqual([])
    await app.close()
    await closeChromium()
  })

  test('says how many there are, and shows the first', async () => {
    await data().sentence('10,000,000 records').waitFor()
    await settled(([first]) => first === 0)
  })

  test('scrolls by the wheel through thousands of them without a gap', async () => {
    await data().keys.hover()
    for (let turn = 0; turn < 40; turn++) await app.page.mouse.wheel(0, 2800)
    await settled(([first]) => first === 4000)
  })

  test('the scroll bar is true: its middle is the middle', async () => {
    const bar = app.page.getByRole('scrollbar')
    const track = await bar.boundingBox()
    const thumb = await bar.locator('div').first().boundingBox()
    if (!track || !thumb) throw new Error('There is no scroll bar.')
    const x = thumb.x + thumb.width / 2
    const middle = track.y + track.height / 2
    await app.page.mouse.move(x, thumb.y + thumb.height / 2)
    await app.page.mouse.down()
    for (let step = 1; step <= 10; step++)
      await app.page.mouse.move(x, thumb.y + thumb.height / 2 + ((middle - thumb.y - thumb.height / 2) * step) / 10)
    await expect.poll(() => bar.getAttribute('aria-valuetext')).toMatch(/^[45],\d{3},\d{3} of 10,000,000$/)
    await app.page.mouse.up()
    const [first = 0] = await settled(([rank = 0]) => rank > 1_000_000)
    expect(Math.abs(first - size / 2) / size).toBeLessThan(0.02)
  })

  test('End and Home reach the very last and the very first', async () => {
    await data().keys.focus()
    await app.page.keyboard.press('End')
    await settled((ranks) => ranks.at(-1) === size - 1)
    await app.page.keyboard.press('Home')
    await settled(([first]) => first === 0)
  })

  test('typing jumps to the key', async () => {
    await data().keys.focus()
    await app.page.keyboard.type('key:07654321')
    await settled(([first]) => first === 7_654_321)
    expect(await data().keys.getByRole('option', { selected: true }).getAttribute('aria-posinset')).toBe('7654322')
  })

  test('a prefix shows its own part, with its own number', async () => {
    await data().search.fill('key:0123')
    await data().sentence('10,000 records begin with “key:0123”').waitFor()
    await settled(([first]) => first === 1_230_000)
  })

  test('all that took a few hundred questions, not a walk', () => {
    expect(store.asked).toBeLessThan(400)
    expect(store.sent).toBeLessThan(60_000)
  })
})
