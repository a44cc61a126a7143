import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import type { OpenApp } from '../support/doors.ts'

export interface ChosenFile {
  name: string
  mimeType: string
  buffer: Buffer
}

/** Import and export, which are there on every page. */
export class TransferDialogs {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get importDialog(): Locator {
    return this.page.getByRole('dialog', { name: 'Import records' })
  }

  get exportDialog(): Locator {
    return this.page.getByRole('dialog', { name: 'Export records' })
  }

  get preview(): Locator {
    return this.importDialog.getByRole('region', { name: 'Preview: the first records' })
  }

  /** Opens the import on the data page and chooses a file: its preview is there then. */
  async choose(file: ChosenFile): Promise<Locator> {
    if (!(await this.importDialog.isVisible())) {
      await this.page.getByRole('main').getByRole('button', { name: 'Import', exact: true }).first().click()
    }
    const chooser = this.page.waitForEvent('filechooser')
    await this.importDialog.getByRole('button', { name: 'Choose a file…' }).click()
    await (await chooser).setFiles(file)
    await this.importDialog.getByText(file.name, { exact: true }).waitFor()
    return this.importDialog
  }

  async close(): Promise<void> {
    await this.importDialog.getByRole('button', { name: 'Close', exact: true }).last().click()
    await this.importDialog.waitFor({ state: 'hidden' })
  }

  /** Lets files go over the window, as they come from the desktop. */
  async drop(...files: { name: string; text: string }[]): Promise<void> {
    const transfer = await this.page.evaluateHandle((dropped) => {
      const data = new DataTransfer()
      for (const { name, text } of dropped) data.items.add(new File([text], name))
      return data
    }, files)
    await this.page.dispatchEvent('main', 'dragover', { dataTransfer: transfer })
    await this.page.dispatchEvent('main', 'drop', { dataTransfer: transfer })
  }
}

/** Does what saves a file, and gives what was saved, wherever the door puts it. */
export async function savedBy(app: OpenApp, save: () => Promise<void>, timeoutMs = 5000): Promise<string> {
  if (app.desktop) {
    const filePath = join(app.place.profile, `saved-${Date.now()}`)
    await app.desktop.evaluate(({ dialog }: { dialog: { showSaveDialog: unknown } }, path) => {
      dialog.showSaveDialog = async () => ({ canceled: false, filePath: path })
    }, filePath)
    await save()
    for (let attempt = 0; ; attempt++) {
      try {
        return readFileSync(filePath, 'utf8')
      } catch (error) {
        if (attempt > timeoutMs / 50) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
  // Where a browser has its own picker of files, specs cannot answer it; then the page makes a download.
  await app.page.evaluate(() => Object.defineProperty(window, 'showSaveFilePicker', { value: undefined, configurable: true }))
  const download = app.page.waitForEvent('download', { timeout: timeoutMs })
  await save()
  const pieces: Buffer[] = []
  for await (const piece of await (await download).createReadStream()) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}
