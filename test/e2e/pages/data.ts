import type { Locator, Page } from 'playwright-core'
import { type ChosenFile, TransferDialogs } from './transfer.ts'

export class DataPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get search(): Locator {
    return this.page.getByRole('textbox', { name: 'Key begins with' })
  }

  get keys(): Locator {
    return this.page.getByRole('listbox', { name: 'Keys' })
  }

  get tree(): Locator {
    return this.page.getByRole('tree', { name: 'Tree of keys' })
  }

  /** A line of the tree by its whole name. */
  branch(name: string): Locator {
    return this.tree.getByRole('treeitem').filter({ has: this.page.getByText(name, { exact: true }) })
  }

  /** Searches as one of the ways of the menu beside the field. */
  async find(way: string, text: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'How to find' }).selectOption({ label: way })
    const field = this.page.getByRole('textbox', { name: way })
    await field.fill(text)
    await field.press('Enter')
  }

  /** Shows the keys of a prefix and goes into their list. */
  async list(prefix: string): Promise<void> {
    await this.page.getByRole('combobox', { name: 'How to find' }).selectOption({ label: 'Begins with' })
    await this.search.fill(prefix)
    await this.sentence(`begin with “${prefix}”`).waitFor()
    await this.search.press('Enter')
  }

  get record(): Locator {
    return this.page.getByRole('region', { name: 'Record' })
  }

  /** The sentence under the title: how many records there are. */
  sentence(text: string | RegExp): Locator {
    return this.page.getByRole('main').getByText(text)
  }

  key(name: string): Locator {
    return this.keys.getByRole('option').filter({ hasText: name })
  }

  value(key: string): Locator {
    return this.page.getByRole('textbox', { name: `Value of ${key}` })
  }

  async select(key: string): Promise<void> {
    await this.key(key).first().click()
    await this.record.getByRole('heading', { name: key }).waitFor()
  }

  async import(file: ChosenFile): Promise<Locator> {
    const dialog = await new TransferDialogs(this.page).choose(file)
    await dialog.getByRole('button', { name: 'Import', exact: true }).click()
    return dialog
  }

  async create(key: string, value: string): Promise<Locator> {
    await this.page.getByRole('button', { name: 'New record' }).first().click()
    const dialog = this.page.getByRole('dialog', { name: 'New record' })
    await dialog.getByRole('textbox', { name: 'Key' }).fill(key)
    await dialog.getByRole('textbox', { name: 'Value' }).fill(value)
    await dialog.getByRole('button', { name: 'Create record' }).click()
    return dialog
  }

  /** Opens the editor and replaces the whole text in it. */
  async edit(key: string, text: string): Promise<void> {
    await this.record.getByRole('button', { name: 'Edit', exact: true }).click()
    const editor = this.value(key)
    await editor.click()
    await this.page.keyboard.press('ControlOrMeta+a')
    await this.page.keyboard.insertText(text)
  }

  /** What saving would change, before it does. */
  async review(key: string): Promise<Locator> {
    await this.record.getByRole('button', { name: 'Review changes' }).click()
    const changes = this.page.getByRole('textbox', { name: `Changes of ${key}` })
    await changes.waitFor()
    return changes
  }

  /** Looks at the changes, then saves them. */
  async save(key: string): Promise<void> {
    await this.review(key)
    await this.record.getByRole('button', { name: 'Save', exact: true }).click()
  }

  /** A decoded value, by its members. */
  members(key: string): Locator {
    return this.page.getByRole('tree', { name: `Value of ${key}` })
  }

  async show(view: string): Promise<void> {
    await this.record.getByRole('radiogroup', { name: 'View' }).getByText(view, { exact: true }).click()
  }

  /** Shows the value in a way that does not fit it. */
  async showOtherwise(view: string): Promise<void> {
    await this.record.getByRole('button', { name: 'Show in another way' }).click()
    await this.page.getByRole('menuitem', { name: view, exact: true }).click()
  }

  async delete(key: string): Promise<void> {
    await this.record.getByRole('button', { name: 'Delete', exact: true }).click()
    const dialog = this.page.getByRole('dialog', { name: `Delete “${key}”?` })
    await dialog.getByRole('button', { name: 'Delete record' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }
}
