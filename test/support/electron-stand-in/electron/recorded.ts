import type { Menu, Notification, Tray } from './menus.ts'

/** What the app did with the parts that only record. Specs reach it as `standIn` in `evaluate`; a real Electron has no such thing. */
export const standIn = {
  notifications: [] as Notification[],
  trays: [] as Tray[],
  applicationMenu: null as Menu | null,
  opened: [] as string[],
  /** Schemes whose addresses the app asked to be given. */
  protocols: [] as string[],
  downloads: [] as { fileName: string; prevented: boolean; defaultPath: string | undefined }[],
}
