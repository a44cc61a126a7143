import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode as encodePacked } from '@msgpack/msgpack'
import { encode as encodeCbor } from 'cbor2'
import { describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { savedBy } from './pages/transfer.ts'
import { type Door, doors, type OpenApp } from './support/doors.ts'
import { projectRoot } from './support/places.ts'
import { useApp } from './support/use-app.ts'

const reading = { sensor: 'a-17', values: [1, 2.5], ok: true }
const bytesOf = (text: string) => new TextEncoder().encode(text)
const picture = readFileSync(join(projectRoot, 'resources/icons/icon-256.png'))
const megabytes = 16 * 1024 * 1024
const largeText = (bytes: number) => 'a line of a long text\n'.repeat(Math.ceil(bytes / 22)).slice(0, bytes)

async function fill({ page, host }: OpenApp): Promise<void> {
  await host.putBytes('view:json', bytesOf('{"id":12345678901234567890,"list":[1,{"deep":true}]}'), 'application/json')
  await host.putBytes('view:packed', encodePacked(reading), 'application/octet-stream')
  await host.putBytes('view:cbor', encodeCbor(reading), 'application/octet-stream')
  await host.putBytes('view:image', picture, 'application/octet-stream')
  await host.putBytes('view:text', bytesOf('plain words'), 'text/plain')
  await host.putBytes('large:text', bytesOf(largeText(3_000_000)), 'text/plain')
  await host.putBytes('large:full', new Uint8Array(megabytes).fill(0x41), 'text/plain')
  await host.putBytes('large:json', bytesOf(JSON.stringify(Array.from({ length: 20_000 }, (_, id) => ({ id })))), 'application/json')
  await new FramePage(page).open('Data')
}

describe.each(doors)('viewers: $name', (door: Door) => {
  const app = useApp(door, fill)
  const data = () => new DataPage(app().page)
  const open = async (key: string) => {
    await data().search.fill(key)
    await data().select(key)
  }

  test('JSON is a text that is laid out, and a tree with its numbers as they are written', async () => {
    await open('view:json')
    await data().value('view:json').filter({ hasText: '"deep": true' }).waitFor()
    await data().show('Tree')
    const members = data().members('view:json')
    await members.getByRole('treeitem').filter({ hasText: '12345678901234567890' }).waitFor()
    expect(await members.getByRole('treeitem').count()).toBe(6)
    await members.focus()
    await members.press('Home')
    await members.press('ArrowLeft')
    await expect.poll(() => members.getByRole('treeitem').count()).toBe(1)
    await members.press('ArrowRight')
    await expect.poll(() => members.getByRole('treeitem').count()).toBe(6)
  })

  test('a way of showing is remembered for keys that begin so, where it fits', async () => {
    await app().host.putBytes('view:other', bytesOf('{"another":1}'), 'application/json')
    await open('view:other')
    await data().members('view:other').getByText('another').waitFor()
    await open('view:text')
    await data().value('view:text').filter({ hasText: 'plain words' }).waitFor()
    await open('view:other')
    await data().show('JSON')
    await open('view:json')
    await data().value('view:json').waitFor()
  })

  test('MessagePack and CBOR are told by their bytes and shown by their members', async () => {
    for (const key of ['view:packed', 'view:cbor']) {
      await open(key)
      await data().members(key).getByRole('treeitem').filter({ hasText: 'sensor' }).getByText('"a-17"').waitFor()
    }
  })

  test('an image is drawn, with its size', async () => {
    await open('view:image')
    const drawn = data().record.getByRole('img', { name: 'Value of view:image' })
    await expect.poll(() => drawn.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0)
    await data()
      .record.getByText(/px · png$/)
      .waitFor()
  })

  test('a value that is shown as something else says what is wrong with it', async () => {
    await open('view:text')
    await data().showOtherwise('MessagePack')
    await data().record.getByText('This value is not MessagePack.').waitFor()
    await data().showOtherwise('Image')
    await data().record.getByText('This value cannot be drawn as an image.').waitFor()
    await data().show('Text')
    await data().value('view:text').waitFor()
  })

  test('a large value is saved to a file without being loaded', async () => {
    await open('large:text')
    const saved = await savedBy(app(), () => data().record.getByRole('button', { name: 'Save to file' }).click(), 20_000)
    expect(saved === largeText(3_000_000)).toBe(true)
    await data().record.getByText('The first 64 KiB of 2.86 MiB.').waitFor()
  })

  test('of a large value the beginning is read, and the rest when a person asks', async () => {
    await open('large:text')
    await data().record.getByText('The first 64 KiB of 2.86 MiB.').waitFor()
    await data().record.getByRole('button', { name: 'Load all' }).click()
    await data().record.getByText(' of 2.86 MiB').waitFor({ state: 'hidden', timeout: 20_000 })
    // The beginning stays in view until the lines of the whole text are made, and takes the key as well.
    const lastLines = async () => {
      await data().value('large:text').press('ControlOrMeta+End')
      return data().record.locator('.cm-lineNumbers').textContent()
    }
    await expect.poll(lastLines, { timeout: 10_000 }).toContain('136364')
  })

  test('a tree of a large value loads it when it has to, and makes lines of what is seen', async () => {
    await open('large:json')
    await data().show('Tree')
    const members = data().members('large:json')
    await members.getByText('[ 20,000 ]').waitFor()
    expect(await members.getByRole('treeitem').count()).toBeLessThan(100)
  })

  test('a value of 16 MiB is looked at, and shown to its last byte when a person asks', async () => {
    await open('large:full')
    await data().record.getByText('The first 64 KiB of 16 MiB.').waitFor()
    await data().show('Hex')
    await data().record.getByRole('button', { name: 'Load all' }).click()
    // Neither the line that offers to load it nor the one that says how far it is.
    await data().record.getByText(' of 16 MiB').waitFor({ state: 'hidden', timeout: 30_000 })
    const bytes = data().record.getByRole('region', { name: 'Hex' })
    // The beginning stays in view until the rest is laid out, and takes the key as well.
    const lastLine = async () => {
      await bytes.press('End')
      return bytes.getByText('00fffff0').isVisible()
    }
    await expect.poll(lastLine, { timeout: 10_000 }).toBe(true)
  })
})

describe.each(doors)('editing a record: $name', (door: Door) => {
  const app = useApp(door, async ({ page, host }) => {
    await host.putBytes('edit:short', bytesOf('{"a":1,"b":2}'), 'application/json')
    await host.putBytes('edit:lives', bytesOf('lives'), 'text/plain', { 'holdfast-ttl': '3600' })
    await new FramePage(page).open('Data')
    await new DataPage(page).list('edit:')
  })
  const data = () => new DataPage(app().page)

  test('the time that is left runs, and when it is over the record is gone', async () => {
    await app().host.putBytes('edit:soon', bytesOf('gone soon'), 'text/plain', { 'holdfast-ttl': '9' })
    await data().select('edit:soon')
    await data()
      .record.getByRole('timer')
      .getByText(/^in \d sec$/)
      .waitFor()
    await app().page.getByText('This record is no longer there').waitFor({ timeout: 15_000 })
  })

  test('changes are shown before they are saved, and nothing is written until then', async () => {
    await data().select('edit:short')
    await data().edit('edit:short', '{"a":1,"b":3}')
    const changes = await data().review('edit:short')
    await data()
      .record.getByText(/^\d+ places? changes?$/)
      .waitFor()
    await changes.getByText('"b": 2').waitFor()
    await changes.getByText('"b":3').waitFor()
    expect(await app().host.get('edit:short')).toBe('{"a":1,"b":2}')
    await data().record.getByRole('button', { name: 'Go on editing' }).click()
    await data().value('edit:short').waitFor()
    await app().page.keyboard.press('ControlOrMeta+s')
    await app().page.getByRole('textbox', { name: 'Changes of edit:short' }).waitFor()
    await app().page.keyboard.press('ControlOrMeta+s')
    await expect.poll(() => app().host.get('edit:short')).toBe('{"a":1,"b":3}')
  })

  test('what is not JSON any more is not even shown as a change', async () => {
    await data().edit('edit:short', '{"a":')
    await data().record.getByRole('button', { name: 'Review changes' }).click()
    await data().record.getByText('This is not valid JSON').waitFor()
    await data().record.getByRole('button', { name: 'Discard changes' }).click()
  })

  test('when a record expires can be changed without touching its value', async () => {
    await data().select('edit:lives')
    const rename = async (unit: string, amount?: string) => {
      await data().record.getByRole('button', { name: 'Change expiry or type' }).click()
      const dialog = app().page.getByRole('dialog', { name: 'Expiry and type of “edit:lives”' })
      await dialog.getByRole('combobox').selectOption({ label: unit })
      if (amount !== undefined) await dialog.getByRole('textbox', { name: 'Expires after' }).fill(amount)
      await dialog.getByRole('button', { name: 'Save' }).click()
      await dialog.waitFor({ state: 'hidden' })
    }
    await rename('days', '2')
    await data()
      .record.getByRole('timer')
      .getByText(/^in (2 days|1 day 23 hr)/)
      .waitFor()
    await rename('never')
    await data().record.getByRole('timer').waitFor({ state: 'hidden' })
    expect((await app().host.list('edit:lives'))[0]).not.toHaveProperty('expiresAt')
    expect(await app().host.get('edit:lives')).toBe('lives')
  })

  test('what is open stays open when the window becomes narrower, and wider again', async () => {
    await data().select('edit:lives')
    await data().record.getByRole('button', { name: 'Change expiry or type' }).click()
    const dialog = app().page.getByRole('dialog', { name: 'Expiry and type of “edit:lives”' })
    await dialog.getByRole('textbox', { name: 'Content type' }).fill('text/markdown')
    for (const width of [960, 1280]) {
      await app().page.setViewportSize({ width, height: 800 })
      await app().page.waitForTimeout(200)
      expect(await dialog.getByRole('textbox', { name: 'Content type' }).inputValue()).toBe('text/markdown')
    }
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'hidden' })
  })

  test('a record is duplicated under another key, never over one that is there', async () => {
    const duplicate = async (key: string) => {
      await data().record.getByRole('button', { name: 'More actions with this record' }).click()
      await app().page.getByRole('menuitem', { name: 'Duplicate…' }).click()
      const dialog = app().page.getByRole('dialog', { name: 'Duplicate “edit:lives”' })
      await dialog.getByRole('textbox', { name: 'Key of the new record' }).fill(key)
      await dialog.getByRole('button', { name: 'Duplicate', exact: true }).click()
      return dialog
    }
    const refused = await duplicate('edit:short')
    await refused.getByText('There is already a record with this key.').waitFor()
    await refused.getByRole('button', { name: 'Cancel' }).click()
    await refused.waitFor({ state: 'hidden' })
    await duplicate('edit:twin')
    await data().record.getByRole('heading', { name: 'edit:twin' }).waitFor()
    expect(await app().host.get('edit:twin')).toBe('lives')
    expect((await app().host.list('edit:twin'))[0]).toMatchObject({ contentType: 'text/plain' })
  })

  test('a conflict says who was first and when, and where both sides differ', async () => {
    await data().select('edit:short')
    await data().edit('edit:short', '{"a":1,"b":"mine"}')
    await app().host.put('edit:short', { a: 1, b: 'theirs' })
    await data().save('edit:short')
    const conflict = app().page.getByRole('dialog', { name: '“edit:short” was changed meanwhile' })
    await conflict.getByText(/^A program · socket · (just now|\d+ seconds? ago)$/).waitFor()
    await conflict.getByText(/^you · begun /).waitFor()
    await conflict.getByRole('button', { name: 'Go on editing' }).click()
    await conflict.waitFor({ state: 'hidden' })
    await app().host.delete('edit:short')
    await data().record.getByText('This record was deleted or has expired since you began.').waitFor()
    await data().save('edit:short')
    await conflict.getByText(/^It was deleted\. A program · socket · /).waitFor()
    await conflict.getByRole('button', { name: 'Create it again with mine' }).click()
    await expect.poll(() => app().host.get('edit:short')).toBe('{"a":1,"b":"mine"}')
  })
})
