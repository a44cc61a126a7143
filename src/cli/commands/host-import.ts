import { basename, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { queryOf } from '../../client/request-target.ts'
import { existingSchema, type ImportSourceInput, type Job, operations } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes, UsageError } from '../failure.ts'
import { readJson } from '../host-client.ts'
import { importWish } from '../import-file.ts'
import { runJob } from '../job-watch.ts'
import { writeWholeFile } from '../output-file.ts'
import { note } from '../terminal.ts'
import { countText } from '../text.ts'

const ownOptions = ['from', 'from-lmdb', 'resume'] as const

/** Whether the host itself is to read, from somewhere else than a file of the caller. Throws `UsageError` for two sources at once. */
export function isHostImport({ parsed }: Call): boolean {
  const given = ownOptions.filter((name) => parsed.values[name] !== undefined)
  const stray = given.length === 0 ? (['match', 'table'] as const).find((name) => parsed.values[name] !== undefined) : undefined
  if (stray !== undefined) throw new UsageError(`holdfast import: --${stray} goes with --from or --from-lmdb.`)
  if (given.length === 0) return false
  if (given.length > 1 || parsed.arguments.length > 0) {
    throw new UsageError('holdfast import: give a FILE, --from, --from-lmdb or --resume, one of them.')
  }
  return true
}

/** A job of the host, watched to its end. */
export const importOnHost = async (call: Call): Promise<number> => watchImport(call, await begin(call))

/** The file goes to the host as it stands, and its import is a job there. */
export async function importAsJob(call: Call, name: string, file: Readable): Promise<number> {
  const { format, key, prefix, existing, dryRun } = importWish(name, call.parsed)
  const wish = { name: basename(name), format, key, prefix, existing, dryRun: dryRun || undefined }
  const { method, path } = operations['imports.upload'].http
  const headers = { 'Content-Type': 'application/octet-stream' }
  const response = await call.host.open({ method, path: path + queryOf(wish), headers, body: file })
  return watchImport(call, (await readJson(response)) as Job)
}

async function watchImport(call: Call, job: Job): Promise<number> {
  let ended: Record<string, unknown> = {}
  const code = await runJob(call, job, (result) => {
    ended = result
    return sentenceOf(result)
  })
  if (call.parsed.flags.has('no-wait')) return code
  const result = call.json ? ((await call.host.call('jobs.get', { id: job.id })).result ?? {}) : ended
  const failed = Number(result.failed ?? 0)
  const { failed: file } = call.parsed.values
  if (failed > 0 && file !== undefined) await writeWholeFile(file, Readable.from(failedItemsOf(call, job.id)), call.terminal)
  if (!call.json) tellFailures(call, file === undefined ? result : { ...result, errorsFile: file })
  return failed > 0 ? exitCodes.failed : code
}

/** The file of what failed, part by part. */
async function* failedItemsOf({ host }: Call, id: string): AsyncGenerator<Buffer> {
  let offset = 0
  for (;;) {
    const part = await host.call('imports.errors', { id, offset })
    const bytes = Buffer.from(part.bytes, 'base64')
    offset += bytes.length
    if (bytes.length > 0) yield bytes
    if (bytes.length === 0 || offset >= part.size) return
  }
}

function begin(call: Call): Promise<Job> {
  const { parsed, host, terminal } = call
  const { resume } = parsed.values
  // As redis-cli does: what stands in a command line is seen by everybody on the machine.
  const password = terminal.environment.REDISCLI_AUTH
  if (resume !== undefined) return host.call('imports.resume', { id: resume, ...(password !== undefined && { password }) })
  const existing = existingSchema.optional().safeParse(parsed.values.existing)
  if (!existing.success) throw new UsageError('holdfast import: --existing is overwrite, skip or stop.')
  const wish = { dryRun: parsed.flags.has('dry-run'), ...(existing.data && { existing: existing.data }) }
  return host.call('imports.start', { source: sourceOf(call, password), ...wish })
}

function sourceOf({ parsed }: Call, password: string | undefined): ImportSourceInput {
  const { from, match, table, prefix = '' } = parsed.values
  if (from !== undefined) {
    if (!/^rediss?:\/\//.test(from) || !URL.canParse(from)) {
      throw new UsageError('holdfast import: --from is a redis:// or rediss:// URL; a file is given without an option.')
    }
    const url = new URL(from)
    if (url.password === '' && password !== undefined) url.password = encodeURIComponent(password)
    return { kind: 'redis', url: url.href, prefix, ...(match !== undefined && { match }) }
  }
  return { kind: 'lmdb', path: resolve(parsed.values['from-lmdb'] ?? ''), prefix, ...(table !== undefined && { table }) }
}

function sentenceOf(result: Record<string, unknown>): string {
  const count = (name: string) => Number(result[name] ?? 0)
  const skipped = count('skipped') > 0 ? `; ${countText(count('skipped'), 'record')} left out` : ''
  const failed = count('failed') > 0 ? `; ${countText(count('failed'), 'record')} failed` : ''
  return `${result.dryRun === true ? 'Would import' : 'Imported'} ${countText(count('imported'), 'record')}${skipped}${failed}`
}

function tellFailures({ terminal }: Call, { errors, errorsFile }: Record<string, unknown>): void {
  if (Array.isArray(errors))
    for (const { line, detail } of errors as { line: number; detail: string }[]) note(terminal, `Record ${line}: ${detail}`)
  if (typeof errorsFile === 'string') note(terminal, `All that failed, to be mended and imported again: ${errorsFile}`)
}
