import { describe, expect, test } from 'vitest'
import type { Collection, Job, QueryOutput, SavedQuery } from '../../src/contract/index.ts'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { PalettePage } from './pages/palette.ts'
import { QueryPage } from './pages/query.ts'
import { doorsAndClient } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const orders = Array.from({ length: 400 }, (_, number) => ({
  key: `order:${String(number).padStart(4, '0')}`,
  value: { status: number % 40 === 0 ? 'held' : 'done', total: number, customer: { name: `customer ${number % 7}` } },
}))
const jobTimeout = { timeout: 15_000 }

describe.each(doorsAndClient)('query: $name', (door) => {
  const app = useApp(door, async ({ host }) => {
    await host.import(orders.map((record) => `${JSON.stringify(record)}\n`).join(''))
  })
  const frame = () => new FramePage(app().page)
  const query = () => new QueryPage(app().page)
  const read = async <Answer>(path: string) => JSON.parse((await app().host.send('GET', path)).text) as Answer

  test('begins with what a collection is, and makes one of the records that are there', async () => {
    await frame().open('Query')
    await query().main.getByText('There is no collection yet').waitFor()
    await query().create('orders', 'order:')
    await query().main.getByRole('table', { name: 'Collections' }).getByText('order:').waitFor()
    await query().main.getByText('No index yet').waitFor()
    expect(await read<Collection>('/api/collections/orders')).toMatchObject({ prefix: 'order:', indexes: [] })
  })

  test('finds records by their fields, says what that cost, and makes the index that helps with one click', async () => {
    await query().show('Query')
    await query().add({ field: 'status', comparison: 'is', value: 'held' })
    await query().run()
    await query().row('order:0040').waitFor()
    await query().main.getByText('10 records', { exact: true }).waitFor()
    await query().explained('No index: 400 records looked at, 10 returned.').waitFor()
    await query().explained('An index on status would help.').waitFor()
    await query().main.getByRole('button', { name: 'Create the index' }).click()
    await expect
      .poll(async () => (await read<Collection>('/api/collections/orders')).indexes, jobTimeout)
      .toMatchObject([{ fields: [{ path: 'status' }], state: 'ready' }])
    await query().explained('The index by_status is ready now.').waitFor()
    await query().main.getByRole('button', { name: 'Run again' }).click()
    await query().explained('Index by_status: 10 records looked at, 10 returned.').waitFor()
    await query().main.getByRole('button', { name: 'Run again' }).waitFor({ state: 'detached' })
  })

  test('sorts, reads on while one scrolls, and counts', async () => {
    await query().sort('total', 'descending')
    await query().run()
    // It is among the results before, too.
    await expect.poll(() => query().results.getByRole('row').nth(1).textContent()).toContain('order:0360')
    await query().main.getByRole('button', { name: 'Remove condition 1' }).click()
    await query().run()
    await query().main.getByRole('button', { name: 'Count all' }).click()
    await query().main.getByText('400 fit in all').waitFor()
    await query().row('order:0399').click()
    for (let pages = 0; pages < 4; pages++) {
      await app().page.keyboard.press('End')
      await query().results.getByRole('row', { selected: true }).waitFor()
      await app().page.waitForTimeout(150)
    }
    await query().row('order:0000').waitFor()
  })

  test('shows what a whole JSON query asks for, and refuses one that is not right where it stands', async () => {
    await query().main.getByRole('radiogroup', { name: 'Edit as' }).getByText('JSON').click()
    const text = query().main.getByRole('textbox', { name: 'Query as JSON' })
    await text.fill('{"where": {"$or": [{"status": "held", "total": {"$lt": 50}}, {"total": 7}]}')
    await query().main.getByText('Not valid:').waitFor()
    await text.fill('{"where": {"$or": [{"status": "held", "total": {"$lt": 50}}, {"total": 7}]}}')
    await app().page.keyboard.press('Control+Enter')
    await query().row('order:0007').waitFor()
    await query().main.getByText('3 records', { exact: true }).waitFor()
  })

  test('is saved, opened from the palette, renamed and deleted', async () => {
    await query().saveAs('small-or-seven')
    await frame().open('Overview')
    await new PalettePage(app().page).run('Run the query small-or-seven')
    await query().row('order:0007').waitFor()
    await query().rename('small-or-seven', 'few')
    expect(await read<{ items: SavedQuery[] }>('/api/queries')).toMatchObject({ items: [{ name: 'few', collection: 'orders' }] })
    await query().fromMenu('Delete…')
    const question = app().page.getByRole('dialog', { name: 'Delete the saved query “few”?' })
    await question.getByRole('button', { name: 'Delete query' }).click()
    await question.waitFor({ state: 'hidden' })
    expect(await read('/api/queries')).toEqual({ items: [] })
  })

  test('leads to a record by keyboard', async () => {
    await query().row('order:0007').click()
    await app().page.keyboard.press('Enter')
    await new DataPage(app().page).record.getByRole('heading', { name: 'order:0007' }).waitFor()
  })

  test('brings records to a newer schema version as a job that is followed', async () => {
    await app().host.put('old:1', { temperature: 21.5 })
    const migrations = [{ to: 2, steps: [{ rename: { from: 'temperature', to: 'celsius' } }] }]
    const definition = JSON.stringify({ prefix: 'old:', schemaVersion: 2, migrations })
    await app().host.send('PUT', '/api/collections/old', definition, { 'content-type': 'application/json' })
    await frame().open('Query')
    await query().show('Collections')
    await query().main.getByRole('table', { name: 'Collections' }).getByText('old:').click()
    await query().main.getByRole('button', { name: 'Bring records to version 2' }).click()
    const jobs = async () => (await read<{ items: Job[] }>('/api/jobs')).items.filter(({ kind }) => kind === 'collection-migrate')
    await expect.poll(jobs, jobTimeout).toMatchObject([{ subject: 'old', state: 'succeeded' }])
    await app().page.getByText('Bring records to the newest schema version: done.').waitFor()
    expect(await app().host.get('old:1')).toContain('"celsius":21.5')
    await app().host.send('DELETE', '/api/collections/old')
    await query().main.getByText('The collection “old” is not there any more').waitFor({ timeout: 15_000 })
    await query().main.getByRole('button', { name: 'Show the other collections' }).click()
    await query().main.getByRole('table', { name: 'Collections' }).getByText('order:').waitFor()
  })

  test('whose collection somebody has removed says so when it is opened, and runs on no other', async () => {
    const json = { 'content-type': 'application/json' }
    await app().host.send('PUT', '/api/collections/passing', '{"prefix":"passing:"}', json)
    await app().host.send('PUT', '/api/queries/left-over', '{"collection":"passing","where":{"a":1}}', json)
    await app().host.send('DELETE', '/api/collections/passing')
    await frame().open('Data')
    await frame().open('Query')
    await query().show('Query')
    await query().main.getByRole('button', { name: 'Saved queries' }).click()
    await app().page.getByRole('menuitem', { name: 'left-over' }).click()
    await query().main.getByText('The collection “passing” is not there any more').waitFor()
    await query().main.getByRole('button', { name: 'Show the other collections' }).click()
    await app().host.send('DELETE', '/api/queries/left-over')
  })

  test('keeps the records when an index and the collection are removed', async () => {
    await frame().open('Query')
    await query().show('Collections')
    await query().indexes.filter({ hasText: 'by_status' }).getByText('Ready').waitFor({ timeout: 15_000 })
    await query().main.getByRole('button', { name: 'Drop by_status' }).click()
    await app().page.getByRole('dialog').getByRole('button', { name: 'Drop index' }).click()
    await query().main.getByText('No index yet').waitFor()
    await query().main.getByRole('button', { name: 'Remove…' }).click()
    await app().page.getByRole('dialog').getByRole('button', { name: 'Remove collection' }).click()
    await query().main.getByText('There is no collection yet').waitFor()
    expect(await app().host.get('order:0007')).toBeDefined()
    const gone = await app().host.send('POST', '/api/collections/orders/query', '{}', { 'content-type': 'application/json' })
    expect(gone.status).toBe(404)
  })

  test('is told in Chinese too', async () => {
    await app().host.send('PUT', '/api/collections/orders', JSON.stringify({ prefix: 'order:' }), { 'content-type': 'application/json' })
    await frame().prefer({ language: 'zh-CN', theme: 'light' })
    await query().main.getByRole('button', { name: /^运行/ }).click()
    await query().main.getByRole('grid', { name: '结果' }).getByText('order:0000').waitFor()
    const answer = await app().host.send('POST', '/api/collections/orders/query', '{"explain":true}', {
      'content-type': 'application/json',
    })
    expect((JSON.parse(answer.text) as QueryOutput).items).toHaveLength(100)
    await frame().prefer({ language: 'en', theme: 'light' })
  })
})
