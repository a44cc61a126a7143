import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { keyPath } from '../../client/request-target.ts'
import { defaultMaxValueBytes, maxTtlSeconds, type RecordItem, undoHeader } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { contentTypeOfArgument, contentTypeOfBytes, contentTypeOfFile } from '../content-type.ts'
import { CliFailure, exitCodes, fileFailure, UsageError } from '../failure.ts'
import { readJson } from '../host-client.ts'
import { runJob } from '../job-watch.ts'
import { writeToOutput, writeWholeFile } from '../output-file.ts'
import { note, print, printJson, type Terminal } from '../terminal.ts'
import { bytesText, countText, plainText, shellWord, tableText, tabText, timeText } from '../text.ts'

interface ValueSource {
  stream: Readable
  contentType: string
  /** Known for files and arguments. */
  sizeBytes?: number
}

export async function put(call: Call): Promise<number> {
  const key = keyOf(call.parsed.arguments[0])
  const ttlSeconds = wholeNumberOption(call, 'ttl', 1, maxTtlSeconds)
  const source = await openValue(call)
  const ifVersion = call.parsed.values['if-version']
  const stored =
    ifVersion === undefined ? await putStream(call, key, source, ttlSeconds) : await putIfVersion(call, key, source, ttlSeconds, ifVersion)
  if (call.json) printJson(call.terminal, stored)
  else print(call.terminal, `${stored.created ? 'Created' : 'Replaced'} ${plainText(key)}, version ${stored.version}`)
  return exitCodes.ok
}

interface Stored {
  key: string
  version: string
  created: boolean
}

async function putStream(call: Call, key: string, source: ValueSource, ttlSeconds: number | undefined): Promise<Stored> {
  const response = await call.host.open({
    method: 'PUT',
    path: keyPath(key),
    headers: {
      'Content-Type': source.contentType,
      ...(source.sizeBytes !== undefined && { 'Content-Length': source.sizeBytes }),
      ...(ttlSeconds !== undefined && { 'Holdfast-TTL': ttlSeconds }),
    },
    body: source.stream,
  })
  return (await readJson(response)) as Stored
}

/** `If-Match` takes ETags, which also name the timeline; a version is a condition of the batch. */
async function putIfVersion(
  call: Call,
  key: string,
  source: ValueSource,
  ttlSeconds: number | undefined,
  ifVersion: string,
): Promise<Stored> {
  const value = await readBounded(source.stream, defaultMaxValueBytes)
  const { results } = await call.host.call('records.batch', {
    atomic: true,
    operations: [
      {
        op: 'put',
        key,
        value: value.toString('base64'),
        encoding: 'base64',
        contentType: source.contentType,
        ifVersion,
        ...(ttlSeconds !== undefined && { ttlSeconds }),
      },
    ],
  })
  const [result] = results
  if (result === undefined || result.error !== undefined) {
    throw new CliFailure(result?.error?.code ?? 'bad_answer', result?.error?.detail ?? 'The host answered without a result.')
  }
  return { key, version: result.version ?? '', created: result.status === 201 }
}

