import { readFileSync } from 'node:fs'
import type { Download } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { FramePage } from './pages/frame.ts'
import { doors } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const waitMs = 15_000

describe.each(doors)('health: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    for (let index = 0; index < 50; index++) await host.put(`sensor:${index}`, { index })
    for (let index = 0; index < 50; index++) await host.get(`sensor:${index}`)
  })
  const frame = () => new FramePage(app().page)
  const main = () => app().page.getByRole('main')
  const charts = () => main().getByRole('region', { name: 'Charts' })
  const chart = (name: string) => charts().getByRole('img', { name })
  const button = (name: string) => charts().getByRole('button', { name, exact: true })
  /** The sentence that is there while the charts stand still. */
  const still = () => charts().getByRole('status')
  const saved = async (item: string): Promise<Download> => {
    await button('Save all').click()
    const [download] = await Promise.all([app().page.waitForEvent('download'), app().page.getByRole('menuitem', { name: item }).click()])
    return download
  }

  test('every check says how it stands and why', async () => {
    await frame().open('Health')
    const checks = main().getByRole('region', { name: 'Checks' })
    for (const name of ['Store', 'Reads and writes', 'Disk space', 'Integrity', 'Backups'])
      await checks.getByText(name, { exact: true }).waitFor()
  })

  test('what takes the time is said in words', async () => {
    const causes = main().getByRole('region', { name: 'What takes the time' })
    await causes.getByText('Of 100 writes 99 took less than', { exact: false }).waitFor({ timeout: waitMs })
    await causes.getByText('Sync of the disk').waitFor()
  })

  test('the figures stand beside their targets', async () => {
    const goals = main().getByRole('table', { name: 'Figures and targets' })
    await goals.getByText('Durable writes, 99 of 100 done within').waitFor()
    await goals.getByText('Saved by compression').waitFor()
  })

  test('the charts go on as long as the page is open', async () => {
    for (const name of ['Operations', 'Read latency', 'Write latency', 'Errors', 'Free disk space'])
      await chart(name).waitFor({ timeout: waitMs })
    await button('Show as table').click()
    const table = charts().getByRole('table', { name: 'Operations' })
    const newest = () => table.getByRole('row').nth(1).textContent()
    const before = await newest()
    await expect.poll(newest, { timeout: waitMs }).not.toBe(before)
    await button('Show as chart').click()
  })

  test('the charts show that something is being read', async () => {
    await button('Show as table').click()
    const table = charts().getByRole('table', { name: 'Operations' })
    const deadline = Date.now() + waitMs
    let busiest = 0
    while (busiest <= 50 && Date.now() < deadline) {
      await Promise.all(Array.from({ length: 200 }, (_, index) => app().host.get(`sensor:${index % 50}`)))
      const figures = await table.getByRole('cell').filter({ hasText: '/s' }).allTextContents()
      busiest = Math.max(busiest, ...figures.map((text) => Number.parseFloat(text.replaceAll(',', ''))))
    }
    // The page itself asks for a few a second.
    expect(busiest).toBeGreaterThan(50)
    await button('Show as chart').click()
  })

  test('dragging over a chart shows that time in all of them, and stands still until one goes back to now', async () => {
    const box = await chart('Operations').boundingBox()
    if (!box) throw new Error('The chart is not drawn.')
    const { mouse } = app().page
    await mouse.move(box.x + box.width * 0.7, box.y + box.height / 2)
    await mouse.down()
    await mouse.move(box.x + box.width * 0.9, box.y + box.height / 2, { steps: 5 })
    await mouse.up()
    await still().waitFor()
    await button('Back to now').click()
    await still().waitFor({ state: 'detached' })
  })

  test('keys zoom, move through time, stop and go on', async () => {
    const { keyboard } = app().page
    await chart('Operations').focus()
    await keyboard.press('+')
    const near = await still().textContent()
    await keyboard.press('Shift+ArrowLeft')
    await expect.poll(() => still().textContent()).not.toBe(near)
    await keyboard.press('0')
    await still().waitFor({ state: 'detached' })
    await keyboard.press('p')
    await still().waitFor()
    await keyboard.press('p')
    await still().waitFor({ state: 'detached' })
  })

  test('one cursor runs through all charts, with the keys too', async () => {
    await chart('Operations').focus()
    await app().page.keyboard.press('ArrowLeft')
    const cursors = () =>
      charts()
        .locator('.u-cursor-x')
        .evaluateAll((lines) => lines.filter((line) => !line.classList.contains('u-off')).map((line) => getComputedStyle(line).transform))
    await expect.poll(async () => (await cursors()).length).toBeGreaterThan(1)
    expect(new Set(await cursors()).size).toBe(1)
  })

  test('a backup is marked in the charts, and its mark leads to its time', async () => {
    await app().host.run('/api/backups')
    const happened = charts().getByRole('region', { name: 'What happened' })
    await happened
      .getByRole('button', { name: /Backup made/ })
      .first()
      .click({ timeout: waitMs })
    await still().waitFor()
    await button('Back to now').click()
    await happened
      .getByRole('button', { name: /Host started/ })
      .first()
      .waitFor()
  })

  test('the figures and the picture can be saved', async () => {
    const figures = readFileSync(await (await saved('Save figures (CSV)')).path(), 'utf8').split('\r\n')
    expect(figures[0]).toMatch(/^time,reads_per_second,reads_per_second_min/)
    expect(figures.at(-2)).toMatch(/^\d{4}-\d\d-\d\dT/)
    const picture = readFileSync(await (await saved('Save picture (PNG)')).path())
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
  })
})
