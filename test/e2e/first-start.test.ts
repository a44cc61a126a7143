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
    await app().page.evaluate(() => {
      for (const name of Object.keys(localStorage)) if (name.startsWith('holdfast.first/')) localStorage.removeItem(name)
    })
    await app().page.reload()
    await new OverviewPage(app().page).loadSample.waitFor()
  })

  test('leads to the import of a file', async () => {
    await new OverviewPage(app().page).importFile.click()
    const dialog = app().page.getByRole('dialog', { name: 'Import records' })
    await dialog.waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
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
    await app()
      .page.getByRole('dialog', { name: /Jobs|job running/ })
      .getByText('Load sample data')
      .waitFor()
    await app().page.keyboard.press('Escape')
    expect((await app().host.list('')).length).toBeGreaterThan(0)
  })

  test('leads on to a backup that was read back, and to a program; then the steps are gone', async () => {
    const steps = app().page.getByRole('region', { name: 'First steps' })
    await steps.getByText('Data is in').waitFor()
    await steps.getByRole('button', { name: 'Back up now' }).click()
    await steps.getByText('The first backup is made and was read back').waitFor({ timeout: 60_000 })
    expect((await app().host.backups())[0]?.state).toBe('verified')
    await steps.getByRole('button', { name: 'What is this: Verified' }).click()
    await app().page.getByText('The backup was read back from its place, whole').waitFor()
    await app().page.keyboard.press('Escape')
    const line = (await new OverviewPage(app().page).curlLine.textContent()) ?? ''
    await promisify(exec)(line, { timeout: 5000 })
    await steps.waitFor({ state: 'hidden' })
  })
})
