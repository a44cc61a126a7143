import type { Locator, Page } from 'playwright-core'

export class OverviewPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get loadSample(): Locator {
    return this.page.getByRole('main').getByRole('button', { name: 'Load sample data' })
  }

  get importFile(): Locator {
    return this.page.getByRole('main').getByRole('button', { name: 'Import a file' })
  }

  get curlLine(): Locator {
    return this.page.getByRole('main').locator('code').filter({ hasText: 'curl' }).first()
  }

  /** One of the figures at a glance, with its number. */
  figure(name: string): Locator {
    return this.page
      .getByRole('region', { name: 'Figures' })
      .locator('a')
      .filter({ hasText: new RegExp(`^${name}`) })
      .first()
  }
}
