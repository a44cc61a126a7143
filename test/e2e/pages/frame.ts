import type { Locator, Page } from 'playwright-core'

export const pageNames = [
  'Overview',
  'Data',
  'Query',
  'Backups',
  'Activity',
  'Health',
  'Space',
  'Locks',
  'Settings',
  'Connections',
] as const
export type PageName = (typeof pageNames)[number]
const pagePaths: Record<PageName, string> = {
  Overview: '#/',
  Data: '#/data',
  Query: '#/query',
  Backups: '#/backups',
  Activity: '#/activity',
  Health: '#/health',
  Space: '#/space',
  Locks: '#/locks',
  Settings: '#/settings',
  Connections: '#/connections',
}

/** What is around every page: navigation, state, jobs, language, theme. */
export class FramePage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get navigation(): Locator {
    return this.page.getByRole('navigation', { name: 'Pages' })
  }

  get title(): Locator {
    return this.page.getByRole('heading', { level: 1 })
  }

  get banner(): Locator {
    return this.page.getByRole('main').getByRole('status').first()
  }

  /** Says which host this is. */
  get connection(): Locator {
    return this.page
      .getByRole('banner')
      .first()
      .getByRole('button', { name: /^Connection: / })
  }

  get notes(): Locator {
    return this.page.locator('[data-region="notifications"]')
  }

  get jobsButton(): Locator {
    return this.page
      .getByRole('banner')
      .first()
      .getByRole('button', { name: /^(Jobs|\d+ jobs? running)/ })
  }

  async open(name: PageName): Promise<void> {
    await this.navigation.getByRole('link', { name, exact: true }).click()
    await this.title.filter({ hasText: name }).waitFor()
  }

  /** Goes to a page without reading anything on it: works in every language. */
  async openPath(name: PageName): Promise<void> {
    await this.page.evaluate((hash) => {
      location.hash = hash
    }, pagePaths[name])
    await this.title.waitFor()
  }

  async chooseTheme(current: { menu: string; item: string }): Promise<void> {
    await this.page.getByRole('button', { name: current.menu, exact: true }).click()
    await this.page.getByRole('menuitemradio', { name: current.item, exact: true }).click()
  }

  async chooseLanguage(current: { menu: string; item: string }): Promise<void> {
    await this.chooseTheme(current)
  }

  /** Language and theme are kept in the page's storage: set there, they hold from the next load on. */
  async prefer(preferences: { language: 'en' | 'zh-CN'; theme: 'light' | 'dark' }): Promise<void> {
    await this.page.evaluate(({ language, theme }) => {
      localStorage.setItem('holdfast.language', language)
      localStorage.setItem('holdfast.theme', theme)
    }, preferences)
    await this.page.reload()
    await this.title.waitFor()
  }
}
