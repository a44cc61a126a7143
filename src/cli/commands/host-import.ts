import { resolve } from 'node:path'
import { existingSchema, type ImportSourceInput, type Job } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes, UsageError } from '../failure.ts'
import { runJob } from '../job-watch.ts'
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
export async function importOnHost(call: Call): Promise<number> {
  const job = await begin(call)
  let ended: Record<string, unknown> = {}
  const code = await runJob(call, job, (result) => {
    ended = result
    return sentenceOf(result)
  })
  if (call.parsed.flags.has('no-wait')) return code
  const result = call.json ? ((await call.host.call('jobs.get', { id: job.id })).result ?? {}) : ended
  const failed = Number(result.failed ?? 0)
  if (!call.json) tellFailures(call, result)
  return failed > 0 ? exitCodes.failed : code
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
