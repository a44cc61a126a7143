import { EventEmitter } from 'node:events'
import { standIn } from './recorded.ts'
import { strict } from './strict.ts'

const unanswered = (name: string) => async () => {
  throw new Error(`electron stand-in: dialog.${name} was called and no spec answers it`)
}

/** A spec answers a dialog by replacing its function, as it would with the real one. */
export const dialog = strict('dialog', {
  showMessageBox: unanswered('showMessageBox'),
  showMessageBoxSync: (): number => {
    throw new Error('electron stand-in: dialog.showMessageBoxSync was called and no spec answers it')
  },
  showOpenDialog: unanswered('showOpenDialog'),
  showSaveDialog: unanswered('showSaveDialog'),
  showErrorBox: (title: string, content: string) => void process.stderr.write(`${title}\n${content}\n`),
})

export const shell = strict('shell', {
  async openPath(path: string) {
    standIn.opened.push(path)
    return ''
  },
  async openExternal(url: string) {
    standIn.opened.push(url)
  },
  showItemInFolder: (path: string) => void standIn.opened.push(path),
})

let clipboardText = ''
export const clipboard = strict('clipboard', {
  writeText(text: string) {
    clipboardText = text
  },
  readText: () => clipboardText,
})

export const nativeTheme = strict('nativeTheme', Object.assign(new EventEmitter(), { themeSource: 'system', shouldUseDarkColors: false }))

const display = {
  id: 1,
  scaleFactor: 1,
  bounds: { x: 0, y: 0, width: 1920, height: 1080 },
  workArea: { x: 0, y: 0, width: 1920, height: 1040 },
  workAreaSize: { width: 1920, height: 1040 },
}
export const screen = strict(
  'screen',
  Object.assign(new EventEmitter(), { getPrimaryDisplay: () => display, getAllDisplays: () => [display] }),
)
export const powerMonitor = strict('powerMonitor', new EventEmitter())
