import { isAbsolute, relative, resolve } from 'node:path'
import type { SetValue } from './check-settings.ts'
import type { Mistake } from './mistake.ts'
import type { Settings } from './settings-table.ts'

/** Folders of which none may be, or lie in, another: each is written and cleared by a part that knows nothing of the others. */
const ownFolders = ['database.lmdb.path', 'journal.path', 'backup.storage.path', 'storage.filesystem.base_path'] as const

/** What the host keeps in the data folder under names of its own. */
const ownNames = [
  ...['run', 'logs', 'undo', 'activity', 'series', 'token', 'lock'],
  ...['holdfast.json', 'holdfast.toml', 'jobs.json', 'backup-marks.json', 'config-undo.json'],
]

/**
 * Mistakes that only show when several settings are looked at together. Reported at a line that the file has. A setting that has a
 * mistake of its own (`known`) says nothing about the others: its default stands in its place.
 */
export function crossCheck(settings: Settings, values: ReadonlyMap<string, SetValue>, known: readonly Mistake[]): Mistake[] {
  const mistakes: Mistake[] = []
  const mistaken = new Set(known.map(({ key }) => key.replace(/^database\.sled/, 'database.lmdb')))
  const report = (keys: readonly string[], expected: string): void => {
    if (keys.some((key) => mistaken.has(key))) return
    const set = keys.map((key) => values.get(key)).find((value) => value !== undefined)
    if (set) mistakes.push({ line: set.line, key: set.writtenKey, expected })
  }

  const { cluster } = settings.cache.redis
  if (cluster.enabled && cluster.nodes.length === 0) {
    report(
      ['cache.redis.cluster.nodes', 'cache.redis.cluster.enabled'],
      'expected at least one node in cache.redis.cluster.nodes while the cluster is enabled',
    )
  }
  if (settings.backup.storage.type === 's3' && settings.backup.storage.remoteUrl === '') {
    report(
      ['backup.storage.remote_url', 'backup.storage.type'],
      'expected the address of the bucket in backup.storage.remote_url while the type is "s3"',
    )
  }
  checkFolders(settings, report)
  return mistakes
}

function checkFolders(settings: Settings, report: (keys: readonly string[], expected: string) => void): void {
  const folders = {
    'database.lmdb.path': settings.database.lmdb.path,
    'journal.path': settings.journal.path,
    'backup.storage.path': settings.backup.storage.path,
    'storage.filesystem.base_path': settings.storage.filesystem.basePath,
  } satisfies Record<(typeof ownFolders)[number], string>
  for (const key of ownFolders) {
    if (isWithin(settings.dataFolder, folders[key])) {
      report([key], 'expected a folder of its own, not the data folder or one that contains it')
      continue
    }
    const taken = ownNames.find((name) => overlap(resolve(settings.dataFolder, name), folders[key]))
    if (taken !== undefined) report([key], `expected a folder of its own: "${taken}" of the data folder is taken by Holdfast itself`)
  }
  for (const [index, one] of ownFolders.entries()) {
    for (const other of ownFolders.slice(index + 1)) {
      if (overlap(folders[one], folders[other])) {
        report([other, one], `expected a folder of its own: ${one} and ${other} lie in one another`)
      }
    }
  }
}

const overlap = (one: string, other: string): boolean => isWithin(one, other) || isWithin(other, one)

/** Whether `inner` is `outer` or lies in it. */
function isWithin(inner: string, outer: string): boolean {
  const way = relative(outer, inner)
  return !/^\.\.([/\\]|$)/.test(way) && !isAbsolute(way)
}
