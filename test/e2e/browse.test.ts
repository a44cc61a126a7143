import { describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { savedBy } from './pages/transfer.ts'
import { citiesOf } from './support/cities.ts'
import { doorsAndClient } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const cities = citiesOf('CH', 'IS')
const hidden = 'odd:\u202egpj.exe\n'

describe.each(doorsAndClient)('looking around in many records: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    await host.import(cities.ndjson)
    for (const key of ['plant', 'plant:hall-1', 'plant:hall-1:oven', 'plant:hall-2:press', 'dotted.a', hidden])
      await host.put(key, { of: key })
  })
  const data = () => new DataPage(app().page)
  const frame = () => new FramePage(app().page)

  test('the tree opens a branch and the list shows what lies below it', async () => {
    await frame().open('Data')
    await data().branch('town:').getByText('town:').click()
    await data()
      .sentence(/records begin with “town:”/)
      .waitFor()
    await data().tree.press('ArrowRight')
    await data().branch('CH:').waitFor()
    await data().branch('CH:').click()
    await data()
      .sentence(/records begin with “town:CH:”/)
      .waitFor()
    // What was just imported is counted once it is in the database.
    await expect
      .poll(() => data().keys.getByRole('option').first().getAttribute('aria-setsize'), { timeout: 10_000 })
      .toBe(String(cities.keys.filter((key) => key.startsWith('town:CH:')).length))
  })

  test('a record whose name is a branch too can be shown from the tree', async () => {
    await data().tree.getByRole('button', { name: 'Show the record: plant', includeHidden: true }).click()
    await data().record.getByRole('heading', { name: 'plant' }).waitFor()
    await data().branch('plant:').getByText('plant:').click()
    await data().tree.press('ArrowRight')
    await data().branch('hall-1:').waitFor()
    expect(await data().branch('hall-1').count()).toBe(0)
  })

  test('the tree follows what other programs write', async () => {
    await app().host.put('plant:hall-3:lamp', 1)
    await data().branch('hall-3:').waitFor()
  })

  test('keys are split at what a person chooses, and it is remembered', async () => {
    await app().page.getByRole('button', { name: 'Keys are split at : /' }).click()
    await app().page.getByRole('textbox', { name: 'Split keys at' }).fill('.')
    await app().page.getByRole('button', { name: 'Split so' }).click()
    await data().branch('dotted.').waitFor()
    await frame().open('Overview')
    await frame().open('Data')
    await data().branch('dotted.').waitFor()
    await app().page.getByRole('button', { name: 'Keys are split at .' }).click()
    await app().page.getByRole('button', { name: 'As in the keys' }).click()
    await data().branch('town:').waitFor()
  })

  test('the widths of the panes are changed by keys and are there again after a reload', async () => {
    const width = async () => Math.round((await data().tree.boundingBox())?.width ?? 0)
    const before = await width()
    const separator = app().page.getByRole('separator').first()
    await separator.focus()
    for (let step = 0; step < 2; step++) await app().page.keyboard.press('ArrowRight')
    await expect.poll(width).toBeGreaterThan(before + 20)
    const after = await width()
    await app().page.reload()
    await data().tree.waitFor()
    await expect.poll(async () => Math.abs((await width()) - after)).toBeLessThanOrEqual(2)
  })

  test('letters typed in the list jump, and begin nothing else', async () => {
    await data().search.fill('')
    await data().key('dotted.a').waitFor()
    await data().search.press('Enter')
    await app().page.keyboard.type('plant:hall-2')
    await data().record.getByRole('heading', { name: 'plant:hall-2:press' }).waitFor()
    await app().page.keyboard.press('Escape')
    await app().page.keyboard.type('n')
    expect(await app().page.getByRole('dialog').count()).toBe(0)
    await app().page.keyboard.press('Escape')
    await app().page.keyboard.press('/')
    expect(await data().search.evaluate((field) => field === document.activeElement)).toBe(true)
  })

  test('F6 goes from pane to pane', async () => {
    await data().tree.focus()
    const focused = () => app().page.evaluate(() => document.activeElement?.getAttribute('data-pane'))
    await app().page.keyboard.press('F6')
    expect(await focused()).toBe('keys')
    await app().page.keyboard.press('F6')
    expect(await focused()).toBe('value')
    await app().page.keyboard.press('Shift+F6')
    expect(await focused()).toBe('keys')
    await data().tree.focus()
    await app().page.keyboard.press('Insert')
    const dialog = app().page.getByRole('dialog', { name: 'New record' })
    await dialog.waitFor()
    await app().page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  })

  test('characters that nobody would see are shown by their names', async () => {
    await data().search.fill('odd:')
    await data().key('odd:U+202Egpj.exe⏎').waitFor()
  })

  test('a search in values lists what it finds, with its surroundings', async () => {
    await data().find('Value contains', 'Reykjavík')
    await app()
      .page.getByText(/\d+ found · searched all/)
      .waitFor()
    await data().key('town:IS:Reykjavík:').first().click()
    await data().record.getByRole('heading', { name: 'town:IS:Reykjavík:' }).waitFor()
    expect(await data().keys.locator('mark').first().textContent()).toBe('Reykjavík')
  })

  test('all that a search found is exported, and nothing else', async () => {
    await data().find('Key contains', 'Reykjav')
    await app().page.getByRole('button', { name: 'Export all found…' }).click()
    const dialog = app().page.getByRole('dialog', { name: 'Export records' })
    const saved = await savedBy(app(), () => dialog.getByRole('button', { name: 'Export to a file' }).click())
    const keys = saved
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { key: string }).key)
    expect(keys).not.toEqual([])
    expect(keys.filter((key) => !key.includes('Reykjav'))).toEqual([])
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await dialog.waitFor({ state: 'hidden' })
  })

  test('a search that finds nothing says so and leads back', async () => {
    await data().find('Key contains', 'no such key')
    await app().page.getByText('Nothing was found').waitFor()
    await app().page.getByRole('button', { name: 'Back to all keys' }).last().click()
    await data().keys.getByRole('option').first().waitFor()
  })

  test('a pattern that is none is refused in words', async () => {
    await data().find('Key matches pattern', '(')
    await app()
      .page.getByText(/this pattern cannot be used/)
      .waitFor()
    await data().find('Key matches pattern', '^town:IS:R')
    await data().key('town:IS:Reykjavík:').waitFor()
    expect(
      await app()
        .page.getByText(/this pattern cannot be used/)
        .count(),
    ).toBe(0)
  })

  test('marked records are deleted after a dry run that says how many and how large', async () => {
    await data().list('plant:')
    await data().key('plant:hall-1:oven').click()
    await data().keys.press('Space')
    await data()
      .key('plant:hall-2:press')
      .click({ modifiers: ['ControlOrMeta'] })
    const bar = app().page.getByRole('toolbar', { name: /^2 marked/ })
    await bar.getByRole('button', { name: 'Delete' }).click()
    const dialog = app().page.getByRole('dialog', { name: 'Delete many records' })
    await dialog.getByText(/^2 records with \d+ B would be deleted\.$/).waitFor()
    await dialog.getByRole('button', { name: 'Delete 2 records' }).click()
    await expect.poll(() => app().host.get('plant:hall-1:oven')).toBeUndefined()
    await expect.poll(() => app().host.get('plant:hall-2:press')).toBeUndefined()
    expect(await app().host.get('plant:hall-1')).toBeDefined()
  })

  test('everything under a prefix gets an end, without being touched before a yes', async () => {
    await data().list('town:IS:')
    await data().keys.press('ControlOrMeta+a')
    const bar = app().page.getByRole('toolbar', { name: 'All records that begin with “town:IS:” are marked' })
    await bar.getByRole('button', { name: 'Change expiry' }).click()
    const dialog = app().page.getByRole('dialog', { name: 'Change when records expire' })
    const count = cities.keys.filter((key) => key.startsWith('town:IS:')).length
    await dialog.getByText(`${count} records with`).waitFor()
    expect((await app().host.list('town:IS:')).some(({ expiresAt }) => expiresAt !== undefined)).toBe(false)
    await dialog.getByRole('button', { name: `Change ${count} records` }).click()
    await expect.poll(async () => (await app().host.list('town:IS:')).every(({ expiresAt }) => expiresAt !== undefined)).toBe(true)
  })

  test('deleting by prefix asks for the prefix to be typed', async () => {
    await data().list('town:IS:')
    await app().page.getByRole('button', { name: 'More actions' }).click()
    await app().page.getByRole('menuitem', { name: 'Delete by prefix' }).click()
    const dialog = app().page.getByRole('dialog', { name: 'Delete many records' })
    await dialog.getByText(/would be deleted/).waitFor()
    const dryRuns = async () => (await app().host.send('GET', '/api/jobs?limit=200')).text.split('"bulk-check"').length
    const before = await dryRuns()
    const prefix = dialog.getByRole('textbox', { name: 'All records whose key begins with' })
    // At once, so that how many dry runs come of it does not depend on how fast the machine types.
    await prefix.evaluate(
      (field, texts) => {
        const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value') ?? {}
        for (const text of texts) {
          set?.call(field, text)
          field.dispatchEvent(new Event('input', { bubbles: true }))
        }
      },
      ['R', 'Re', 'Rey', 'Reykjav', 'town:IS:'],
    )
    await dialog.getByText(/would be deleted/).waitFor()
    expect(await dryRuns(), 'dry runs of a prefix that was typed').toBe(before + 1)
    const button = dialog.getByRole('button', { name: /^Delete \d+ records$/ })
    expect(await button.isDisabled()).toBe(true)
    await dialog.getByRole('textbox', { name: 'Type the prefix to confirm' }).fill('town:IS:')
    await button.click()
    await expect.poll(async () => (await app().host.list('town:IS:')).length).toBe(0)
    const notes = new FramePage(app().page).notes.getByRole('status')
    await notes.filter({ hasText: 'Delete records: done.' }).waitFor()
    expect(await notes.filter({ hasText: 'has begun' }).count(), 'the note that it began is gone').toBe(0)
  })

  test('deleting everything asks for its number', async () => {
    await data().search.fill('')
    await app().page.getByRole('button', { name: 'More actions' }).click()
    await app().page.getByRole('menuitem', { name: 'Delete by prefix' }).click()
    const dialog = app().page.getByRole('dialog', { name: 'Delete many records' })
    await dialog.getByText(/These are all records of the store/).waitFor()
    expect(await dialog.getByRole('button', { name: /^Delete [\d,]+ records$/ }).isDisabled()).toBe(true)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect((await app().host.list('town:')).length).toBeGreaterThan(0)
  })
})
