import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage, pageNames } from './pages/frame.ts'
import { SettingsPage } from './pages/settings.ts'
import { TransferDialogs } from './pages/transfer.ts'
import { citiesOf } from './support/cities.ts'
import { doors, openInBrowser } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Rules broken badly, with the elements that break them: enough to find and mend them. */
async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run({ resultTypes: ['violations'] }),
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map(({ html, any }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${any[0]?.message ?? ''}`))
}

// The pages are the same through every door; one is enough to look at them.
describe.each(doors.slice(0, 1))('axe finds nothing serious: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    await host.import(citiesOf('CH').ndjson)
    await host.put('notes:first', { text: 'a note' })
    await host.run('/api/backups')
  })
  const frame = () => new FramePage(app().page)

  describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
    test('set', async () => {
      await frame().prefer({ language: 'en', theme })
    })

    test.each(pageNames)('on %s', async (name) => {
      await frame().open(name)
      await app().page.waitForLoadState('networkidle')
      expect(await seriousFaults(app().page)).toEqual([])
    })

    test('with a record open, and while it is edited', async () => {
      const data = new DataPage(app().page)
      await frame().open('Data')
      await data.search.fill('notes:')
      await data.select('notes:first')
      expect(await seriousFaults(app().page)).toEqual([])
      await data.edit('notes:first', '{"text":"changed"}')
      expect(await seriousFaults(app().page)).toEqual([])
      await data.record.getByRole('button', { name: 'Discard changes' }).click()
    })

    test('in the dialogs of Data', async () => {
      for (const name of ['New record', 'Import', 'Export']) {
        await app().page.getByRole('main').getByRole('button', { name, exact: true }).click()
        await app().page.getByRole('dialog').waitFor()
        expect(await seriousFaults(app().page)).toEqual([])
        await app().page.keyboard.press('Escape')
        await app().page.getByRole('dialog').waitFor({ state: 'hidden' })
      }
    })

    test('with settings staged, wrong, in conflict and applied', async () => {
      const settings = new SettingsPage(app().page)
      await frame().open('Settings')
      await settings.field('log.files').fill('0')
      await settings.row('log.files').getByRole('alert').waitFor()
      expect(await seriousFaults(app().page)).toEqual([])
      await settings.field('log.files').fill(theme === 'light' ? '6' : '7')
      const { dataFolder } = app().place
      writeFileSync(join(dataFolder, 'holdfast.toml'), `[log]\nfiles = ${theme === 'light' ? 8 : 9}\n`)
      await settings.apply()
      await settings.conflict.waitFor()
      expect(await seriousFaults(app().page)).toEqual([])
      await settings.conflict.getByRole('button', { name: 'Apply mine' }).click()
      await settings.done.waitFor()
      expect(await seriousFaults(app().page)).toEqual([])
    })

    test('while a table is mapped, and with lines that failed', async () => {
      const dialogs = new TransferDialogs(app().page)
      await dialogs.drop({ name: 'some.csv', text: 'id,n,place\n1,1,Bern\n2\n' })
      await dialogs.preview.waitFor()
      expect(await seriousFaults(app().page)).toEqual([])
      await dialogs.importDialog.getByRole('button', { name: 'Check the whole file' }).click()
      await dialogs.importDialog.getByText('1 line failed').waitFor()
      expect(await seriousFaults(app().page)).toEqual([])
      await dialogs.importDialog.getByRole('button', { name: 'Cancel' }).click()
      await dialogs.importDialog.waitFor({ state: 'hidden' })
    })

    test('in the menus, the jobs and the list of keys', async () => {
      for (const name of ['Theme', 'Language', 'Jobs', 'Keys']) {
        const button = app().page.getByRole('banner').first().getByRole('button', { name, exact: true })
        await button.click()
        await app()
          .page.getByRole(name === 'Theme' || name === 'Language' ? 'menu' : 'dialog')
          .first()
          .waitFor()
        expect(await seriousFaults(app().page)).toEqual([])
        await app().page.keyboard.press('Escape')
        await app()
          .page.getByRole(name === 'Theme' || name === 'Language' ? 'menu' : 'dialog')
          .first()
          .waitFor({ state: 'hidden' })
      }
    })
  })

  test('where a token is asked for', async () => {
    const browser = await openInBrowser()
    try {
      const tab = await browser.page.context().newPage()
      await tab.goto(browser.address.split('#')[0] ?? '')
      await tab.getByRole('textbox', { name: 'Address or token' }).waitFor()
      expect(await seriousFaults(tab)).toEqual([])
    } finally {
      await browser.close()
    }
  })

  test('with an empty store', async () => {
    const empty = await door.open()
    try {
      await new FramePage(empty.page).title.waitFor()
      for (const name of pageNames) {
        await new FramePage(empty.page).open(name)
        expect(await seriousFaults(empty.page)).toEqual([])
      }
    } finally {
      await empty.close()
    }
  })
})
