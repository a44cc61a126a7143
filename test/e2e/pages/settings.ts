import type { Locator, Page } from 'playwright-core'

/** The settings: fields by their key, what is staged, and what was done. */
export class SettingsPage {
  readonly main: Locator
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
    this.main = page.getByRole('main')
  }

  get search(): Locator {
    return this.main.getByRole('searchbox', { name: 'Find a setting' })
  }

  get staged(): Locator {
    return this.main.getByRole('region', { name: 'Changes to apply' })
  }

  get done(): Locator {
    return this.main.getByRole('status', { name: 'What was done' })
  }

  get conflict(): Locator {
    return this.#page.getByRole('dialog', { name: 'The file was edited meanwhile' })
  }

  get encryption(): Locator {
    return this.main.getByRole('region', { name: 'Encryption of the data on this disk' })
  }

  /** Asks for it, reads what it says, and confirms. */
  async changeEncryption(action: string, says: RegExp): Promise<void> {
    await this.encryption.getByRole('button', { name: `${action}…` }).click()
    const question = this.#page.getByRole('dialog')
    await question.getByText(says).waitFor()
    await question.getByRole('button', { name: action, exact: true }).click()
    await question.waitFor({ state: 'hidden' })
  }

  field(key: string): Locator {
    return this.main.getByRole('textbox', { name: key, exact: true })
  }

  row(key: string): Locator {
    return this.main.getByRole('row').filter({ has: this.#page.getByRole('rowheader', { name: key.split('.').at(-1) as string }) })
  }

  async show(which: RegExp): Promise<void> {
    await this.main.getByText(which).first().click()
  }

  async choose(key: string, choice: string): Promise<void> {
    await this.main.getByRole('combobox', { name: key, exact: true }).click()
    await this.#page.getByRole('option', { name: choice, exact: true }).click()
  }

  async apply(): Promise<void> {
    await this.staged.getByRole('button', { name: 'Apply' }).click()
  }
}
