import { renameSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { EncryptionReport } from '../../src/contract/index.ts'
import { FramePage } from './pages/frame.ts'
import { QueryPage } from './pages/query.ts'
import { SettingsPage } from './pages/settings.ts'
import { type BrowserApp, closeChromium, doors, openInBrowser } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const jobTimeout = { timeout: 20_000 }
const reportOf = async ({ host }: Pick<BrowserApp, 'host'>) =>
  JSON.parse((await host.send('GET', '/api/encryption')).text) as EncryptionReport

describe.each(doors)('encryption of the data: $name', (door) => {
  const app = useApp(door, ({ host }) => host.put('notes:secret', { text: 'for few' }))
  const settings = () => new SettingsPage(app().page)

  test('is switched on, after saying what stays readable and what becomes final', async () => {
    await new FramePage(app().page).open('Settings')
    await settings().search.fill('encryption.')
    await settings().encryption.getByText('Off. Whoever has this disk').waitFor()
    await settings().encryption.getByText('What would stay readable').waitFor()
    await settings().changeEncryption('Encrypt the data', /Nothing from before can be undone afterwards/)
    await settings().encryption.getByText('On. Without the key').waitFor(jobTimeout)
    const { keyFile, ...report } = await reportOf(app())
    await settings().encryption.getByText(keyFile, { exact: true }).waitFor()
    expect(report).toMatchObject({ state: 'on', keys: 1 })
  })

  test('asks before an index keeps its fields readable', async () => {
    await app().host.send('PUT', '/api/collections/notes', '{"prefix":"notes:"}', { 'content-type': 'application/json' })
    await new FramePage(app().page).open('Query')
    const query = new QueryPage(app().page)
    await query.add({ field: 'text', comparison: 'is', value: 'for few' })
    await query.run()
    await query.main.getByRole('button', { name: 'Create the index' }).click()
    const question = app().page.getByRole('dialog', { name: 'Keep these fields readable on the disk?' })
    await question.getByText('(text)').waitFor()
    await question.getByRole('button', { name: 'Create the index' }).click()
    await query.main.getByRole('button', { name: 'Run again' }).click()
    await query.explained('Index by_text: 1 records looked at, 1 returned.').waitFor()
  })

  test('takes another key, and is switched off', async () => {
    await new FramePage(app().page).open('Settings')
    const { keyId } = await reportOf(app())
    await settings().changeEncryption('Change the key', /The old key is kept/)
    await expect.poll(async () => (await reportOf(app())).keys, jobTimeout).toBe(2)
    await settings().encryption.getByText('On. Without the key').waitFor(jobTimeout)
    expect((await reportOf(app())).keyId).not.toBe(keyId)
    await settings().changeEncryption('Stop encrypting', /stored anew in plain text/)
    await settings().encryption.getByText('Off. Whoever has this disk').waitFor(jobTimeout)
    expect(await app().host.get('notes:secret')).toBe('{"text":"for few"}')
  })
})

test('a key that is lost is said on every page, with what to do, and nothing is lost', async () => {
  const app = await openInBrowser()
  try {
    await app.host.put('notes:secret', { text: 'for few' })
    await app.host.send('POST', '/api/encryption', '{"action":"enable"}', { 'content-type': 'application/json' })
    await expect.poll(async () => (await reportOf(app)).state, jobTimeout).toBe('on')
    const { keyFile } = await reportOf(app)
    await app.killHost()
    renameSync(keyFile, `${keyFile}.away`)
    await app.startHostAgain()
    const pill = app.page.getByRole('banner').first().getByRole('link', { name: 'Encryption key missing' })
    await pill.waitFor(jobTimeout)
    await pill.click()
    const panel = new SettingsPage(app.page).encryption
    await panel.getByRole('alert').getByText('The key is missing.').waitFor()
    await panel.getByText('Put the key file back').waitFor()
    await panel.getByText(keyFile, { exact: true }).waitFor()
    await app.killHost()
    renameSync(`${keyFile}.away`, keyFile)
    await app.startHostAgain()
    await pill.waitFor({ state: 'detached', ...jobTimeout })
    expect(await app.host.get('notes:secret')).toBe('{"text":"for few"}')
  } finally {
    await app.close()
    await closeChromium()
  }
})
