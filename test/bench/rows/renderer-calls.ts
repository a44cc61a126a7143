import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { launchChromium } from '../../e2e/support/chromium.ts'
import { environmentOf, mainBundle, makePlace } from '../../e2e/support/places.ts'
import { launchStandIn } from '../../support/electron-stand-in/launch.ts'
import type { Row } from '../row.ts'

const calls = 500
const echoApp = fileURLToPath(new URL('../../e2e/fixtures/tiny-app/main.js', import.meta.url))

interface PageWithBridges {
  holdfast: { invoke(name: string, input: unknown, requestId: string): Promise<{ ok: boolean }> }
  tiny: { echo(value: unknown): Promise<unknown> }
  answer: unknown
}

/** Milliseconds for a call and its answer, one after the other. */
function timeCalls(page: Page, round: number): Promise<number> {
  return page.evaluate(
    async ({ count, name }) => {
      const startedAt = performance.now()
      for (let index = 0; index < count; index++) {
        const page = globalThis as unknown as PageWithBridges
        const answer = await page.holdfast.invoke('records.get', { key: 'a' }, `${name}-${index}`)
        if (!answer.ok) throw new Error('The call was refused.')
      }
      return (performance.now() - startedAt) / count
    },
    { count: calls, name: `round-${round}` },
  )
}

function timeEchoes(page: Page, answer: unknown): Promise<number> {
  return page.evaluate(
    async ({ count, value }) => {
      const { tiny } = globalThis as unknown as PageWithBridges
      const startedAt = performance.now()
      for (let index = 0; index < count; index++) await tiny.echo(value)
      return (performance.now() - startedAt) / count
    },
    { count: calls, value: answer },
  )
}

/** P20 */
export const rendererCalls: Row = {
  id: 'P20',
  workload: 'call from the renderer to the host and back, one at a time: get of a small record (stand-in)',
  peer: 'bare ipcMain.handle that echoes the same answer (stand-in)',
  unit: 'ms',
  goal: { atMost: 1.2 },
  needs: 'chromium-headless-shell',
  async prepare(folder) {
    const place = makePlace()
    const browser = await launchChromium()
    const args = ['--data', place.dataFolder, `--user-data-dir=${place.profile}`]
    const app = await launchStandIn({ browser, entry: mainBundle, args, env: environmentOf(place) })
    const page = await app.firstWindow()
    const echo = await launchStandIn({ browser, entry: echoApp, args: [`--user-data-dir=${join(folder, 'echo')}`] })
    const echoPage = await echo.firstWindow()
    const answer = await page.evaluate(async () => {
      const { holdfast } = globalThis as unknown as PageWithBridges
      await holdfast.invoke('records.create', { key: 'a', value: 1 }, 'create')
      return holdfast.invoke('records.get', { key: 'a' }, 'first')
    })
    return {
      ours: (round) => timeCalls(page, round),
      peers: () => timeEchoes(echoPage, answer),
      close: async () => {
        await app.close()
        await echo.close()
        await browser.close()
        place.remove()
      },
    }
  },
}
