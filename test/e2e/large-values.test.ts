import { describe, expect, test } from 'vitest'
import { DataPage } from './pages/data.ts'
import { FramePage } from './pages/frame.ts'
import { doors, type OpenApp } from './support/doors.ts'
import { useApp } from './support/use-app.ts'

const readings = (count: number) =>
  Array.from({ length: count }, (_, id) => ({
    id,
    sensor: `sensor-${id % 997}`,
    celsius: (id % 500) / 10,
    ok: id % 7 !== 0,
    tags: ['a', 'b'],
  }))
const bytesOf = (text: string) => new TextEncoder().encode(text)
const key = 'large:value'
const patience = { timeout: 60_000 }

const changedOf = (text: string) => [{ mine: 1 }, ...(JSON.parse(text) as unknown[])]
const dataOf = (app: OpenApp) => new DataPage(app.page)

const openWith = async ({ page, host }: OpenApp, text: string) => {
  await host.putBytes(key, bytesOf(text), 'application/json')
  await new FramePage(page).open('Data')
  await new DataPage(page).select(key)
}

/** Types at the beginning of the array once all of it is there to be edited, and looks at what changes. */
async function change(app: OpenApp, meanwhile: () => Promise<unknown> = async () => undefined): Promise<void> {
  const data = dataOf(app)
  await data.record.getByRole('button', { name: 'Edit', exact: true }).click()
  await data.record.getByRole('button', { name: 'Review changes' }).waitFor(patience)
  await data.value(key).click(patience)
  await app.page.keyboard.press('ControlOrMeta+Home')
  await app.page.keyboard.press('ArrowRight')
  await app.page.keyboard.insertText('{"mine":1},')
  await meanwhile()
  await data.record.getByRole('button', { name: 'Review changes' }).click()
  const changes = data.record.getByRole('region', { name: `Changes of ${key}` })
  await changes.getByText('Line 1', { exact: true }).waitFor(patience)
  await changes.getByText('{"mine":1},').waitFor()
  await data.record.getByText('1 place changes').waitFor()
  await data.record.getByRole('button', { name: 'Save', exact: true }).click()
}

/** Waits until it is saved. */
async function storedBy(app: OpenApp): Promise<string> {
  await dataOf(app).record.getByRole('button', { name: 'Edit', exact: true }).waitFor(patience)
  return (await app.host.get(key)) ?? ''
}

// The two shapes of such a value go through one door each, so that the specs stay quick.
describe.each(doors.slice(0, 1))('a value of 16 MiB on one line: $name', (door) => {
  const text = JSON.stringify(readings(215_000))
  const app = useApp(door, (opened) => openWith(opened, text))

  test('is edited laid out, where it changes is listed, and it is saved on one line again', async () => {
    await change(app())
    expect((await storedBy(app())) === JSON.stringify(changedOf(text))).toBe(true)
  })
})

describe.each(doors.slice(-1))('a value of 16 MiB on a million lines: $name', (door) => {
  const text = JSON.stringify(readings(125_000), undefined, 2)
  const app = useApp(door, (opened) => openWith(opened, text))

  test('that somebody else changes meanwhile is a conflict that lists where both differ', async () => {
    await change(app(), () => app().host.putBytes(key, bytesOf(text.replace('sensor-0', 'theirs')), 'application/json'))
    const conflict = app().page.getByRole('dialog', { name: `“${key}” was changed meanwhile` })
    const differences = conflict.getByRole('region', { name: 'Yours, not saved' })
    await differences.getByText('"theirs"').waitFor(patience)
    await differences.getByText('{"mine":1},').waitFor()
    await conflict.getByRole('button', { name: 'Overwrite with mine' }).click()
    const stored = await storedBy(app())
    expect(JSON.stringify(JSON.parse(stored)) === JSON.stringify(changedOf(text))).toBe(true)
    expect(stored.includes('\n')).toBe(true)
  })
})
