import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { queryOf } from '../../client/request-target.ts'
import { documents, type ImportReport, maxImportErrors, operations } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { columnsOf, exportFormat, exportText } from '../export-text.ts'
import { exitCodes, fileFailure, UsageError } from '../failure.ts'
import { readJson } from '../host-client.ts'
import { importWish, ndjsonOf, type OwnFailures } from '../import-file.ts'
import { runJob } from '../job-watch.ts'
import { writeToOutput, writeWholeFile } from '../output-file.ts'
import { note, print, printJson } from '../terminal.ts'
import { countText } from '../text.ts'
import { importAsJob, importOnHost, isHostImport } from './host-import.ts'

export async function importRecords(call: Call): Promise<number> {
  const { terminal, parsed } = call
  if (isHostImport(call)) return importOnHost(call)
  const [name] = parsed.arguments
  if (name === undefined) throw new UsageError('holdfast import: FILE|- is missing.')
  if (parsed.flags.has('job')) return importAsJob(call, name, await openFile(call, name))
  if (parsed.values.failed !== undefined)
    throw new UsageError('holdfast import: --failed goes with --job, --from, --from-lmdb or --resume.')
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
  const { prefix, output, lmdb } = call.parsed.values
  if (lmdb !== undefined) return exportToLmdb(call, lmdb)
  if (call.parsed.values['lmdb-format'] !== undefined) throw new UsageError('holdfast export: --lmdb-format goes with --lmdb.')
  const format = exportFormat(call.parsed.values.format)
  if (call.json) throw new UsageError('holdfast export: --format says what it writes; leave --json out.')
  const ask = () => call.host.open({ method: documents.export.method, path: documents.export.path + queryOf({ prefix }) })
  const columns = format === 'csv' ? await columnsOf(await ask()) : []
  const response = await ask()
  const text = format === 'ndjson' ? response : Readable.from(exportText(response, format, columns))
  if (output === undefined || output === '-') await writeToOutput(text, call.terminal)
  else await writeWholeFile(output, text, call.terminal)
  return exitCodes.ok
}

async function exportToLmdb(call: Call, folder: string): Promise<number> {
  const { prefix = '', output, format, 'lmdb-format': kind = '0.9' } = call.parsed.values
  if (output !== undefined || format !== undefined)
    throw new UsageError('holdfast export: --lmdb writes a folder; leave --output and --format out.')
  if (kind !== '0.9' && kind !== 'node') throw new UsageError('holdfast export: --lmdb-format is 0.9 or node.')
  const job = await call.host.call('exports.start', { kind: 'lmdb', path: resolve(folder), prefix, format: kind })
  return runJob(call, job, ({ records, leftOut, path }) => {
    const left = Number(leftOut) > 0 ? `; ${countText(Number(leftOut), 'record')} left out, whose key is over 511 bytes` : ''
    return `Copied ${countText(Number(records), 'record')} to ${String(path)}${left}`
  })
}
