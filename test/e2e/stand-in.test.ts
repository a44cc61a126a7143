import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchStandIn, type StandInApplication } from '../support/electron-stand-in/launch.ts'
import { launchChromium } from './support/chromium.ts'

interface Tiny {
  echo(value: unknown): Promise<unknown>
  fail(): Promise<unknown>
  missing(): Promise<unknown>
  subscribe(listener: (value: unknown) => void): () => void
  throwNow(): void
  nested: { list: number[]; date: Date }
}
declare global {
  interface Window {
    tiny: Tiny
    ticks: unknown[]
  }
}
interface TinyElectron {
  BrowserWindow: { getAllWindows(): { webContents: { send(channel: string, value: unknown): void }; isDestroyed(): boolean }[] }
  app: { getPath(name: string): string }
}

const entry = fileURLToPath(new URL('./fixtures/tiny-app/main.js', import.meta.url))

/** The specs stand on the stand-in; so what it does has specs of its own, with an app that is too small to be wrong. */
describe('the stand-in for Electron', () => {
  const profile = mkdtempSync(join(tmpdir(), 'holdfast-tiny-'))
  let browser: Browser
  let application: StandInApplication
  let page: Page

  beforeAll(async () => {
    browser = await launchChromium()
    application = await launchStandIn({ browser, entry, args: [`--user-data-dir=${profile}`] })
    page = await application.firstWindow()
  })
  afterAll(async () => {
    await application?.close()
    await browser?.close()
    rmSync(profile, { recursive: true, force: true })
  })

  test('values cross as structured clone carries them, in both directions', async () => {
    const seen = await page.evaluate(async () => {
      const circular: Record<string, unknown> = { name: 'circle' }
      circular.self = circular
      const value = new Map<string, unknown>([
        ['date', new Date(86_400_000)],
        ['big', 2n ** 70n],
        ['bytes', new Uint8Array([0, 127, 255])],
        ['nan', Number.NaN],
        ['minus zero', -0],
        ['nothing', undefined],
        ['circular', circular],
        ['error', new TypeError('wrong')],
      ])
      const back = (await window.tiny.echo(value)) as typeof value
      const circle = back.get('circular') as { self: unknown }
      return {
        date: (back.get('date') as Date).getTime(),
        big: String(back.get('big')),
        bytes: [...(back.get('bytes') as Uint8Array)],
        nan: Number.isNaN(back.get('nan')),
        minusZero: Object.is(back.get('minus zero'), -0),
        nothing: back.has('nothing') && back.get('nothing') === undefined,
        circular: circle.self === circle,
        error: back.get('error') instanceof TypeError,
      }
    })
    expect(seen).toEqual({
      date: 86_400_000,
      big: String(2n ** 70n),
      bytes: [0, 127, 255],
      nan: true,
      minusZero: true,
      nothing: true,
      circular: true,
      error: true,
    })
  })

  test('a value that cannot be cloned is refused on the way', async () => {
    const message = await page.evaluate(async () => {
      try {
        await window.tiny.echo(new Map([['f', () => 1]]))
        return 'it crossed'
      } catch (error) {
        return String(error)
      }
    })
    expect(message).toMatch(/could not be cloned/)
  })

  test('a handler that throws, and a missing one, reject with the text that Electron gives', async () => {
    const messages = await page.evaluate(() => Promise.all([window.tiny.fail().catch(String), window.tiny.missing().catch(String)]))
    expect(messages[0]).toBe("Error: Error invoking remote method 'fail': RangeError: nope")
    expect(messages[1]).toBe("Error: Error invoking remote method 'missing': Error: No handler registered for 'missing'")
  })

  test('the page sees what was exposed, frozen, and nothing of the preload or of Node', async () => {
    const seen = await page.evaluate(() => ({
      frozen: Object.isFrozen(window.tiny) && Object.isFrozen(window.tiny.nested),
      nested: [window.tiny.nested.list.join(), window.tiny.nested.date.getTime()],
      leaks: ['require', 'process', 'module', 'ipcRenderer', 'electron', 'standInSend', 'standInDeliver'].filter((name) => name in window),
    }))
    expect(seen).toEqual({ frozen: true, nested: ['1,2,3', 0], leaks: [] })
  })

  test('an error thrown by the preload reaches the caller as an error of its kind', async () => {
    const kind = await page.evaluate(() => {
      try {
        window.tiny.throwNow()
        return 'nothing was thrown'
      } catch (error) {
        return error instanceof RangeError ? error.message : String(error)
      }
    })
    expect(kind).toBe('thrown in the preload')
  })

  test('events reach a listener of the page in order until it unsubscribes', async () => {
    await page.evaluate(() => {
      window.ticks = []
      const stop = window.tiny.subscribe((value) => {
        window.ticks.push(value)
        if (value === 2) stop()
      })
    })
    await application.evaluate(({ BrowserWindow }: TinyElectron) => {
      for (const tick of [0, 1, 2, 3]) BrowserWindow.getAllWindows()[0]?.webContents.send('tick', tick)
    })
    await page.evaluate(() => window.tiny.echo('everything before this has arrived'))
    expect(await page.evaluate(() => window.ticks)).toEqual([0, 1, 2])
  })

  test('a refused navigation leaves the page, a refused window closes', async () => {
    await page.evaluate(() => {
      window.ticks = ['still here']
      location.href = 'https://example.org/'
    })
    await page.evaluate(() => window.open('https://example.org/'))
    await expect.poll(() => application.context().pages().length).toBe(1)
    expect(await page.evaluate(() => window.ticks)).toEqual(['still here'])
  })

  test('the bridge is there again after a reload', async () => {
    await page.reload()
    expect(await page.evaluate(() => window.tiny.echo('again'))).toBe('again')
  })

  test('a second start with the same profile ends and the first goes on', async () => {
    const second = await launchStandIn({ browser, entry, args: [`--user-data-dir=${profile}`] })
    if (second.process().exitCode === null) await once(second.process(), 'exit')
    await second.close()
    expect(second.process().exitCode).toBe(0)
    expect(await application.evaluate(({ app }: TinyElectron) => app.getPath('userData'))).toBe(profile)
  })
})
