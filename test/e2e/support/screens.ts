import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode as encodePacked } from '@msgpack/msgpack'
import type { Page } from 'playwright-core'
import type { HoldfastBridge } from '../../../src/contract/index.ts'
import { FramePage } from '../pages/frame.ts'
import { citiesOf } from './cities.ts'
import { type BrowserApp, type Door, doors, type OpenApp, openInBrowser } from './doors.ts'
import { projectRoot } from './places.ts'

/**
 * What the app can look like: one line a state. The specs of pictures, accessibility and zoom go through all of them, in both themes, in
 * both languages and in two sizes; a new page or state is one more line here.
 */
export interface Screen {
  /** The name of its pictures. */
  readonly name: string
  /** After `#`. */
  readonly path: string
  /** From the page, loaded anew, to the state. It has to work in every language, so no text of the app but the palette's English. */
  readonly open?: (page: Page) => Promise<void>
}

export interface Stage {
  readonly name: string
  /** An app with the data that its screens show. */
  readonly open: () => Promise<OpenApp>
  /** Called before each page is loaded anew, and when it is there. */
  readonly before?: (app: OpenApp) => Promise<unknown>
  readonly after?: (app: OpenApp) => Promise<unknown>
  /** What is played to the page while it loads: it may never have a title then. */
  readonly disturb?: (page: Page) => Promise<unknown>
  readonly screens: readonly Screen[]
}

const palette = (page: Page) => page.locator('[role="combobox"][aria-autocomplete="list"]')

/** Opens the command palette and runs what has this English name, whatever the language is. */
async function run(page: Page, name: string): Promise<void> {
  await page.keyboard.press('Control+k')
  const field = palette(page)
  await field.fill(name)
  await page.getByRole('dialog').getByRole('option').first().waitFor()
  await field.press('Enter')
  await field.waitFor({ state: 'hidden' })
}

const byPalette = (name: string) => async (page: Page) => {
  await run(page, name)
  await page.getByRole('dialog').first().waitFor()
}

const header = (page: Page) => page.locator('header[data-region]')

async function openRecord(page: Page, key: string): Promise<void> {
  await page.keyboard.press('Control+k')
  await palette(page).fill(key)
  await page.getByRole('dialog').getByRole('option').filter({ hasText: key }).first().click()
  await page.getByRole('heading', { level: 2, name: key }).waitFor()
}

/** A setting that is wanted but not applied. */
async function stage(page: Page, days: string): Promise<void> {
  await page.getByRole('textbox', { name: 'backup.retention_days', exact: true }).fill(days)
  await page.getByRole('region').filter({ hasText: 'backup.retention_days' }).last().waitFor()
}

/** Edits the note, as somebody who has not saved yet. */
async function changeNote(page: Page): Promise<void> {
  await openRecord(page, 'notes:first')
  await page.keyboard.press('F2')
  await page.locator('.cm-content:not([aria-readonly])').click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(
    '{\n  "text": "a note, changed",\n  "written": "2026-11-23",\n  "tags": [\n    "one",\n    "three",\n    "four"\n  ]\n}',
  )
  // The page asks before what was typed is lost.
  page.once('dialog', (dialog) => void dialog.accept())
}

/** The note is written behind the back of who edits it, with another text each time. */
const overtake = (page: Page) =>
  page.evaluate(async () => {
    const value = { text: `a note of ${Date.now()}`, written: '2026-11-23', tags: ['one', 'two'] }
    await (window as unknown as { holdfast: HoldfastBridge }).holdfast.invoke('records.put', {
      key: 'notes:first',
      value,
      encoding: 'json',
    })
  })

export const longKey = `plant/${'hall-with-a-long-name/'.repeat(12)}sensor-0001`

