import { describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { citiesOf } from './support/cities.ts'
import { doorsAndClient } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const cities = citiesOf('IS')

describe.each(doorsAndClient)('activity: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    await host.import(cities.ndjson)
    await host.put('notes:one', { text: 'keep me' })
  })
  const frame = () => new FramePage(app().page)
  const rows = () => app().page.getByRole('region', { name: 'Acts, newest first' }).getByRole('listitem')
  const everything = async () => (await app().host.send('GET', '/api/export')).text
  const undoFirst = async () => {
    await rows().first().getByRole('button', { name: 'Undo' }).click()
    const dialog = app().page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Undo' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }

  test('a deletion by prefix is listed, and undone to the same bytes', async () => {
    const before = await everything()
    await app().host.send('DELETE', '/api/data?prefix=town:')
    await expect.poll(async () => (await everything()).split('\n').length).toBeLessThan(before.split('\n').length)
    await frame().open('Activity')
    await rows().first().getByText('Deleted by prefix').waitFor()
    await undoFirst()
    await expect.poll(() => everything()).toBe(before)
    await rows().first().getByText('Undid a change').waitFor()
  })

  test('a record that a person deletes comes back from the notification', async () => {
    await frame().open('Data')
    const data = new DataPage(app().page)
    await data.search.fill('notes:')
    await data.select('notes:one')
    await data.delete('notes:one')
    await expect.poll(() => app().host.get('notes:one')).toBeUndefined()
    const notes = frame().notes.getByRole('status')
    await notes.getByRole('button', { name: 'Undo' }).waitFor()
    expect(await notes.filter({ hasText: 'notes:one' }).count()).toBe(1)
    await notes.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => app().host.get('notes:one')).toBe('{"text":"keep me"}')
  })

  test('the filter says when nothing fits, and is cleared with one click', async () => {
    await frame().open('Activity')
    await app().page.getByRole('combobox', { name: 'What' }).selectOption({ label: 'Configuration' })
    await app().page.getByText('Nothing fits the filter').waitFor()
    await app().page.getByRole('button', { name: 'Clear the filter' }).click()
    await rows().first().waitFor()
  })

  test('the overview shows the newest, and leads to all', async () => {
    await frame().open('Overview')
    const section = app().page.getByRole('region', { name: 'Activity' })
    await section.getByText('Undid a change').first().waitFor()
    await section.getByRole('link', { name: 'All activity' }).click()
    await frame().title.filter({ hasText: 'Activity' }).waitFor()
  })
})
