import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { HoldfastError } from './errors.ts'
import { type HostRecord, readLiveHostRecord } from './host-record.ts'

/** Two that start at the same moment get in each other's way for an instant; then one of them has it. */
const contentionMs = 1000
const sqliteBusy = 5

/** The garbage collector closes a database that nobody refers to, and with it the lock would be gone. */
const held = new Set<DatabaseSync>()

/**
 * The right to be the one host of a data folder, held until `release` or the end of the process, however it ends. It is a lock of the
 * operating system on the file `lock`, so that neither SIGKILL nor a reused pid leaves anything behind (docs/adr/0002-host-lock.md).
 * The file must never be opened by anything else in this process: closing it would drop the lock.
 */
export class HostLock {
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** `folder` is the real path of the data folder. Throws `host_running` naming the pid of the host that has it. */
  static async acquire(folder: string): Promise<HostLock> {
    const file = join(folder, 'lock')
    const database = openLockFile(file)
    try {
      // Begun and never ended. Nothing is ever written, so the journal that goes with a transaction need not be a file.
      database.exec(`PRAGMA busy_timeout = ${contentionMs}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`)
    } catch (error) {
      database.close()
      if ((error as { errcode?: number }).errcode === sqliteBusy) throw hostRunning(folder, await readLiveHostRecord(folder))
      const sentence = `The file ${file} cannot be locked: something else was written into it. Make sure that no host runs on the folder, delete that file, and start again.`
      throw new HoldfastError('foreign_folder', sentence, { cause: error })
    }
    if (process.platform !== 'win32') await chmod(file, 0o600)
    held.add(database)
    return new HostLock(database)
  }

  release(): void {
    held.delete(this.#database)
    this.#database.close()
  }
}

function openLockFile(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file)
  } catch (error) {
    throw new HoldfastError('foreign_folder', `The file ${file} cannot be opened for locking; check who owns the folder.`, { cause: error })
  }
}

function hostRunning(folder: string, record: HostRecord | undefined): HoldfastError {
  const who = record === undefined ? 'A host' : `The host with pid ${record.pid}`
  return new HoldfastError('host_running', `${who} already runs on the data folder ${folder}. Use that one, or stop it first.`, {
    details: { dataFolder: folder, ...(record !== undefined && { pid: record.pid, socket: record.socket, url: record.url }) },
  })
}
