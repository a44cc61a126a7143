import type * as Electron from 'electron'

/** What `evaluate` gives to a function of a spec: the electron module; `standIn` only where it is the stand-in. */
export type ElectronModule = typeof Electron & { standIn?: StandInRecords }

interface Item {
  id?: string
  label?: string
  submenu?: Menu
  click?: () => void
}
interface Menu {
  items: Item[]
  getMenuItemById(id: string): Item | null
}

interface StandInRecords {
  notifications: { title: string; body: string; emit(event: string): boolean }[]
  trays: { menu: Menu | null; toolTip: string; image: string; emit(event: string): boolean }[]
  applicationMenu: Menu | null
  opened: string[]
  protocols: string[]
  downloads: { fileName: string; prevented: boolean; defaultPath: string | undefined }[]
  askPermission(permission: string, requestingUrl: string): Promise<boolean>
}
