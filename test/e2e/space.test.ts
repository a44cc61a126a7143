import { describe, expect, test } from 'vitest'
import type { SpaceReport } from '../../src/contract/index.ts'
import { FramePage } from './pages/frame.ts'
import { SpacePage } from './pages/space.ts'
import { citiesOf } from './support/cities.ts'
import { doorsAndClient } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const cities = citiesOf('CH', 'IS')
const jobTimeout = { timeout: 20_000 }

describe.each(doorsAndClient)('space: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    await host.import(cities.ndjson)
    await host.run('/api/data?prefix=town:CH:B', 'DELETE')
  })
  const frame = () => new FramePage(app().page)
  const space = () => new SpacePage(app().page)
  const report = async () => JSON.parse((await app().host.send('GET', '/api/space')).text) as SpaceReport

  test('says what lies where, and how much of the disk is free', async () => {
    await frame().open('Space')
    await space()
      .main.getByText(/are in use by this store; .* are free on its disk/)
      .waitFor()
    for (const part of ['Database', 'Journal', 'Backups']) await space().places.getByText(part, { exact: true }).waitFor()
  })

  test('shows what takes how much by prefix, one step deeper with each click, and leads to the records', async () => {
    await space().row('town:').getByRole('button', { name: 'town:', exact: true }).click()
    await space().row('town:CH:').waitFor()
    await space().row('town:IS:').waitFor()
    await space().usage.getByText('Together').waitFor()
    await space().usage.getByRole('button', { name: 'Show records: town:IS:' }).click()
    await frame().title.filter({ hasText: 'Data' }).waitFor()
    await app().page.getByText('begin with “town:IS:”').waitFor()
  })

  test('shows what takes how much by age, and measures exactly on demand', async () => {
    await frame().open('Space')
    await space().by('Age')
    await space().usage.getByRole('row').filter({ hasText: 'ago' }).first().waitFor()
    await space().by('Prefix')
    await space()
      .usage.getByRole('button', { name: /^Measure/ })
      .click()
    await space().usage.getByText('Exact: every record was looked at.').waitFor(jobTimeout)
  })

  test('says what compaction wins before it begins, and what it won', async () => {
    const question = await space().askToCompact()
    await question.getByText('Won at least').waitFor()
    await question.getByRole('button', { name: 'Compact now' }).click()
    await space()
      .freeable.getByText(/^The database takes .* now; it took .* before\.$/)
      .waitFor(jobTimeout)
    expect((await report()).database.generation).not.toBe('')
    await frame().open('Activity')
    await app().page.getByRole('listitem').filter({ hasText: 'Compacted the database' }).first().waitFor()
  })

  test('is told in Chinese too', async () => {
    await frame().openPath('Space')
    await frame().prefer({ language: 'zh-CN', theme: 'light' })
    await app().page.getByRole('main').getByText('可以释放的空间').waitFor()
    await app().page.getByRole('table', { name: '哪些记录占用多少' }).getByText('town:').first().waitFor()
    await frame().prefer({ language: 'en', theme: 'light' })
  })
})
