import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BackupManager } from '../../../src/main/backup/backup-manager.ts'
import { systemClock } from '../../../src/main/base/clock.ts'
import type { JobContext } from '../../../src/main/base/job-context.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { openBuiltStore } from '../built-store.ts'
import type { Row } from '../row.ts'
import { valuesOf } from '../workload.ts'

const records = 400_000
const valueBytes = 1024
/** One value of three is noise, as a picture or an encrypted value would be. */
const noisy = 3

const job: JobContext = { id: 'bench', signal: new AbortController().signal, log: silentLog, report: () => {} }
const megabytes = (records * valueBytes) / 1_000_000

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return megabytes / ((performance.now() - startedAt) / 1000)
}

/** P13. Holdfast's backup is not encrypted yet, restic's always is; Holdfast's is read back whole before it counts, restic's is not. */
export const fullBackup: Row = {
  id: 'P13',
  workload: 'full backup of 410 MB, compressed, not encrypted, read back',
  peer: 'restic of the database file, encrypted, not read back',
  unit: 'MB/s',
  goal: { atLeast: 2.5 },
  needs: 'restic',
  async prepare(folder) {
    const texts = valuesOf(5000, valueBytes)
    const noise = Array.from({ length: records / noisy + 1 }, () => randomBytes(valueBytes))
    const valueAt = (index: number) => (index % noisy === 0 ? noise[index / noisy] : texts[index % texts.length]) as Buffer
    const place = join(folder, 'holdfast')
    const store = await openBuiltStore(place, records, valueAt)
    const backupFolder = join(folder, 'backups')
    const common = { store, storeId: 'bench', nodeId: 'bench', appVersion: 'bench', clock: systemClock, log: silentLog }
    const settings = { folder: backupFolder, storageType: 'local', compressionLevel: 3, encryptionEnabled: false }
    const backups = await BackupManager.open({ ...common, settings, marksFile: join(folder, 'marks.json'), onChanged: () => {} })
    const database = join(place, 'db', store.figures().generation)
    const restic = (repository: string, ...args: string[]) =>
      promisify(execFile)('restic', ['--repo', repository, '--no-cache', '--quiet', ...args], {
        env: { ...process.env, RESTIC_PASSWORD: 'bench' },
      })
    return {
      ours: async () => {
        const rate = await timed(() => backups.create(job))
        rmSync(backupFolder, { recursive: true })
        return rate
      },
      peers: async (round) => {
        const repository = join(folder, `restic-${round}`)
        mkdirSync(repository)
        await restic(repository, 'init')
        const rate = await timed(() => restic(repository, 'backup', database))
        rmSync(repository, { recursive: true })
        return rate
      },
      close: async () => {
        await backups.close()
        await store.close()
      },
    }
  },
}
