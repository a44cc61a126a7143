import type { Locator, Page } from 'playwright-core'

/** A condition as it is chosen in a row. */
export interface Condition {
  readonly field: string
  readonly comparison: string
  readonly value?: string
}

/** Queries, and the collections that they are asked of. */
export class QueryPage {
  readonly page: Page
  readonly main: Locator

  constructor(page: Page) {
    this.page = page
    this.main = page.getByRole('main')
  }

  get results(): Locator {
    return this.main.getByRole('grid', { name: 'Results' })
  }

  get indexes(): Locator {
    return this.main.getByRole('table', { name: 'Indexes' }).getByRole('row')
  }

  show(view: 'Query' | 'Collections'): Promise<void> {
    return this.main.getByRole('radiogroup', { name: 'View' }).getByText(view, { exact: true }).click()
  }

  /** Makes a collection in the form. */
  async create(name: string, prefix: string, indexFields?: string): Promise<void> {
    await this.main.getByRole('button', { name: 'New collection…' }).click()
    const dialog = this.page.getByRole('dialog', { name: 'New collection' })
    await dialog.getByRole('textbox', { name: 'Name', exact: true }).fill(name)
    await dialog.getByRole('textbox', { name: 'Keys begin with' }).fill(prefix)
    if (indexFields !== undefined) {
      await dialog.getByRole('button', { name: 'Add index' }).click()
      await dialog.getByRole('textbox', { name: 'Fields of index 1' }).fill(indexFields)
    }
    await dialog.getByRole('button', { name: 'Make collection' }).click()
    await dialog.waitFor({ state: 'hidden' })
  }

  async add({ field, comparison, value }: Condition): Promise<void> {
    await this.main.getByRole('button', { name: 'Add condition' }).click()
    await this.main.getByRole('combobox', { name: 'Field', exact: true }).last().fill(field)
    await this.main.getByRole('combobox', { name: 'Comparison' }).last().selectOption({ label: comparison })
    if (value !== undefined) await this.main.getByRole('textbox', { name: 'Value' }).last().fill(value)
  }

  async sort(field: string, direction: 'ascending' | 'descending'): Promise<void> {
    await this.main.getByRole('button', { name: 'Add sort field' }).click()
    await this.main.getByRole('combobox', { name: 'Sort field 1' }).fill(field)
    await this.main.getByRole('combobox', { name: 'Direction 1' }).selectOption({ label: direction })
  }

  run(): Promise<void> {
    return this.main.getByRole('button', { name: /^Run/ }).click()
  }

  row(key: string): Locator {
    return this.results.getByRole('row').filter({ has: this.page.getByText(key, { exact: true }) })
  }

  /** How it was answered, and what would help. */
  explained(text: string | RegExp): Locator {
    return this.main.getByText(text)
  }

  async fromMenu(item: string): Promise<void> {
    await this.main.locator('[aria-haspopup="menu"]').click()
    await this.page.getByRole('menuitem', { name: item }).click()
  }

  async saveAs(name: string): Promise<void> {
    await this.fromMenu('Save as…')
    await this.name('Save this query', 'Save query', name)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.fromMenu('Rename…')
    await this.name(`Rename “${from}”`, 'Rename query', to)
  }

  async name(title: string, action: string, name: string): Promise<void> {
    const dialog = this.page.getByRole('dialog', { name: title })
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
    await dialog.getByRole('button', { name: action }).click()
    await dialog.waitFor({ state: 'hidden' })
  }
}
