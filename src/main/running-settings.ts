import { join, resolve } from 'node:path'
import type { Clock } from './base/clock.ts'
import type { Log } from './base/log.ts'
import { ConfigManager, type LoadedSettings, UndoNotes } from './config/index.ts'
import type { Logger } from './monitoring/logger.ts'
import type { Parts } from './parts.ts'

const mebibyte = 1024 * 1024

export interface ConfigDeps {
  /** Null: `holdfast.toml` of the data folder. */
  readonly configFile: string | null
  readonly dataFolder: string
  readonly loaded: LoadedSettings
  readonly clock: Clock
  readonly log: Log
}

export const openConfig = ({ configFile, dataFolder, loaded, clock, log }: ConfigDeps): ConfigManager =>
  new ConfigManager({
    path: configFile === null ? join(dataFolder, 'holdfast.toml') : resolve(configFile),
    dataFolder,
    loaded,
    undoNotes: new UndoNotes(join(dataFolder, 'config-undo.json'), log),
    clock,
    log,
  })

/** Hands a change of settings to the parts that keep a copy of what they were told; all others look at `config.running` as they work. */
export function followSettings(
  config: ConfigManager,
  logger: Pick<Logger, 'setLevel'>,
  { store, means, memoryTier, activity, events }: Parts,
): void {
  config.onChanged(({ running, changes, isUndo }) => {
    logger.setLevel(running.log.level)
    memoryTier.resize(running.database.lmdb.cacheSizeMb * mebibyte)
    means.setCompresses(running.database.lmdb.compression)
    store.setFlushEveryMs(running.database.lmdb.flushEveryMs)
    activity.note({ action: 'configuration.changed', target: { name: namesOf(changes) }, ...(isUndo && { facts: { undo: true } }) })
    events.publish('state', { code: 'config_changed' })
  })
}

/** The keys, as far as they fit in a line. Never the values: one may be a secret. */
const namesOf = (changes: readonly { readonly key: string }[]): string =>
  changes.length <= 3 ? changes.map(({ key }) => key).join(', ') : `${changes[0]?.key} and ${changes.length - 1} more`

/** What the doors take at most, as it is when it is asked for. */
export const doorLimits = (config: Pick<ConfigManager, 'running'>) => ({
  get connections() {
    return config.running.limits.maxConnections
  },
  get requestsInFlight() {
    return config.running.limits.maxRequestsInFlight
  },
  get maxValueBytes() {
    return config.running.limits.maxValueMb * mebibyte
  },
})
