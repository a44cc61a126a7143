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
/** Nearly the most that a value may have: on one line, and laid out on more than a million. */
const values = [
  { name: 'one line', text: JSON.stringify(readings(215_000)), indent: undefined },
  { name: 'a million lines', text: JSON.stringify(readings(125_000), undefined, 2), indent: 2 },
]
const bytesOf = (text: string) => new TextEncoder().encode(text)
const key = 'large:value'
const patience = { timeout: 60_000 }

// Everything about a value of this size goes through one door, so that the specs stay quick: each door has one of the values.
describe.each(doors.map((door, place) => ({ door, value: values[place % values.length] as (typeof values)[number] })))(
  'a value of 16 MiB on $value.name: $door.name',
  ({ door, value }) => {
    const app = useApp(door, async ({ page, host }: OpenApp) => {
      await host.putBytes(key, bytesOf(value.text), 'application/json')
      await new FramePage(page).open('Data')
    })
    const data = () => new DataPage(app().page)
    /** Types at the beginning of the array, once all of it is there to be edited. */
    const editFirst = async (text: string) => {
      await data().record.getByRole('button', { name: 'Edit', exact: true }).click()
      await data().record.getByRole('button', { name: 'Review changes' }).waitFor(patience)
      await data().value(key).click(patience)
      await app().page.keyboard.press('ControlOrMeta+Home')
      await app().page.keyboard.press('ArrowRight')
      await app().page.keyboard.insertText(text)
      await data().record.getByRole('button', { name: 'Review changes' }).click()
    }
    const changed = [{ mine: 1 }, ...(JSON.parse(value.text) as unknown[])]

    test('is edited, and where it changes is listed before it is saved', async () => {
      await data().select(key)
      await editFirst('{"mine":1},')
      const changes = data().record.getByRole('region', { name: `Changes of ${key}` })
      await changes.getByText('Line 1', { exact: true }).waitFor(patience)
      await changes.getByText('{"mine":1},').waitFor()
      await data().record.getByText('1 place changes').waitFor()
      await data().record.getByRole('button', { name: 'Save', exact: true }).click()
      await data().record.getByRole('button', { name: 'Edit', exact: true }).waitFor(patience)
      const stored = await app().host.get(key)
      expect(JSON.stringify(JSON.parse(stored)) === JSON.stringify(changed)).toBe(true)
      // What was on one line is so again.
      expect(stored.includes('\n')).toBe(value.indent !== undefined)
    })

    test('that somebody else has changed is a conflict that lists where both differ', async () => {
      await editFirst('"again",')
      const theirs = JSON.stringify(changed.slice(0, -1), undefined, value.indent)
      await app().host.putBytes(key, bytesOf(theirs), 'application/json')
      await data().record.getByRole('button', { name: 'Save', exact: true }).click(patience)
      const conflict = app().page.getByRole('dialog', { name: `“${key}” was changed meanwhile` })
      await conflict.getByRole('region', { name: 'Yours, not saved' }).getByText('"again",').waitFor(patience)
      await conflict.getByRole('button', { name: 'Discard mine' }).click()
      await conflict.waitFor({ state: 'hidden' })
      expect((await app().host.get(key)) === theirs).toBe(true)
    })
  },
)
