import type { Locator, Page } from 'playwright-core'

/** Who holds what, and what is open. */
export class LocksPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get find(): Locator {
    return this.page.getByRole('searchbox', { name: 'Find a lock or its holder' })
  }

  get empty(): Locator {
    return this.page.getByRole('main').getByText('Nothing is locked', { exact: true })
  }

  get transactions(): Locator {
    return this.page.getByRole('table', { name: 'Open transactions' }).getByRole('row')
  }

  lock(name: string): Locator {
    return this.page.getByRole('table', { name: 'Locks' }).getByRole('row').filter({ hasText: name })
  }

  /** Opens the question that comes before a lock is taken from its holder. */
  async askToRelease(name: string): Promise<Locator> {
    await this.page.getByRole('button', { name: `Release ${name}` }).click()
    return this.page.getByRole('dialog', { name: /^Take the/ })
  }

  async askToRollBack(): Promise<Locator> {
    await this.page
      .getByRole('button', { name: /^Roll back / })
      .first()
      .click()
    return this.page.getByRole('dialog', { name: 'Roll this transaction back?' })
  }
}
