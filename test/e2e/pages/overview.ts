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
    return this.page.getByRole('main').getByRole('button', { name: /^Import a file/ })
  }

  get curlLine(): Locator {
    return this.page.getByRole('main').locator('code').filter({ hasText: 'curl' }).first()
  }

  figure(name: string): Locator {
    return this.page
      .getByRole('main')
      .getByRole('group', { name })
      .or(this.page.getByRole('main').locator('dl > div', { hasText: name }))
  }
}
