// `npm run bench -- --app`: the built app in Chromium on a store of ten million records: how smooth it is to scroll, jump and type. `--records N`;
// `--write` puts the table into docs/performance.md.
import { parseArgs } from 'node:util'
import type { Page } from 'playwright-core'
import { launchChromium } from '../e2e/support/chromium.ts'
import { HeadlessHost } from '../e2e/support/headless-host.ts'
import { makePlace } from '../e2e/support/places.ts'
import { fillPlace, sensorKey } from './app-store.ts'
import { type Frames, framesDuring } from './frames.ts'
import { writeSection } from './table.ts'

const { values } = parseArgs({
  options: { app: { type: 'boolean' }, records: { type: 'string', default: '10000000' }, write: { type: 'boolean', default: false } },
})
const records = Number(values.records)

const pause = (page: Page, ms: number) => page.waitForTimeout(ms)
const keysOf = (page: Page) => page.getByRole('listbox', { name: 'Keys' })

const acts: Record<string, (page: Page) => Promise<void>> = {
  'nothing, for comparison': (page) => pause(page, 2000),
  'scrolling with the wheel': async (page) => {
    await keysOf(page).hover()
    for (let turn = 0; turn < 120; turn++) {
      await page.mouse.wheel(0, turn < 60 ? 240 : 900)
      await pause(page, 16)
    }
  },
  'Page Down, held': async (page) => {
    await keysOf(page).focus()
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press('PageDown')
      await pause(page, 33)
    }
  },
  'from end to end': async (page) => {
    await keysOf(page).focus()
    for (let press = 0; press < 20; press++) {
      await page.keyboard.press(press % 2 === 0 ? 'End' : 'Home')
      await pause(page, 150)
    }
  },
  'typing a prefix': async (page) => {
    const field = page.getByRole('textbox', { name: 'Key begins with' })
    for (const index of [0.13, 0.57, 0.91]) {
      await field.fill('')
      await field.pressSequentially(sensorKey(Math.floor(records * index), records), { delay: 60 })
    }
  },
}

const figure = (ms: number): string => `${ms.toFixed(1)} ms`
const line = (name: string, { frames, p50, p99, longest, lateShare }: Frames): string =>
  `| ${name} | ${frames} | ${figure(p50)} | ${figure(p99)} | ${figure(longest)} | ${(lateShare * 100).toFixed(1)} % |`

const place = makePlace()
console.log(`Filling a store with ${records.toLocaleString('en')} records …`)
await fillPlace(place, records)
const host = await HeadlessHost.start(place)
const browser = await launchChromium()
try {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' })).newPage()
  await page.goto(host.address)
  await page.getByRole('link', { name: 'Data' }).click()
  await keysOf(page).getByRole('option').first().waitFor()
  const lines = ['| doing | frames | p50 | p99 | longest | a frame late |', '|---|---|---|---|---|---|']
  for (const [name, act] of Object.entries(acts)) {
    const watched = line(name, await framesDuring(page, () => act(page)))
    console.log(watched)
    lines.push(watched)
  }
  if (values.write)
    writeSection(
      'app',
      `${records.toLocaleString('en')} records, headless Chromium ${browser.version()} without a GPU.\n\n${lines.join('\n')}`,
    )
} finally {
  await browser.close()
  await host.stop()
  place.remove()
}
