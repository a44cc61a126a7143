import { basename } from 'node:path'
import { openArchive } from './archive-file.ts'
import { walkArchive } from './archive-walk.ts'
import { type Damage, damagedBackup } from './damage.ts'
import { FileRangeSource } from './range-source.ts'
import { type ArchiveSummary, summaryOf, type TaskContext } from './task-context.ts'

/** Reads a backup whole. Throws `backup_damaged` naming every damaged place, `newer_format`, `cancelled`. */
export async function verifyBackup({ file }: { file: string }, context: TaskContext): Promise<ArchiveSummary> {
  const source = await FileRangeSource.open(file)
  try {
    const archive = await openArchive(source, basename(file))
    const damages: Damage[] = []
    let readBytes = 0
    context.report({ phase: 'verifying', done: 0, total: source.bytes, unit: 'bytes' })
    for await (const entry of walkArchive(archive, context.signal)) {
      if ('damage' in entry) damages.push(entry.damage)
      readBytes += entry.storedBytes
      context.report({ done: readBytes })
    }
    if (damages.length > 0) throw damagedBackup(archive.name, damages)
    return summaryOf(archive)
  } finally {
    await source.close()
  }
}
