// What `import … from 'electron'` finds in the main process of the stand-in.
import { runInThisContext } from 'node:vm'
import { app } from './app.ts'
import { ipcMain } from './ipc-main.ts'
import { answer } from './launcher.ts'
import { Menu, Notification, nativeImage, Tray } from './menus.ts'
import { standIn } from './recorded.ts'
import { askPermission, protocol, session } from './session.ts'
import { clipboard, dialog, nativeTheme, powerMonitor, safeStorage, screen, shell } from './system.ts'
import { BrowserWindow } from './windows.ts'

export {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
}

const electron = {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  powerMonitor,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  standIn: Object.assign(standIn, { askPermission }),
}
export default electron

answer({
  evaluate({ source, argument }) {
    const run = runInThisContext(`(${source})`) as (module: typeof electron, argument: unknown) => unknown
    return run(electron, argument)
  },
})
