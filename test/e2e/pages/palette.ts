import type { Locator, Page } from 'playwright-core'

export class PalettePage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get field(): Locator {
    return this.page.locator('[role="combobox"][aria-autocomplete="list"]')
  }

  option(name: string | RegExp): Locator {
    return this.page.getByRole('dialog').getByRole('option', { name }).first()
  }

  async open(): Promise<void> {
    await this.page.keyboard.press('Control+k')
    await this.field.waitFor()
  }

  /** Types a name and runs what is found first. */
  async run(name: string): Promise<void> {
    await this.open()
    await this.field.fill(name)
    await this.page.getByRole('dialog').getByRole('option').first().waitFor()
    await this.field.press('Enter')
    await this.field.waitFor({ state: 'hidden' })
  }
}