async function readBounded(stream: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new CliFailure('too_large', `A value has at most ${maxBytes} bytes.`, { facts: { limit: maxBytes } })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function openValue({ parsed, terminal }: Call): Promise<ValueSource> {
  const argument = parsed.arguments[1]
  const { file, type } = parsed.values
  if (file !== undefined && argument !== undefined) throw new UsageError('holdfast put: give the value or --file, not both.')
  if (file !== undefined) return { ...(await openFile(file)), contentType: type ?? contentTypeOfFile(file) }
  if (argument !== undefined && argument !== '-') {
    const bytes = Buffer.from(argument)
    return { stream: Readable.from([bytes], { objectMode: false }), sizeBytes: bytes.length, contentType: type ?? contentTypeOfArgument }
  }
  if (argument === undefined && terminal.inputIsTty) {
    throw new UsageError('holdfast put: give the value, --file F, or - to type it here (end with Ctrl+D).')
  }
  return { stream: terminal.input, contentType: type ?? contentTypeOfBytes }
}

async function openFile(path: string): Promise<{ stream: Readable; sizeBytes?: number }> {
  try {
    const handle = await open(path, 'r')
    const facts = await handle.stat()
    const stream = handle.createReadStream()
    // Of a pipe or device the size is not known before its end.
    return facts.isFile() ? { stream, sizeBytes: facts.size } : { stream }
  } catch (error) {
    throw fileFailure(error, `${path} cannot be read`)
  }
}

export async function get(call: Call): Promise<number> {
  const key = keyOf(call.parsed.arguments[0])
  if (call.json) return getAsJson(call, key)
  const response = await call.host.open({ method: 'GET', path: keyPath(key) })
  const file = call.parsed.values.output
  if (file === undefined || file === '-') await writeToOutput(response, call.terminal)
  else await writeWholeFile(file, response, call.terminal)
  return exitCodes.ok
}

/** The record as lists print it: of all keys that begin with a key, it is itself the first. */
async function getAsJson(call: Call, key: string): Promise<number> {
  if (call.parsed.values.output !== undefined)
    throw new UsageError('holdfast get: --output writes the bytes and --json the record; give one of them.')
  const { items } = await call.host.call('records.list', { prefix: key, limit: 1, values: true })
  const [record] = items
  if (record?.key !== key) throw new CliFailure('not_found', `There is no record ${plainText(key)}.`, { facts: { key } })
  printJson(call.terminal, record)
  return exitCodes.ok
}

export async function remove(call: Call): Promise<number> {
  const [argument] = call.parsed.arguments
  const { prefix } = call.parsed.values
  const dryRun = call.parsed.flags.has('dry-run')
  if ((argument === undefined) === (prefix === undefined)) throw new UsageError('holdfast delete: give a KEY or --prefix P, one of them.')
  if (prefix === '' && !dryRun && !call.parsed.flags.has('yes')) {
    throw new UsageError('holdfast delete: an empty prefix means every record. Count them with --dry-run; add --yes to delete them all.')
  }
  if (prefix !== undefined) return deletePrefix(call, prefix, dryRun)
  if (dryRun) throw new UsageError('holdfast delete: --dry-run goes with --prefix.')
  const key = keyOf(argument)
  const response = await call.host.open({
    method: 'DELETE',
    path: keyPath(key),
    headers: call.parsed.flags.has('no-undo') ? { [undoHeader]: 'false' } : {},
  })
  response.resume()
  if (call.json) printJson(call.terminal, { key, deleted: true })
  else print(call.terminal, `Deleted ${plainText(key)}`)
  return exitCodes.ok
}

async function deletePrefix(call: Call, prefix: string, dryRun: boolean): Promise<number> {
  const job = await call.host.call('records.deletePrefix', { prefix, dryRun, ...(call.parsed.flags.has('no-undo') && { undo: false }) })
  return runJob(call, job, (result) => {
    const matched = Number(result.matched ?? 0)
    const which = prefix === '' ? '' : ` whose key begins with ${plainText(prefix)}`
    return dryRun
      ? `Would delete ${countText(matched, 'record')}${which}`
      : `Deleted ${countText(Number(result.deleted ?? matched), 'record')}${which}`
  })
}

export async function list(call: Call): Promise<number> {
  const { parsed, terminal } = call
  const limit = wholeNumberOption(call, 'limit', 1, 1000)
  const values = parsed.flags.has('values')
  const page = await call.host.call('records.list', {
    prefix: parsed.arguments[0] ?? '',
    ...(parsed.values.after !== undefined && { after: parsed.values.after }),
    ...(limit !== undefined && { limit }),
    values,
  })
  if (call.json) printJson(terminal, page)
  else {
    printRecords(terminal, page.items, values)
    if (page.next !== null) note(terminal, `More: --after ${shellWord(page.next)}`)
  }
  return exitCodes.ok
}

function printRecords(terminal: Terminal, items: readonly RecordItem[], values: boolean): void {
  if (!terminal.outputIsTty) {
    const rows = items.map((item) => [
      plainText(item.key),
      String(item.size),
      item.updatedAt,
      item.contentType,
      ...(values ? [valueText(item)] : []),
    ])
    if (rows.length > 0) print(terminal, tabText(rows))
    return
  }
  if (items.length === 0) {
    note(terminal, 'No records.')
    return
  }
  const rows = items.map((item) => [
    plainText(item.key),
    bytesText(item.size),
    timeText(item.updatedAt),
    plainText(item.contentType),
    ...(values ? [valueText(item)] : []),
  ])
  print(terminal, tableText(['KEY', 'SIZE', 'CHANGED', 'TYPE', ...(values ? ['VALUE'] : [])], rows, terminal.columns))
}

/** The value on one line: JSON as it is, text as a JSON string, other bytes as base64. */
function valueText({ value, encoding }: RecordItem): string {
  if (encoding === 'base64') return `base64:${String(value)}`
  return plainText(JSON.stringify(value) ?? '')
}

function keyOf(argument: string | undefined): string {
  if (argument === undefined || argument === '') throw new UsageError('A key has at least one character.')
  return argument
}

function wholeNumberOption({ parsed }: Call, name: string, min: number, max: number): number | undefined {
  const text = parsed.values[name]
  if (text === undefined) return undefined
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= min && value <= max))
    throw new UsageError(`--${name}: expected a whole number from ${min} to ${max}, found ${JSON.stringify(text)}.`)
  return value
}
