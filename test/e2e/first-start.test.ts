import { exec } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { FramePage } from './pages/frame.ts'
import { OverviewPage } from './pages/overview.ts'
import { doors } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

describe.each(doors)('the first start: $name', (door) => {
  const app = useApp(door)

  test('shows what can be done with an empty store', async () => {
    const overview = new OverviewPage(app().page)
    await overview.loadSample.waitFor()
    await overview.importFile.waitFor()
  })

  test('shows a line that connects a program when it is pasted', async () => {
    const line = (await new OverviewPage(app().page).curlLine.textContent()) ?? ''
    expect(line).toMatch(/^curl --unix-socket /)
    await promisify(exec)(line, { timeout: 5000 })
    expect(await app().host.get('first-key')).toBe('hello')
    await app().host.delete('first-key')
    await new OverviewPage(app().page).loadSample.waitFor()
  })

  test('leads to the import of a file', async () => {
    await new OverviewPage(app().page).importFile.click()
    const dialog = app().page.getByRole('dialog', { name: 'Import records' })
    await dialog.waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await new FramePage(app().page).open('Overview')
  })

  test('the token is not in the address', async () => {
    expect(await app().page.evaluate(() => location.href)).not.toMatch(/token/i)
  })

  test('loads the sample data as a job, and then shows the store', async () => {
    const overview = new OverviewPage(app().page)
    await overview.loadSample.click()
    await overview
      .figure('Records')
      .filter({ hasText: /\d[\d,]{3,}/ })
      .waitFor({ timeout: 60_000 })
    await new FramePage(app().page).jobsButton.click()
    await app().page.getByRole('dialog', { name: 'Jobs' }).getByText('Load sample data').waitFor()
    expect((await app().host.list('')).length).toBeGreaterThan(0)
  })
})
