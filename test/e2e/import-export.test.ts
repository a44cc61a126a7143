import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { open } from 'lmdb'
import { describe, expect, test } from 'vitest'
import { RedisServer } from '../support/redis.ts'
import { FramePage } from './pages/frame.ts'
import { savedBy, TransferDialogs } from './pages/transfer.ts'
import { citiesOf } from './support/cities.ts'
import { doorsAndClient } from './support/doors.ts'
import { projectRoot } from './support/places.ts'
import { useApp } from './support/use-app.ts'

const fileOf = (name: string, text: string | Buffer) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
const airports = readFileSync(join(projectRoot, 'node_modules/vega-datasets/data/airports.csv'), 'utf8')
const airportRows = airports.trim().split('\n').length - 1
const patient = { timeout: 20_000 }
const some = (count: number) => count.toLocaleString('en')

describe.each(doorsAndClient)('import and export: $name', (door) => {
  const app = useApp(door)
  const dialogs = () => new TransferDialogs(app().page)

  test('a table becomes the records that its preview shows', async () => {
    await new FramePage(app().page).open('Data')
    const dialog = await dialogs().choose(fileOf('airports.csv', airports))
    await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill('airport:{country}:{iata}')
    await dialog.getByRole('textbox', { name: 'Before every key' }).fill('real:')
    await dialog.getByRole('checkbox', { name: 'In the value: latitude' }).uncheck()
    await dialogs().preview.getByText('real:airport:USA:00M').waitFor()
    await dialog.getByRole('button', { name: 'Check the whole file' }).click()
    await dialog.getByText(`${some(airportRows)} new records`).waitFor({ timeout: 30_000 })
    expect(await app().host.list('real:')).toEqual([])
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText(`${some(airportRows)} records were imported.`).waitFor({ timeout: 30_000 })
    const record = JSON.parse((await app().host.get('real:airport:USA:00M')) ?? '{}')
    expect(record).toMatchObject({ iata: '00M', name: 'Thigpen', country: 'USA', longitude: -89.23450472 })
    expect(record).not.toHaveProperty('latitude')
    await dialogs().close()
  })

  test('says of a key template what is wrong with it, and does not import by it', async () => {
    const dialog = await dialogs().choose(fileOf('small.csv', 'id,name\n1,one\n'))
    const key = dialog.getByRole('textbox', { name: 'Key', exact: true })
    await key.fill('{nobody}')
    await dialog.getByText('There is no column nobody.').waitFor()
    expect(await dialog.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true)
    await key.fill('fixed')
    await dialog.getByText('Every record would have the same key').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
  })

  test('keys of a Redis and of an LMDB folder come in through a job of the host', async () => {
    const redis = await RedisServer.start(['--requirepass', 'of-the-test'])
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-e2e-lmdb-'))
    try {
      await redis.client({ password: 'of-the-test' }).set('greeting', 'hello')
      const db = open<Buffer, Buffer>({ path: join(folder, 'db'), encoding: 'binary', keyEncoding: 'binary' })
      await db.put(Buffer.from('plain'), Buffer.from('value'))
      await db.put(Buffer.from([0xff]), Buffer.from('of bytes'))
      await db.close()
      await new FramePage(app().page).open('Data')
      const { page, host } = app()
      const begin = async (place: string, fields: Record<string, string>) => {
        await page.getByRole('main').getByRole('button', { name: 'Import', exact: true }).first().click()
        await dialogs().importDialog.getByRole('button', { name: place }).click()
        for (const [label, value] of Object.entries(fields)) await dialogs().importDialog.getByLabel(label, { exact: true }).fill(value)
        await dialogs().importDialog.getByRole('button', { name: 'Import', exact: true }).click()
        await dialogs().importDialog.waitFor({ state: 'hidden' })
      }
      await begin('From Redis…', { Address: redis.url(), Password: 'of-the-test', 'Before every key': `${door.name}:r:` })
      await expect.poll(() => host.get(`${door.name}:r:greeting`), patient).toBe('hello')
      await begin('From an LMDB folder…', { 'Folder on the host': join(folder, 'db'), 'Before every key': `${door.name}:l:` })
      await expect.poll(() => host.get(`${door.name}:l:plain`), patient).toBe('value')
      await new FramePage(page).jobsButton.click()
      await page.getByText('1 records were imported; 1 could not be.').first().waitFor()
      const failed = await savedBy(app(), () => page.getByRole('button', { name: 'Save what failed' }).first().click())
      expect(failed).toContain('"value":"of bytes"')
      await page.keyboard.press('Escape')
    } finally {
      await redis.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('the lines that fail are saved, mended and imported as they are', async () => {
    const dialog = await dialogs().choose(fileOf('values.csv', 'id,n\n1,1\n2,2\n3,"three, or so"\n4,4\n'))
    await dialog.getByRole('textbox', { name: 'Before every key' }).fill('mend:')
    await dialog.getByRole('combobox', { name: 'Type of n' }).click()
    await app().page.getByRole('option', { name: 'Number' }).click()
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText('1 line failed').waitFor()
    await dialog.getByRole('cell', { name: 'n: “three, or so” is not a number.' }).waitFor()
    const errors = await savedBy(app(), () => dialog.getByRole('button', { name: 'Save the failed lines' }).click())
    expect(errors).toContain('3,"three, or so"')
    await dialogs().close()
    await dialogs().choose(fileOf('values-errors.csv', errors.replace('"three, or so"', '3')))
    await dialog.getByRole('textbox', { name: 'Before every key' }).fill('mend:')
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText('1 record was imported.').waitFor()
    expect(await app().host.get('mend:3')).toBe('{"id":3,"n":3}')
    await dialogs().close()
  })

  test('keys that exist are kept, replaced, or keep the file out, as a person says', async () => {
    await app().host.put('exists:1', 'old')
    const file = fileOf('two.json', '[{"id":1,"v":"new"},{"id":2,"v":"new"}]')
    const dialog = await dialogs().choose(file)
    await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill('exists:{id}')
    await dialog.getByRole('radio', { name: 'Import nothing' }).check()
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText('1 key has a record already, so nothing was imported.').waitFor()
    expect(await app().host.get('exists:2')).toBeUndefined()
    await dialog.getByRole('radio', { name: 'Keep it, leave the line out' }).check()
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText('1 record was imported.').waitFor()
    expect(await app().host.get('exists:1')).toBe('"old"')
    await dialogs().close()
    await dialogs().choose(file)
    await dialog.getByRole('textbox', { name: 'Key', exact: true }).fill('exists:{id}')
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText('0 new, 2 replaced').waitFor()
    expect(await app().host.get('exists:1')).toBe('{"id":1,"v":"new"}')
    await dialogs().close()
  })

  test('an export is the same as the API gives, and imports to the same records', async () => {
    await app().host.import(citiesOf('CH', 'CN').ndjson)
    await app().host.send('PUT', '/api/data/town:bytes', '\u0000not json', { 'content-type': 'application/octet-stream' })
    await app().page.getByRole('textbox', { name: 'Key begins with' }).fill('town:')
    await new FramePage(app().page).open('Data')
    await app()
      .page.getByText(/records begin with “town:”/)
      .waitFor()
    await app().page.getByRole('main').getByRole('button', { name: 'Export', exact: true }).click()
    const dialog = dialogs().exportDialog
    const saved = await savedBy(app(), async () => {
      await dialog.getByRole('button', { name: 'Export to a file' }).click()
      await dialog.getByText(/records were exported/).waitFor({ timeout: 30_000 })
    })
    const before = (await app().host.send('GET', '/api/export?prefix=town%3A')).text
    expect(saved).toBe(before)
    expect(before.split('\n').length).toBeGreaterThan(1000)
    await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
    await app().host.run('/api/data?prefix=town%3A', 'DELETE')
    expect(await app().host.list('town:')).toEqual([])
    const importing = await dialogs().choose(fileOf('towns.ndjson', saved))
    await importing.getByRole('button', { name: 'Import', exact: true }).click()
    await importing.getByText(/records were imported/).waitFor({ timeout: 30_000 })
    expect((await app().host.send('GET', '/api/export?prefix=town%3A')).text).toBe(before)
    await dialogs().close()
  })

  test('a table and a JSON array are exported too', async () => {
    await app().page.getByRole('textbox', { name: 'Key begins with' }).fill('mend:')
    await app()
      .page.getByText(/records begin with “mend:”/)
      .waitFor()
    for (const [format, expected] of [
      ['Table (CSV)', '\ufeffkey,id,n\r\nmend:1,1,1\r\nmend:2,2,2\r\nmend:3,3,3\r\nmend:4,4,4\r\n'],
      ['JSON array', /^\[\n\{"key":"mend:1",.*\n\]\n$/s],
    ] as const) {
      await app().page.getByRole('main').getByRole('button', { name: 'Export', exact: true }).click()
      const dialog = dialogs().exportDialog
      await dialog.getByRole('radio', { name: format }).check()
      const saved = await savedBy(app(), () => dialog.getByRole('button', { name: 'Export to a file' }).click())
      if (typeof expected === 'string') expect(saved).toBe(expected)
      else expect(saved).toMatch(expected)
      await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
    }
    await app().page.getByRole('textbox', { name: 'Key begins with' }).fill('')
  })

  test('files are dropped anywhere, one after another; what is no table or JSON says what can be', async () => {
    await new FramePage(app().page).open('Health')
    await dialogs().drop({ name: 'photo.png', text: '\u0000PNG' })
    await dialogs().importDialog.getByText('“photo.png” is not a file that can be imported.').waitFor()
    await dialogs().drop({ name: 'one.csv', text: 'id,x\n1,1\n' }, { name: 'two.csv', text: 'id,x\n2,2\n' })
    const dialog = dialogs().importDialog
    await dialog.getByText('one.csv', { exact: true }).waitFor()
    await dialog.getByText('1 more file waits').waitFor()
    await dialog.getByRole('textbox', { name: 'Before every key' }).fill('drop:')
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    await dialog.getByText('1 record was imported.').waitFor()
    await dialog.getByRole('button', { name: 'Next file' }).click()
    await dialog.getByText('two.csv', { exact: true }).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(await app().host.get('drop:1')).toBe('{"id":1,"x":1}')
  })

  test('text in the encoding of Chinese systems is read as what it is', async () => {
    await new FramePage(app().page).open('Data')
    const gbk = Buffer.from([...Buffer.from('id,'), 0xb3, 0xc7, 0xca, 0xd0, 0x0a, ...Buffer.from('1,'), 0xb1, 0xb1, 0xbe, 0xa9, 0x0a])
    const dialog = await dialogs().choose(fileOf('gbk.csv', gbk))
    await dialogs().preview.getByText('{"id":1,"城市":"北京"}').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
  })
})
