import type { MenuItemConstructorOptions } from 'electron'
import type { Texts } from './texts.ts'

export interface MenuActions {
  openWindow(): void
  backUpNow(): void
  showLogs: (() => void) | undefined
  /** Absent where the host is another process's. */
  restart: (() => void) | undefined
  quit(): void
}

export interface MenuOptions {
  texts: Texts
  actions: MenuActions
  isMac: boolean
  isDevelopment: boolean
}

type Items = MenuItemConstructorOptions[]

/** The application menu: what every program has, plus what Holdfast can do without its window. */
export function menuTemplate(options: MenuOptions): Items {
  const { texts, isMac } = options
  return [
    ...(isMac ? [{ label: texts.appMenu, submenu: macItems(options) }] : []),
    { label: texts.file, submenu: fileItems(options) },
    { label: texts.edit, submenu: editItems(texts) },
    { label: texts.view, submenu: viewItems(options) },
    { label: texts.window, role: 'window', submenu: windowItems(options) },
    { label: texts.help, role: 'help', submenu: helpItems(options) },
  ]
}

const separator = { type: 'separator' } as const

/** Settings that only the next start reads take effect so. */
export const restartItems = ({
  texts,
  actions: { restart },
}: Pick<MenuOptions, 'texts'> & { actions: Pick<MenuActions, 'restart'> }): Items =>
  restart === undefined ? [] : [{ id: 'restart', label: texts.restart, click: () => restart() }]

function macItems({ texts, actions }: MenuOptions): Items {
  return [
    { role: 'about', label: texts.about },
    separator,
    { role: 'services', label: texts.services },
    separator,
    { role: 'hide', label: texts.hide },
    { role: 'hideOthers', label: texts.hideOthers },
    { role: 'unhide', label: texts.showAll },
    separator,
    ...restartItems({ texts, actions }),
    { id: 'quit', label: texts.quit, accelerator: 'Command+Q', click: () => actions.quit() },
  ]
}

function fileItems({ texts, actions, isMac }: MenuOptions): Items {
  const items: Items = [
    { id: 'open', label: texts.open, accelerator: 'CommandOrControl+N', click: () => actions.openWindow() },
    { id: 'back-up-now', label: texts.backUpNow, accelerator: 'CommandOrControl+Shift+B', click: () => actions.backUpNow() },
    separator,
    { role: 'close', label: texts.closeWindow },
  ]
  if (!isMac) {
    items.push(separator, ...restartItems({ texts, actions }))
    items.push({ id: 'quit', label: texts.quit, accelerator: 'Control+Q', click: () => actions.quit() })
  }
  return items
}

const editItems = (texts: Texts): Items => [
  { role: 'undo', label: texts.undo },
  { role: 'redo', label: texts.redo },
  separator,
  { role: 'cut', label: texts.cut },
  { role: 'copy', label: texts.copy },
  { role: 'paste', label: texts.paste },
  { role: 'selectAll', label: texts.selectAll },
]

function viewItems({ texts, isDevelopment }: MenuOptions): Items {
  const items: Items = [
    { role: 'reload', label: texts.reload },
    separator,
    { role: 'resetZoom', label: texts.actualSize },
    { role: 'zoomIn', label: texts.zoomIn },
    { role: 'zoomOut', label: texts.zoomOut },
    separator,
    { role: 'togglefullscreen', label: texts.fullScreen },
  ]
  if (isDevelopment) items.push(separator, { role: 'toggleDevTools', label: texts.developerTools })
  return items
}

function windowItems({ texts, isMac }: MenuOptions): Items {
  const items: Items = [
    { role: 'minimize', label: texts.minimize },
    { role: 'zoom', label: texts.zoom },
  ]
  if (isMac) items.push(separator, { role: 'front', label: texts.front })
  return items
}

function helpItems({ texts, actions, isMac }: MenuOptions): Items {
  const { showLogs } = actions
  const items: Items = showLogs ? [{ id: 'show-logs', label: texts.showLogs, click: () => showLogs() }] : []
  if (!isMac) items.push({ role: 'about', label: texts.about })
  return items
}
