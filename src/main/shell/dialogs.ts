import { type BrowserWindow, clipboard, dialog, type MessageBoxOptions } from 'electron'
import type { StartFailure } from './start-failure.ts'
import type { Texts } from './texts.ts'

const ask = async (options: MessageBoxOptions): Promise<number> => (await dialog.showMessageBox({ noLink: true, ...options })).response

/** Whether to try again. */
export async function askAfterFailure(failure: StartFailure, texts: Texts): Promise<boolean> {
  for (;;) {
    const response = await ask({
      type: 'error',
      title: texts.startFailedTitle,
      message: failure.title,
      detail: failure.detail,
      buttons: [texts.tryAgain, texts.copyDetails, texts.quit],
      defaultId: 0,
      cancelId: 2,
    })
    if (response !== 1) return response === 0
    clipboard.writeText(`${failure.title}\n${failure.detail}`)
  }
}

/** Where there is no tray: what becomes of the host when its window goes. */
export async function askBeforeClosing(texts: Texts): Promise<'keep' | 'quit' | 'cancel'> {
  const response = await ask({
    type: 'question',
    message: texts.closeQuestion,
    detail: texts.closeDetail,
    buttons: [texts.keepRunning, texts.quit, texts.cancel],
    defaultId: 0,
    cancelId: 2,
  })
  return (['keep', 'quit', 'cancel'] as const)[response] ?? 'cancel'
}

/** Whether to quit although jobs run; `jobs` says which. */
export async function askBeforeQuitting(jobs: string, texts: Texts): Promise<boolean> {
  const response = await ask({
    type: 'question',
    message: texts.quitQuestion,
    detail: texts.quitDetail(jobs),
    buttons: [texts.keepRunning, texts.quitAnyway],
    defaultId: 0,
    cancelId: 0,
  })
  return response === 1
}

/** Whether the page may go although it holds unsaved changes. Answers at once: Chromium waits for it. */
export function askAboutUnsaved(window: BrowserWindow, texts: Texts): boolean {
  const choice = dialog.showMessageBoxSync(window, {
    type: 'question',
    message: texts.unsaved,
    buttons: [texts.stay, texts.discardChanges],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return choice === 1
}

/** Whether to show the page once more after it failed. */
export async function askToShowAgain(texts: Texts): Promise<boolean> {
  const response = await ask({
    type: 'error',
    message: texts.pageFailedTitle,
    detail: texts.pageFailed,
    buttons: [texts.showAgain, texts.closeWindow],
    defaultId: 0,
    cancelId: 1,
  })
  return response === 0
}

/** The folder that a person chose, null when none was. */
export async function chooseFolder(texts: Texts): Promise<string | null> {
  const { filePaths } = await dialog.showOpenDialog({
    title: texts.folderTitle,
    buttonLabel: texts.chooseFolder,
    properties: ['openDirectory', 'createDirectory'],
  })
  return filePaths[0] ?? null
}
