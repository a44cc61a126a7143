import { createReadStream, existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createZstdDecompress } from 'node:zlib'
import { z } from 'zod'
import type { ImportReport } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import { findProject } from '../base/project.ts'
import { type ImportDeps, NdjsonImport } from './ndjson-import.ts'

const indexSchema = z.object({ files: z.array(z.object({ file: z.string(), records: z.number().int() })) })

/** The folder of the sample: among a packaged app's resources, else in the program's own folder. Undefined when it was not shipped. */
export function findSampleFolder(root = findProject().root): string | undefined {
  const { resourcesPath } = process as { resourcesPath?: string }
  const resources = [...(resourcesPath === undefined ? [] : [resourcesPath]), join(root, 'resources')]
  return resources.map((folder) => join(folder, 'sample')).find((folder) => existsSync(join(folder, 'index.json')))
}

/** Imports every file of the sample; records of the same keys are replaced. Cancelled half-way, what was loaded stays. */
export async function loadSampleData(deps: ImportDeps, job: JobContext): Promise<{ imported: number; failed: number }> {
  const folder = findSampleFolder()
  if (folder === undefined)
    throw new HoldfastError('not_found', 'The sample data did not come with this installation; import a file instead.')
  const { files } = indexSchema.parse(JSON.parse(await readFile(join(folder, 'index.json'), 'utf8')))
  const sum = { imported: 0, failed: 0 }
  job.report({ phase: 'loading', done: 0, total: files.reduce((total, { records }) => total + records, 0), unit: 'records' })
  for (const { file } of files) {
    const report = await importFile(deps, join(folder, file), (imported) => job.report({ done: sum.imported + imported }), job.signal)
    sum.imported += report.imported
    sum.failed += report.failed
  }
  job.log.info(sum, 'Loaded the sample data.')
  return sum
}

async function importFile(
  deps: ImportDeps,
  path: string,
  onProgress: (imported: number) => void,
  signal: AbortSignal,
): Promise<ImportReport> {
  const file = createReadStream(path)
  const lines = createZstdDecompress()
  // The importer reads `lines`; an error of the file must end it too, and ending early must close the file.
  file.on('error', (error) => lines.destroy(error))
  lines.on('close', () => file.destroy())
  return await new NdjsonImport(deps, { firstLine: 1, onProgress }).run(file.pipe(lines), signal)
}
