import { fileExtension } from './archive-format.ts'

const finished = /^holdfast-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-([0-9a-zA-Z-]{1,40})\.hfb$/
const storeTagLength = 8

/** `holdfast-20261123T141500Z-1f0c5a7e.hfb`: when the backup began (UTC) and its id. */
export const backupFileName = (id: string, createdAtMs: number): string => `holdfast-${compactTime(createdAtMs)}-${id}${fileExtension}`

/** The name of a backup that is being written. It names the store, so that a host which shares the folder leaves it alone. */
export const partialFileName = (fileName: string, storeId: string): string => `${fileName}.${storeTag(storeId)}.partial`

/** Whether a file is what an earlier run of this store's host left of a backup that it never finished. */
export function isPartialOf(storeId: string, name: string): boolean {
  const end = `.${storeTag(storeId)}.partial`
  return name.endsWith(end) && finished.test(name.slice(0, -end.length))
}

/** What the name alone says; undefined for a name that somebody else gave. */
export function readFileName(name: string): { id: string; createdAtMs: number } | undefined {
  const match = finished.exec(name)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second, id = ''] = match
  const createdAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(createdAtMs) ? undefined : { id, createdAtMs }
}

const compactTime = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')

const storeTag = (storeId: string): string => storeId.replaceAll(/[^0-9a-zA-Z]/g, '').slice(0, storeTagLength)
