import { EventEmitter } from 'node:events'
import { standIn } from './recorded.ts'
import { strict } from './strict.ts'

interface Template {
  id?: string
  label?: string
  role?: string
  type?: string
  enabled?: boolean
  accelerator?: string
  submenu?: Template[]
  click?: () => void
}

export interface MenuItem extends Omit<Template, 'submenu'> {
  submenu?: Menu
}

export class Menu {
  readonly items: MenuItem[]

  private constructor(items: MenuItem[]) {
    this.items = items
  }

  static buildFromTemplate(template: Template[]): Menu {
    return new Menu(template.map(({ submenu, ...item }) => (submenu ? { ...item, submenu: Menu.buildFromTemplate(submenu) } : item)))
  }

  static setApplicationMenu(menu: Menu | null): void {
    standIn.applicationMenu = menu
  }

  static getApplicationMenu(): Menu | null {
    return standIn.applicationMenu
  }

  getMenuItemById(id: string): MenuItem | null {
    for (const item of this.items) {
      if (item.id === id) return item
      const below = item.submenu?.getMenuItemById(id)
      if (below) return below
    }
    return null
  }
}

export class Tray extends EventEmitter {
  menu: Menu | null = null
  toolTip = ''
  image = ''
  #destroyed = false

  constructor(image: unknown) {
    super()
    if (process.env.STAND_IN_NO_TRAY === '1') throw new Error('electron stand-in: this desktop has no tray')
    if (!image) throw new Error('A tray needs an image')
    standIn.trays.push(this)
  }

  setImage(image: unknown): void {
    this.image = (image as { path?: string }).path ?? ''
  }

  setToolTip(text: string): void {
    this.toolTip = text
  }

  setContextMenu(menu: Menu | null): void {
    this.menu = menu
  }

  isDestroyed(): boolean {
    return this.#destroyed
  }

  destroy(): void {
    this.#destroyed = true
  }
}

export class Notification extends EventEmitter {
  readonly title: string
  readonly body: string

  static isSupported(): boolean {
    return true
  }

  constructor(options: { title?: string; body?: string }) {
    super()
    this.title = options.title ?? ''
    this.body = options.body ?? ''
  }

  show(): void {
    standIn.notifications.push(this)
    this.emit('show')
  }
}

export const nativeImage = strict('nativeImage', {
  createFromPath: (path: string) => ({ path, isEmpty: () => false }),
  createEmpty: () => ({ isEmpty: () => true }),
})
