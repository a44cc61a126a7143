import type { Locator, Page } from 'playwright-core'
import { FramePage } from './frame.ts'

/** The page of the remembered hosts, and the dialogs around it. */
export class ConnectionsPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get editor(): Locator {
    return this.page.getByRole('dialog', { name: /^(New|Edit) connection$/ })
  }

  get result(): Locator {
    return this.editor.getByRole('status')
  }

  row(name: string): Locator {
    return this.page.getByRole('table', { name: 'Remembered hosts' }).getByRole('row').filter({ hasText: name })
  }

  async open(): Promise<void> {
    await new FramePage(this.page).open('Connections')
  }

  /** Fills the form of a host at an address and tests it. */
  async proposeAddress(facts: { address: string; token: string; name: string }): Promise<void> {
    await this.page.getByRole('button', { name: 'New connection' }).click()
    await this.editor.getByText('Address', { exact: true }).click()
    await this.editor.getByRole('textbox', { name: 'Address of the host' }).fill(facts.address)
    await this.editor.getByLabel('Token', { exact: true }).fill(facts.token)
    await this.editor.getByRole('textbox', { name: 'Name' }).fill(facts.name)
    await this.editor.getByRole('button', { name: 'Test', exact: true }).click()
  }

  async save(): Promise<void> {
    await this.editor.getByRole('button', { name: 'Save', exact: true }).click()
    await this.editor.waitFor({ state: 'hidden' })
  }

  async markAsProduction(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Edit ${name}` }).click()
    await this.editor.getByRole('checkbox', { name: 'Production' }).check()
    await this.save()
  }

  /** Resolves when the page of the other host is there. */
  async switchTo(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Switch to ${name}` }).click()
    await new FramePage(this.page).connection.filter({ hasText: name }).waitFor()
  }
}
