import type { Status } from '../../contract/index.ts'
import type { SetValue } from './check-settings.ts'
import { eachSetting, type Settings } from './settings-table.ts'

/** Something a person should know at start, though nothing is wrong. */
export type Notice = Status['notices'][number]

/** What to say of the settings that the file sets itself; defaults are not spoken of. */
export function noticesFor(settings: Settings, values: ReadonlyMap<string, SetValue>, readsSled: boolean): Notice[] {
  const notices: Notice[] = []
  if (readsSled) notices.push({ code: 'sled_read_as_lmdb', text: '[database.sled] is read as [database.lmdb].' })
  if (settings.backup.encryptionEnabled) {
    notices.push({
      code: 'backup_encryption_unavailable',
      text: 'Backups are refused while backup.encryption_enabled is true: encrypted backups are not in effect yet. Set it to false to back up in plain text.',
    })
  }
  if (settings.backup.storage.type !== 'local') {
    notices.push({
      code: 'backup_destination_unavailable',
      text: `Backups are refused while backup.storage.type is "${settings.backup.storage.type}": only "local" is in effect yet.`,
    })
  }
  for (const [part, keys] of keysByLaterPart(values)) {
    notices.push({ code: 'setting_not_in_effect', text: `Not in effect yet, arrives with ${part}: ${keys.join(', ')}.` })
  }
  return notices
}

function keysByLaterPart(values: ReadonlyMap<string, SetValue>): Map<string, string[]> {
  const parts = new Map<string, string[]>()
  for (const { path, setting } of eachSetting()) {
    const set = values.get(path.join('.'))
    if (set === undefined || setting.arrivesWith === undefined) continue
    parts.set(setting.arrivesWith, [...(parts.get(setting.arrivesWith) ?? []), set.writtenKey])
  }
  return parts
}
