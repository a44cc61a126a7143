import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FramePage } from './pages/frame.ts'
import { doors, openInBrowser } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

/** Turns some bytes in the middle of a file around, as a dying disk does. */
function damage(file: string): void {
  const bytes = readFileSync(file)
  const middle = Math.floor(bytes.length / 2)
  for (let place = middle; place < middle + 16; place++) bytes[place] = 255 - (bytes[place] ?? 0)
  writeFileSync(file, bytes)
}

describe.each(doors)('the list of jobs: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    for (let place = 0; place < 50; place++) await host.put(`sensor:${place}`, { celsius: place, note: 'x'.repeat(500) })
    await host.run('/api/backups')
  })
  const frame = () => new FramePage(app().page)
  const jobs = () => app().page.getByRole('dialog', { name: /^(Jobs|任务)$/ })

  test('counts what ended since somebody looked', async () => {
    await frame().jobsButton.filter({ hasText: '1 job has ended since you looked' }).waitFor({ timeout: 20_000 })
    await frame().jobsButton.click()
    await jobs()
      .getByText(/50 records .* every byte was read back/)
      .waitFor()
    await app().page.keyboard.press('Escape')
    await jobs().waitFor({ state: 'hidden' })
    expect(await frame().jobsButton.textContent()).toBe('Jobs')
  })

  test('says of a failure what to do, with its code, and tries again where that can do no harm', async () => {
    const [backup] = await app().host.backups()
    damage(backup?.file ?? '')
    await app()
      .host.run(`/api/backups/${backup?.id}/verify`)
      .catch(() => undefined)
    await frame()
      .notes.getByText(/^Verify backup failed/)
      .or(frame().jobsButton.filter({ hasText: 'failed' }))
      .first()
      .waitFor({ timeout: 20_000 })
    await frame().jobsButton.click()
    await jobs().getByText('backup_damaged').first().waitFor()
    await jobs().getByRole('button', { name: 'Try again' }).first().click()
    await expect.poll(() => jobs().getByText('backup_damaged').count(), { timeout: 20_000 }).toBe(2)
    await app().page.keyboard.press('Escape')
  })

  test('says it in Chinese too, with the words of the host marked as English', async () => {
    await frame().prefer({ language: 'zh-CN', theme: 'light' })
    await app().page.keyboard.press('g')
    await app().page.keyboard.press('j')
    await jobs().getByText('该备份已损坏，不可依赖。请使用其他备份，并检查存放它的磁盘。').first().waitFor()
    expect(await jobs().locator('[lang="en"]').first().textContent()).toContain('damaged')
    await jobs()
      .getByText(/每个字节都已读回核对/)
      .waitFor()
    await app().page.keyboard.press('Escape')
    await frame().prefer({ language: 'en', theme: 'light' })
  })

  test('is empty once it was cleared, also when the window is opened again', async () => {
    await frame().jobsButton.click()
    await jobs().getByRole('button', { name: 'Clear finished' }).click()
    await jobs().getByText('No jobs yet').waitFor()
    await app().page.reload()
    await frame().title.waitFor()
    await frame().jobsButton.click()
    await jobs().getByText('No jobs yet').waitFor()
    await app().page.keyboard.press('Escape')
  })
})

test('jobs are there after the host was killed and started again', async () => {
  const app = await openInBrowser()
  try {
    await app.host.put('sensor:1', { celsius: 21.5 })
    await app.host.run('/api/backups')
    await app.killHost()
    await app.startHostAgain()
    await app.page.reload()
    await new FramePage(app.page).title.waitFor()
    await new FramePage(app.page).jobsButton.click()
    await app.page
      .getByRole('dialog', { name: 'Jobs' })
      .getByText(/1 records .* every byte was read back/)
      // The page that was loaded anew may have to find the host again first.
      .waitFor({ timeout: 15_000 })
  } finally {
    await app.close()
  }
})
