import type { Locator, Page } from 'playwright-core'

/** What takes how much, and what can be freed. */
export class SpacePage {
  readonly page: Page
  readonly main: Locator

  constructor(page: Page) {
    this.page = page
    this.main = page.getByRole('main')
  }

  get freeable(): Locator {
    return this.main.getByRole('region', { name: 'What can be freed' })
  }

  get places(): Locator {
    return this.main.getByRole('table', { name: 'What lies where' })
  }

  get usage(): Locator {
    return this.main.getByRole('region', { name: 'Which records take how much' })
  }

  by(way: 'Prefix' | 'Collection' | 'Age'): Promise<void> {
    return this.usage.getByRole('radiogroup', { name: 'Told apart by' }).getByText(way, { exact: true }).click()
  }

  row(name: string): Locator {
    return this.usage.getByRole('row').filter({ hasText: name })
  }

  /** Opens the question that says what is won before it begins. */
  async askToCompact(): Promise<Locator> {
    await this.freeable.getByRole('button', { name: 'Compact…' }).click()
    return this.page.getByRole('dialog', { name: 'Compact the database?' })
  }
}
