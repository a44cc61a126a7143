import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BackupsPage } from './pages/backups.ts'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { citiesOf } from './support/cities.ts'
import { doorsAndClient } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const cities = citiesOf('CH', 'IS')
/** So many of 11 MiB that a backup takes longer than a click. */
const largeValues = 20
const jobTimeout = { timeout: 30_000 }

describe.each(doorsAndClient)('backups: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    await host.import(cities.ndjson)
    await host.put('notes:precious', { text: 'keep me' })
  })
  const backups = () => new BackupsPage(app().page)
  const frame = () => new FramePage(app().page)

  test('say that there is none yet', async () => {
    await frame().open('Backups')
    await backups().content.getByText('No backups yet').waitFor()
  })

  test('are made as a job that says what is in them', async () => {
    await backups().backUpNow()
    await backups()
      .outcome(new RegExp(`${(cities.keys.length + 1).toLocaleString('en')} records are in it`))
      .waitFor(jobTimeout)
    await backups().rows.first().getByText('Verified').waitFor()
    expect(await app().host.backups()).toMatchObject([{ state: 'verified', records: cities.keys.length + 1 }])
  })

  test('can be verified again', async () => {
    await backups().verify()
    await backups()
      .outcome(/Every checksum holds/)
      .waitFor(jobTimeout)
  })

  test('bring back what was deleted by mistake, after naming what is replaced', async () => {
    await frame().open('Data')
    const data = new DataPage(app().page)
    await data.search.fill('notes:')
    await data.select('notes:precious')
    await data.delete('notes:precious')
    await expect.poll(() => app().host.get('notes:precious')).toBeUndefined()
    await app().host.put('notes:later', { text: 'written after the backup' })

    await frame().open('Backups')
    const question = await backups().askToRestore()
    await question.getByText(/records of this store are replaced by the .* records of this backup/).waitFor()
    await question.getByRole('button', { name: 'Restore this backup' }).click()
    await backups()
      .outcome(/records restored/)
      .waitFor(jobTimeout)
    expect(await app().host.get('notes:precious')).toBe('{"text":"keep me"}')
    expect(await app().host.get('notes:later')).toBeUndefined()
  })

  test('a restore can be undone, and the undo too', async () => {
    const undo = await backups().askToUndo()
    await undo.getByRole('button', { name: 'Undo restore' }).click()
    await backups()
      .outcome(/back at its state before/)
      .waitFor(jobTimeout)
    expect(await app().host.get('notes:precious')).toBeUndefined()
    expect(await app().host.get('notes:later')).toBe('{"text":"written after the backup"}')

    await app().page.getByRole('main').getByRole('button', { name: 'Undo the undo' }).waitFor()
    const again = await backups().askToUndo()
    await again.getByRole('button', { name: 'Undo the undo' }).click()
    await expect.poll(() => app().host.get('notes:precious'), jobTimeout).toBe('{"text":"keep me"}')
  })

  test('one that was chosen and is gone is not taken for another one', async () => {
    await app().host.run('/api/backups')
    const [, older] = await app().host.backups()
    if (older === undefined) throw new Error('There is one backup only.')
    await backups().rows.nth(1).click()
    await backups().content.getByText(older.file).waitFor()
    rmSync(older.file)
    await app().host.run('/api/backups')
    await backups().content.getByText('This backup is not there any more').waitFor()
    expect(await app().page.getByRole('button', { name: 'Restore…' }).count()).toBe(0)
    await backups().rows.first().click()
    await app().page.getByRole('button', { name: 'Restore…' }).waitFor()
  })

  test('what was done is in the job centre', async () => {
    await frame().jobsButton.click()
    const jobs = app().page.getByRole('dialog', { name: 'Jobs' })
    await jobs.getByText('Restore', { exact: true }).first().waitFor()
    await jobs.getByText('Verify backup').first().waitFor()
    await app().page.keyboard.press('Escape')
  })

  test('one that is cancelled leaves none behind', async () => {
    const before = await app().host.backups()
    for (let number = 0; number < largeValues; number++)
      await app().host.put(`large:${number}`, randomBytes(8 * 1024 * 1024).toString('base64'))
    await backups().backUpNow()
    await backups().cancelJob('Back up').click()
    await backups()
      .outcome(/^Cancelled; everything is as it was before/)
      .waitFor(jobTimeout)
    expect(await app().host.backups()).toEqual(before)
  })
})
