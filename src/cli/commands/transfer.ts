import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { documents, type ImportReport, maxImportErrors, operations } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes, fileFailure, UsageError } from '../failure.ts'
import { queryOf, readJson } from '../host-client.ts'
import { importWish, ndjsonOf, type OwnFailures } from '../import-file.ts'
import { writeToOutput, writeWholeFile } from '../output-file.ts'
import { importOnHost, isHostImport } from './host-import.ts'
import { note, print, printJson } from '../terminal.ts'
import { countText } from '../text.ts'

export async function importRecords(call: Call): Promise<number> {
  const { terminal, parsed } = call
  if (isHostImport(call)) return importOnHost(call)
  const [name] = parsed.arguments
  if (name === undefined) throw new UsageError('holdfast import: FILE|- is missing.')
  const wish = importWish(name, parsed)
  const query = queryOf({ existing: wish.existing, dryRun: wish.dryRun || undefined })
  const own: OwnFailures = { count: 0, first: [] }
  const file = await openFile(call, name)
  const body = wish.plain ? file : Readable.from(ndjsonOf(file, name, wish, own))
  const { method, path } = operations['records.import'].http
  const headers = { 'Content-Type': 'application/x-ndjson' }
  const response = await call.host.open({ method, path: path + query, headers, body })
  const report = withOwn((await readJson(response)) as ImportReport, own)
  if (call.json) printJson(terminal, report)
  else {
    for (const { line, detail } of report.errors) note(terminal, `Line ${line}: ${detail}`)
    if (report.failed > report.errors.length) note(terminal, `… and ${countText(report.failed - report.errors.length, 'more line')}`)
    const failed = report.failed > 0 ? `; ${countText(report.failed, 'line')} failed` : ''
    const skipped = report.skipped > 0 ? `; ${countText(report.skipped, 'line')} left out` : ''
    print(terminal, `${wish.dryRun ? 'Would import' : 'Imported'} ${countText(report.imported, 'record')}${skipped}${failed}`)
  }
  return report.failed > 0 ? exitCodes.failed : exitCodes.ok
}

/** What the host refused and what was no record before it came there, by line. */
const withOwn = (report: ImportReport, own: OwnFailures): ImportReport => ({
  ...report,
  failed: report.failed + own.count,
  errors: [...report.errors, ...own.first].sort((one, other) => one.line - other.line).slice(0, maxImportErrors),
})

async function openFile({ terminal }: Call, file: string): Promise<Readable> {
  if (file === '-') return terminal.input
  try {
    if ((await stat(file)).isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' })
    return createReadStream(file, { highWaterMark: 256 * 1024 }).on('error', () => {})
  } catch (error) {
    throw fileFailure(error, `${file} cannot be read`)
  }
}

export async function exportRecords(call: Call): Promise<number> {
  const { prefix, output } = call.parsed.values
  if (call.json) throw new UsageError('holdfast export: what it writes is JSON already, one document a line; leave --json out.')
  const response = await call.host.open({ method: documents.export.method, path: documents.export.path + queryOf({ prefix }) })
  if (output === undefined || output === '-') await writeToOutput(response, call.terminal)
  else await writeWholeFile(output, response, call.terminal)
  return exitCodes.ok
}
