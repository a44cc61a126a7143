import { describe, expect, test } from 'vitest'
import { FramePage } from './pages/frame.ts'
import { doors } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

describe.each(doors)('health and settings: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    for (let index = 0; index < 50; index++) await host.put(`sensor:${index}`, { index })
  })
  const frame = () => new FramePage(app().page)
  const main = () => app().page.getByRole('main')

  test('every check says how it stands and why', async () => {
    await frame().open('Health')
    const checks = main().getByRole('region', { name: 'Checks' })
    for (const name of ['Store', 'Reads and writes', 'Disk space', 'Integrity', 'Backups'])
      await checks.getByText(name, { exact: true }).waitFor()
  })

  test('the charts go on as long as the page is open', async () => {
    const charts = main().getByRole('region', { name: 'Charts' })
    for (const name of ['Operations', 'Read latency', 'Write latency', 'Errors', 'Free disk space']) {
      await charts.getByRole('img', { name }).waitFor({ timeout: 15_000 })
    }
    await charts.getByRole('button', { name: 'Show as table' }).click()
    const table = charts.getByRole('table', { name: 'Operations' })
    const newest = () => table.getByRole('row').nth(1).textContent()
    const before = await newest()
    await expect.poll(newest, { timeout: 15_000 }).not.toBe(before)
    await charts.getByRole('button', { name: 'Show as chart' }).click()
  })

  test('the charts show that something is being read', async () => {
    const charts = main().getByRole('region', { name: 'Charts' })
    await charts.getByRole('button', { name: 'Show as table' }).click()
    const table = charts.getByRole('table', { name: 'Operations' })
    const deadline = Date.now() + 15_000
    let busiest = 0
    while (busiest <= 50 && Date.now() < deadline) {
      await Promise.all(Array.from({ length: 200 }, (_, index) => app().host.get(`sensor:${index % 50}`)))
      const figures = await table.getByRole('cell').filter({ hasText: '/s' }).allTextContents()
      busiest = Math.max(busiest, ...figures.map((text) => Number.parseFloat(text.replaceAll(',', ''))))
    }
    // The page itself asks for a few a second.
    expect(busiest).toBeGreaterThan(50)
    await charts.getByRole('button', { name: 'Show as chart' }).click()
  })
})
