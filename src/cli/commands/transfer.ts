import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { documents, type ImportReport, operations } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes, fileFailure, UsageError } from '../failure.ts'
import { queryOf, readJson } from '../host-client.ts'
import { writeToOutput, writeWholeFile } from '../output-file.ts'
import { note, print, printJson } from '../terminal.ts'
import { countText } from '../text.ts'

export async function importRecords(call: Call): Promise<number> {
  const { terminal } = call
  const body = await openNdjson(call, call.parsed.arguments[0] ?? '-')
  const { method, path } = operations['records.import'].http
  const response = await call.host.open({ method, path, headers: { 'Content-Type': 'application/x-ndjson' }, body })
  const report = (await readJson(response)) as ImportReport
  if (call.json) printJson(terminal, report)
  else {
    for (const { line, detail } of report.errors) note(terminal, `Line ${line}: ${detail}`)
    if (report.failed > report.errors.length) note(terminal, `… and ${countText(report.failed - report.errors.length, 'more line')}`)
    const failed = report.failed > 0 ? `; ${countText(report.failed, 'line')} failed` : ''
    print(terminal, `Imported ${countText(report.imported, 'record')}${failed}`)
  }
  return report.failed > 0 ? exitCodes.failed : exitCodes.ok
}

async function openNdjson({ terminal }: Call, file: string): Promise<Readable> {
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
