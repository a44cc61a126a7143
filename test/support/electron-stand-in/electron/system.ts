import { EventEmitter } from 'node:events'
import { standIn } from './recorded.ts'
import { strict } from './strict.ts'

interface Answer {
  response: number
  checkboxChecked?: boolean
  /** How long a person thinks. */
  waitMs?: number
}

/** Answers for dialogs that come before a spec could give them by `evaluate`. */
const answers = JSON.parse(process.env.STAND_IN_ANSWERS ?? '{}') as Record<string, Answer | undefined>

const unanswered = (name: string) => new Error(`electron stand-in: dialog.${name} was called and no spec answers it`)

/** A spec answers a dialog by replacing its function, as it would with the real one, or beforehand by `STAND_IN_ANSWERS`. */
export const dialog = strict('dialog', {
  async showMessageBox(...args: unknown[]) {
    const options = args.at(-1) as { message?: string; detail?: string }
    process.stderr.write(`dialog: ${options.message ?? ''}\n${options.detail ?? ''}\n`)
    const answer = answers.showMessageBox
    if (!answer) throw unanswered('showMessageBox')
    await new Promise((resolve) => setTimeout(resolve, answer.waitMs ?? 0))
    return { checkboxChecked: false, ...answer }
  },
  async showOpenDialog(): Promise<{ canceled: boolean; filePaths: string[] }> {
    throw unanswered('showOpenDialog')
  },
  async showSaveDialog(): Promise<{ canceled: boolean; filePath: string }> {
    throw unanswered('showSaveDialog')
  },
  showMessageBoxSync(): number {
    throw unanswered('showMessageBoxSync')
  },
  showErrorBox(title: string, content: string) {
    process.stderr.write(`${title}\n${content}\n`)
  },
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

/** A key store whose texts can be told from the plain ones, and which specs can take away. */
export const safeStorage = strict('safeStorage', {
  isEncryptionAvailable: () => process.env.STAND_IN_NO_KEY_STORE !== '1',
  getSelectedStorageBackend: () => 'gnome_libsecret',
  encryptString: (text: string) => Buffer.from(`sealed:${text}`).map((byte) => byte ^ 0x5a),
  decryptString(bytes: Buffer) {
    const text = Buffer.from(bytes.map((byte) => byte ^ 0x5a)).toString()
    if (!text.startsWith('sealed:')) throw new Error('electron stand-in: this was not encrypted here')
    return text.slice('sealed:'.length)
  },
})
