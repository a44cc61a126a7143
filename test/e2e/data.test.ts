import { describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { citiesOf } from './support/cities.ts'
import { doorsAndClient } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const cities = citiesOf('CH', 'IS', 'JP')
const bern = cities.keys.find((key) => key.startsWith('town:CH:Bern:')) ?? ''

describe.each(doorsAndClient)('data: $name', (door) => {
  const app = useApp(door)
  const data = () => new DataPage(app().page)

  test('imports a file of cities and says how many lines failed', async () => {
    await new FramePage(app().page).open('Data')
    const buffer = Buffer.from(`${cities.ndjson}{"key":"broken"\n`)
    const dialog = await data().import({ name: 'cities.ndjson', mimeType: 'application/x-ndjson', buffer })
    await dialog.getByText(`${cities.keys.length.toLocaleString('en')} records were imported.`).waitFor({ timeout: 30_000 })
    await dialog.getByText('1 line failed').waitFor()
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
    expect(await app().host.get(bern)).toContain('"Bern"')
  })

  test('finds a key by typing its beginning', async () => {
    await data().search.fill('town:CH:Bern')
    await data().key(bern).waitFor()
    await data()
      .sentence(/records begin with “town:CH:Bern”/)
      .waitFor()
    await data().select(bern)
    await data().value(bern).filter({ hasText: '"country": "CH"' }).waitFor()
  })

  test('says when no key begins so, and goes back with one click', async () => {
    await data().search.fill('nowhere:')
    await app().page.getByText('No key begins with “nowhere:”').waitFor()
    await app().page.getByRole('main').getByRole('button', { name: 'Clear' }).last().click()
    await data().keys.waitFor()
  })

  test('shows the same value as text and as bytes', async () => {
    await data().search.fill(bern)
    await data().select(bern)
    await data().record.getByText('Hex', { exact: true }).click()
    await data().record.getByText('7b 22 6e 61 6d 65 22', { exact: false }).first().waitFor()
    await data().record.getByText('JSON', { exact: true }).click()
    await data().value(bern).waitFor()
  })

  test('creates a record, and refuses to make it twice', async () => {
    await data().create('notes:first', '{"text":"made by hand"}')
    await data().record.getByRole('heading', { name: 'notes:first' }).waitFor()
    expect(await app().host.get('notes:first')).toBe('{"text":"made by hand"}')
    const again = await data().create('notes:first', '{"text":"twice"}')
    await again.getByText('There is already a record with this key.').waitFor()
    await again.getByRole('button', { name: 'Cancel' }).click()
    expect(await app().host.get('notes:first')).toBe('{"text":"made by hand"}')
  })

  test('changes a record in place', async () => {
    await data().search.fill('notes:')
    await data().select('notes:first')
    await data().edit('notes:first', '{"text":"changed"}')
    await data().save('notes:first')
    await expect.poll(() => app().host.get('notes:first')).toBe('{"text":"changed"}')
  })

  test('a record that another program changes is shown as it is now', async () => {
    await app().host.put('notes:first', { text: 'by another program' })
    await data().value('notes:first').filter({ hasText: 'by another program' }).waitFor()
  })

  test('a conflict shows both sides, and overwrites only when a person says so', async () => {
    await data().edit('notes:first', '{"text":"mine"}')
    await app().host.put('notes:first', { text: 'theirs' })
    await data().save('notes:first')
    const conflict = app().page.getByRole('dialog', { name: '“notes:first” was changed meanwhile' })
    await conflict.getByRole('region', { name: 'Yours, not saved' }).getByText('mine').waitFor()
    await conflict.getByRole('region', { name: 'In the store now' }).getByText('theirs').waitFor()
    expect(await app().host.get('notes:first')).toBe('{"text":"theirs"}')
    await conflict.getByRole('button', { name: 'Overwrite with mine' }).click()
    await expect.poll(() => app().host.get('notes:first')).toBe('{"text":"mine"}')
    await conflict.waitFor({ state: 'hidden' })
  })

  test('unsaved changes are not lost by choosing another record', async () => {
    await app().host.put('notes:second', { text: 'two' })
    await data().key('notes:second').waitFor()
    await data().edit('notes:first', '{"text":"not saved"}')
    await data().key('notes:second').click()
    const question = app().page.getByRole('dialog', { name: 'Your changes of “notes:first” are not saved' })
    await question.getByRole('button', { name: 'Stay' }).click()
    await question.waitFor({ state: 'hidden' })
    await data().record.getByRole('button', { name: 'Discard changes' }).click()
    expect(await app().host.get('notes:first')).toBe('{"text":"mine"}')
  })

  test('deletes a record after asking by its name', async () => {
    await data().select('notes:second')
    await data().delete('notes:second')
    await expect.poll(() => app().host.get('notes:second')).toBeUndefined()
    await data().key('notes:second').waitFor({ state: 'hidden' })
  })

  test('moves through thousands of keys by keyboard alone', async () => {
    await data().search.fill('')
    await data()
      .sentence(/records? begins? with/)
      .waitFor({ state: 'hidden' })
    await data().search.press('Enter')
    await data().keys.press('Home')
    await app().page.keyboard.press('ArrowDown')
    await app().page.keyboard.press('End')
    const last = [...cities.keys].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other))).at(-1) ?? ''
    await data().record.getByRole('heading', { name: last }).waitFor()
  })
})
