import type { Locator, Page } from 'playwright-core'

export class BackupsPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get list(): Locator {
    return this.page.getByRole('table', { name: 'Backups, newest first' })
  }

  get rows(): Locator {
    return this.list.getByRole('row').filter({ hasNot: this.page.getByRole('columnheader') })
  }

  get content(): Locator {
    return this.page.getByRole('region', { name: 'Backups', exact: true })
  }

  backUpNow(): Promise<void> {
    return this.page.getByRole('main').getByRole('button', { name: 'Back up now' }).click()
  }

  cancelJob(name: string): Locator {
    return this.content.getByRole('button', { name: `Cancel job: ${name}` })
  }

  verify(): Promise<void> {
    return this.page.getByRole('button', { name: 'Verify', exact: true }).click()
  }

  /** Opens the question that comes before a restore. */
  async askToRestore(): Promise<Locator> {
    await this.page.getByRole('button', { name: 'Restore…' }).click()
    return this.page.getByRole('dialog', { name: /^Restore the backup of/ })
  }

  async askToUndo(): Promise<Locator> {
    await this.page.getByRole('main').getByRole('button', { name: /^Undo/ }).first().click()
    return this.page.getByRole('dialog', { name: /^(Undo|Go back)/ })
  }

  /** The sentence that a finished job leaves on the page. */
  outcome(text: RegExp): Locator {
    return this.content.getByText(text)
  }
}
