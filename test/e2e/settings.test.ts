import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { FramePage } from './pages/frame.ts'
import { SettingsPage } from './pages/settings.ts'
import { doors } from './support/doors.ts'
import { makePlace } from './support/places.ts'
import { useApp } from './support/use-app.ts'

const original = '# Ours.\n[journal]\nsegment_mb = 32 # of the panel\n'

describe.each(doors)('settings: $name', (door) => {
  const place = makePlace()
  const file = join(place.dataFolder, 'holdfast.toml')
  mkdirSync(place.dataFolder)
  writeFileSync(file, original)
  const app = useApp(door, undefined, { place })
  const frame = () => new FramePage(app().page)
  const settings = () => new SettingsPage(app().page)
  const text = () => readFileSync(file, 'utf8')

  beforeEach(async () => {
    await frame().open('Settings')
    await settings().main.getByRole('table').first().waitFor()
  })

  test('a setting is found by its name and by what it means', async () => {
    await settings().search.fill('power loss')
    await settings().field('database.lmdb.flush_every_ms').waitFor()
    expect(await settings().main.getByRole('table').count()).toBe(1)
    await settings().search.fill('there is no such setting')
    await settings().main.getByText('No setting fits').waitFor()
    await settings().main.getByRole('button', { name: 'Clear filter' }).click()
    await settings().field('log.files').waitFor()
  })

  test('the words of a setting are explained where it stands', async () => {
    await settings().search.fill('flush_every_ms')
    await settings().main.getByRole('button', { name: 'What is this: Durable' }).click()
    await app().page.getByText('It survives a power cut.').waitFor()
    await app().page.keyboard.press('Escape')
    await settings().search.fill('')
  })

  test('a change is staged, applied to the host and the file, and undone', async () => {
    await settings().choose('log.level', 'debug')
    await settings().field('limits.max_value_mb').fill('4')
    await settings().staged.getByText('2 changes').waitFor()
    expect(text()).toBe(original)
    await settings().apply()
    await settings().done.getByText('2 settings changed').waitFor()
    expect(text()).toBe(`${original}\n[log]\nlevel = "debug"\n\n[limits]\nmax_value_mb = 4\n`)
    await settings().show(/^Changed 2$/)
    await settings().row('log.level').getByText('changed').waitFor()
    await settings().done.getByRole('button', { name: 'Undo' }).click()
    await settings().done.getByText('2 settings are as they were before').waitFor()
    expect(text()).toBe(original)
    await settings().main.getByRole('button', { name: 'Undo the undo' }).waitFor()
    await settings().show(/^All \d+$/)
  })

  test('a mistake is shown at its field in the words of the host, and cannot be applied', async () => {
    await settings().field('log.files').fill('101')
    await settings().row('log.files').getByRole('alert').getByText('expected a whole number of files from 1 to 100, found 101').waitFor()
    expect(await settings().staged.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true)
    await settings().field('log.files').fill('7')
    await settings().row('log.files').getByRole('alert').waitFor({ state: 'detached' })
    await settings().staged.getByRole('button', { name: 'Discard' }).click()
    await settings().staged.waitFor({ state: 'detached' })
    expect(await settings().field('log.files').inputValue()).toBe('5')
    expect(text()).toBe(original)
  })

  test('what is staged is still there after a look at another page', async () => {
    await settings().field('log.files').fill('7')
    await frame().open('Overview')
    await frame().open('Settings')
    await settings().staged.getByText('log.files').waitFor()
    expect(await settings().field('log.files').inputValue()).toBe('7')
    await settings().staged.getByRole('button', { name: 'Take back the change of log.files' }).click()
    await settings().staged.waitFor({ state: 'detached' })
  })

  test('an edit by hand meanwhile is shown beside what is wanted', async () => {
    await settings().field('journal.segment_mb').fill('64')
    await settings().staged.getByText('1 change').waitFor()
    writeFileSync(file, original.replace('32', '16'))
    await settings().apply()
    await settings().conflict.getByRole('row').filter({ hasText: 'journal.segment_mb' }).getByText('16').waitFor()
    expect(text()).toContain('segment_mb = 16')
    await settings().conflict.getByRole('button', { name: 'Apply mine' }).click()
    await settings().done.getByText('1 setting changed').waitFor()
    expect(text()).toBe(original.replace('32', '64'))
  })

  test('what needs a restart is said here with both values, and on the overview', async () => {
    await settings().show(/^Needs restart 1$/)
    await settings().row('journal.segment_mb').getByText('In effect: 32 MB · after a restart: 64 MB').waitFor()
    await app().host.put('a', 1)
    await frame().open('Overview')
    await settings().main.getByText('Changed settings wait for a restart.').waitFor({ timeout: 10_000 })
  })

  test('the folder of the database has no field, but says how it is changed', async () => {
    await settings().search.fill('database.lmdb.path')
    await settings()
      .main.getByText(/stop Holdfast, move the folder/)
      .waitFor()
    expect(await settings().field('database.lmdb.path').count()).toBe(0)
  })
})