const fullScreens: readonly Screen[] = [
  { name: 'overview', path: '/' },
  { name: 'data', path: '/data' },
  { name: 'data-record', path: '/data', open: (page) => openRecord(page, 'notes:first') },
  { name: 'data-long-key', path: '/data', open: (page) => openRecord(page, longKey) },
  {
    name: 'data-editing',
    path: '/data',
    async open(page) {
      await openRecord(page, 'notes:first')
      await page.keyboard.press('F2')
      await page.locator('.cm-content').waitFor()
    },
  },
  {
    name: 'data-changes',
    path: '/data',
    async open(page) {
      await changeNote(page)
      await page.keyboard.press('Control+s')
      await page.locator('.cm-deletedChunk').first().waitFor()
    },
  },
  {
    name: 'data-conflict',
    path: '/data',
    async open(page) {
      await changeNote(page)
      await page.keyboard.press('Control+s')
      await page.locator('.cm-deletedChunk').first().waitFor()
      await overtake(page)
      await page.keyboard.press('Control+s')
      await page.locator('.cm-mergeView').waitFor()
    },
  },
  {
    name: 'data-tree',
    path: '/data',
    async open(page) {
      await openRecord(page, 'views:reading')
      await page.locator('[aria-label="Record"], [aria-label="记录"]').getByRole('tree').getByText('"sensor-17"').waitFor()
    },
  },
  { name: 'data-image', path: '/data', open: (page) => openRecord(page, 'views:image') },
  { name: 'data-large', path: '/data', open: (page) => openRecord(page, 'views:large') },
  {
    name: 'data-meta',
    path: '/data',
    async open(page) {
      await openRecord(page, 'views:lives')
      await page.getByRole('timer').waitFor()
      await page.getByRole('button', { name: /^(Change expiry or type|更改有效期或类型)$/ }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'data-duplicate',
    path: '/data',
    async open(page) {
      await openRecord(page, 'views:lives')
      await page.keyboard.press('Shift+Insert')
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'data-new', path: '/data', open: byPalette('New record') },
  { name: 'data-import', path: '/data', open: byPalette('Import a file') },
  { name: 'data-export', path: '/data', open: byPalette('Export records') },
  { name: 'data-delete-prefix', path: '/data', open: byPalette('Delete all records with a prefix') },
  { name: 'backups', path: '/backups' },
  { name: 'backups-restore', path: '/backups', open: byPalette('Restore the newest backup') },
  { name: 'activity', path: '/activity' },
  {
    name: 'activity-undo',
    path: '/activity',
    async open(page) {
      await page
        .getByRole('main')
        .getByRole('button', { name: /^(Undo|撤销)$/ })
        .first()
        .click()
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'health', path: '/health' },
  { name: 'locks', path: '/locks', open: (page) => page.getByRole('main').getByText('press:4/program').waitFor() },
  {
    name: 'query',
    path: '/query',
    async open(page) {
      await run(page, 'Query the collection towns')
      await page.getByRole('button', { name: /^(Add condition|添加条件)$/ }).click()
      await page.locator('input[list]').fill('population')
      await page.locator('form select').first().selectOption('gte')
      await page.locator('form input:not([list])').first().fill('100000')
      await page.keyboard.press('Control+Enter')
      await page.getByRole('grid').getByText('town:').first().waitFor()
    },
  },
  {
    name: 'query-collections',
    path: '/query',
    async open(page) {
      await page
        .getByRole('radiogroup', { name: /^(View|视图)$/ })
        .getByText(/^(Collections|集合)$/)
        .click()
      await page.getByRole('table').last().getByText('by_country').first().waitFor()
    },
  },
  { name: 'space', path: '/space', open: (page) => page.getByRole('table').last().getByText('town:').first().waitFor() },
  { name: 'settings', path: '/settings' },
  { name: 'settings-encryption', path: '/settings', open: byPalette('Encrypt the data') },
  { name: 'settings-staged', path: '/settings', open: (page) => stage(page, '45') },
  {
    name: 'settings-mistake',
    path: '/settings',
    async open(page) {
      await stage(page, '0')
      await page.locator('[aria-invalid="true"]').first().waitFor()
    },
  },
  { name: 'connections', path: '/connections' },
  {
    name: 'connections-new',
    path: '/connections',
    async open(page) {
      await page.locator('main').getByRole('button').first().click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'connection-menu',
    path: '/',
    async open(page) {
      await header(page).getByRole('button').first().click()
      await page.getByRole('menu').waitFor()
    },
  },
  { name: 'no-such-page', path: '/nowhere' },
  {
    name: 'palette',
    path: '/',
    async open(page) {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('option').first().waitFor()
    },
  },
  {
    name: 'palette-found',
    path: '/',
    async open(page) {
      await page.keyboard.press('Control+k')
      await palette(page).fill('backup')
      await page.getByRole('option').filter({ hasText: 'backup.' }).first().waitFor()
    },
  },
  {
    name: 'palette-nothing',
    path: '/',
    async open(page) {
      await page.keyboard.press('Control+k')
      await palette(page).fill('zzzzqq')
      await page.getByRole('dialog').getByRole('status').filter({ hasText: 'zzzzqq' }).waitFor()
    },
  },
  { name: 'keys', path: '/', open: (page) => page.keyboard.press('?') },
  { name: 'key-sequence', path: '/', open: (page) => page.keyboard.press('g') },
  {
    name: 'jobs',
    path: '/',
    async open(page) {
      await page.keyboard.press('g')
      await page.keyboard.press('j')
      await page.getByRole('dialog').first().waitFor()
    },
  },
  {
    name: 'menu',
    path: '/',
    async open(page) {
      await header(page)
        .getByRole('button', { name: /^(Language|语言)$/ })
        .click()
      await page.getByRole('menu').waitFor()
    },
  },
  {
    name: 'note',
    path: '/',
    async open(page) {
      await run(page, 'Copy the path of the data folder')
      await page.locator('[data-region="notifications"]').getByRole('status').waitFor()
    },
  },
]

const emptyScreens: readonly Screen[] = [
  { name: 'empty-overview', path: '/' },
  { name: 'empty-data', path: '/data' },
  { name: 'empty-backups', path: '/backups' },
  { name: 'empty-activity', path: '/activity' },
  { name: 'empty-health', path: '/health' },
  { name: 'empty-locks', path: '/locks' },
  { name: 'empty-query', path: '/query' },
  { name: 'empty-space', path: '/space' },
  {
    name: 'empty-jobs',
    path: '/',
    async open(page) {
      await page.keyboard.press('g')
      await page.keyboard.press('j')
      await page.getByRole('dialog').first().waitFor()
    },
  },
]

const gateScreens: readonly Screen[] = [
  { name: 'gate', path: '/' },
  {
    name: 'gate-mistake',
    path: '/',
    async open(page) {
      await page.getByRole('textbox').fill('x')
      await page.keyboard.press('Enter')
      await page.locator('[aria-invalid="true"]').waitFor()
    },
  },
  {
    name: 'gate-refused',
    path: '/',
    async open(page) {
      await page.getByRole('textbox').fill('wrong-wrong-wrong')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').waitFor()
    },
  },
]

const pagesIn = (state: string): readonly Screen[] =>
  ['overview', 'data', 'query', 'backups', 'activity', 'health', 'space', 'locks', 'settings', 'connections'].map((name) => ({
    name: `${state}-${name}`,
    path: name === 'overview' ? '/' : `/${name}`,
  }))

/** A value of each kind that has a viewer of its own. */
async function putValues(host: OpenApp['host']): Promise<void> {
  const reading = { sensor: 'sensor-17', at: new Date(0), values: [21.5, 21.75, null], raw: new Uint8Array([1, 2, 255]), ok: true }
  const binary = 'application/octet-stream'
  await host.putBytes('views:reading', encodePacked(reading), binary)
  await host.putBytes('views:image', readFileSync(join(projectRoot, 'resources/icons/icon-256.png')), binary)
  await host.putBytes('views:large', Buffer.from('2026-11-23T09:12:00Z info a line of a log\n'.repeat(60_000)), 'text/plain')
  await host.putBytes('views:lives', Buffer.from('for a while'), 'text/plain', { 'holdfast-ttl': '7200' })
}

/** Held for as long as the specs may take; one waits, for as long as one may. */
async function holdLocks(host: OpenApp['host']): Promise<void> {
  const json = { 'content-type': 'application/json' }
  const acquire = (wish: object) => host.send('POST', '/api/locks', JSON.stringify({ leaseMs: 3_600_000, ...wish }), json)
  await acquire({ names: ['press:4/program', 'press:4/tools'], owner: 'line control' })
  await acquire({ names: ['recipe:12'], owner: 'report of the night shift', mode: 'shared' })
  void acquire({ names: ['press:4/program'], owner: 'maintenance', waitMs: 60_000 }).catch(() => undefined)
  const transaction = await host.send('POST', '/api/transactions', JSON.stringify({ idleMs: 300_000 }), json)
  const { id } = JSON.parse(transaction.text) as { id: string }
  const operations = [{ op: 'put', key: 'stock:bolts', value: 41 }]
  await host.send('POST', `/api/transactions/${id}/write`, JSON.stringify({ operations }), json)
}

async function defineTowns(host: OpenApp['host']): Promise<void> {
  const indexes = [{ name: 'by_country', fields: [{ path: 'country' }, { path: 'population', descending: true }] }]
  await host.send('PUT', '/api/collections/towns', JSON.stringify({ prefix: 'town:', indexes }), { 'content-type': 'application/json' })
}

const openFull = (door: Door) => async () => {
  const app = await door.open()
  await app.host.import(citiesOf('CH', 'CN').ndjson)
  await app.host.put(longKey, { celsius: 21.5 })
  await app.host.put('notes:first', { text: 'a note', written: '2026-11-23', tags: ['one', 'two'] })
  await putValues(app.host)
  await app.host.run('/api/backups')
  await app.host.run('/api/data?prefix=town:CH:A', 'DELETE')
  await holdLocks(app.host)
  await defineTowns(app.host)
  return app
}

const problem = (status: number, code: string, detail: string) => ({
  status,
  contentType: 'application/problem+json',
  body: JSON.stringify({ code, title: code, detail, status, retryable: false, incident: 'k3f9' }),
})

async function answerWithFailure(page: Page): Promise<void> {
  await page.route('**/api/**', (route) =>
    route.request().url().includes('/api/events')
      ? route.continue()
      : route.fulfill(problem(500, 'internal', 'Something failed inside Holdfast; the log has it under the incident k3f9.')),
  )
}

/** The pages are the same through every door, so one is enough to look at them; a host that is slow or fails is played in a browser. */
const door = doors[0] as Door
export const stages: readonly Stage[] = [
  { name: 'with data', open: openFull(door), screens: fullScreens },
  { name: 'empty', open: () => door.open(), screens: emptyScreens },
  {
    name: 'while the host does not answer yet',
    open: openInBrowser,
    disturb: (page) => page.route('**/api/**', () => undefined),
    screens: pagesIn('loading'),
  },
  { name: 'when the host fails', open: openInBrowser, disturb: answerWithFailure, screens: pagesIn('failed') },
  {
    name: 'when the host is gone',
    async open() {
      const app = await openInBrowser()
      await app.host.put('notes:first', { text: 'a note' })
      await defineTowns(app.host)
      await app.killHost()
      return app
    },
    before: (app) => (app as BrowserApp).startHostAgain(),
    async after(app) {
      await (app as BrowserApp).killHost()
      await app.page.locator('[data-state="lost"]').waitFor({ timeout: 15_000 })
    },
    screens: pagesIn('gone'),
  },
  {
    name: 'without a token',
    open: openInBrowser,
    before: (app) => app.page.evaluate(() => sessionStorage.clear()),
    screens: gateScreens,
  },
]

export const languages = ['en', 'zh-CN'] as const
export const themes = ['light', 'dark'] as const

/** Loads the page anew in English, and brings the screen about. Its theme is the system's: `showTheme` changes it without loading anything. */
export async function show(app: OpenApp, stage: Stage, screen: Screen): Promise<void> {
  const { page } = app
  await stage.before?.(app)
  await page.evaluate((path) => {
    localStorage.setItem('holdfast.language', 'en')
    localStorage.setItem('holdfast.theme', 'auto')
    localStorage.removeItem('holdfast.recent-actions')
    location.hash = `#${path}`
  }, screen.path)
  await stage.disturb?.(page)
  await page.reload()
  await page.locator('main').waitFor()
  if (stage.disturb === undefined) await new FramePage(page).title.or(page.locator('main p')).first().waitFor()
  await screen.open?.(page)
  await stage.after?.(app)
  await settle(page)
}

/** As when it is chosen in another window of the app: whatever is open stays open. */
export async function showLanguage(page: Page, language: (typeof languages)[number]): Promise<void> {
  await page.evaluate((newValue) => {
    const key = 'holdfast.language'
    localStorage.setItem(key, newValue)
    window.dispatchEvent(new StorageEvent('storage', { key, newValue }))
  }, language)
  await page.locator(`html[lang="${language}"]`).waitFor()
}

export async function showTheme(page: Page, theme: (typeof themes)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme: theme })
  await page.locator(`html[data-mantine-color-scheme="${theme}"]`).waitFor()
  await settle(page)
}

// Charts and lists draw when they know their size and their colours.
export const settle = (page: Page): Promise<void> => page.waitForTimeout(150)
