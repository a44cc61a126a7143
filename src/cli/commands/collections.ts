import { readFile } from 'node:fs/promises'
import type { Collection, CollectionDefinitionInput, CollectionIndex, InputOf } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes, fileFailure, UsageError } from '../failure.ts'
import { runJob } from '../job-watch.ts'
import { note, print, printJson } from '../terminal.ts'
import { countText, numberText, plainText, tableText, tabText } from '../text.ts'

export async function listCollections({ host, json, terminal }: Call): Promise<number> {
  const { items } = await host.call('collections.list', {})
  if (json) printJson(terminal, { items })
  else if (items.length === 0) note(terminal, 'No collections are defined.')
  else {
    const rows = items.map(({ name, prefix, records, recordsExact, indexes }) => [
      name,
      plainText(prefix),
      `${recordsExact ? '' : 'about '}${numberText(records)}`,
      indexes.map(indexText).join(', '),
    ])
    print(
      terminal,
      terminal.outputIsTty ? tableText(['COLLECTION', 'PREFIX', 'RECORDS', 'INDEXES'], rows, terminal.columns) : tabText(rows),
    )
  }
  return exitCodes.ok
}

export async function showCollection({ host, json, parsed, terminal }: Call): Promise<number> {
  const collection = await host.call('collections.get', { name: parsed.arguments[0] ?? '' })
  if (json) printJson(terminal, collection)
  else print(terminal, linesOf(collection).join('\n'))
  return exitCodes.ok
}

const linesOf = ({
  name,
  prefix,
  records,
  recordsExact,
  schemaVersion,
  schema,
  indexes,
  defaultTtlSeconds,
  saved,
}: Collection): string[] => [
  `${name}: keys that begin with ${plainText(prefix)}, ${recordsExact ? '' : 'about '}${countText(records, 'record')}`,
  `Schema version ${schemaVersion}${schema === undefined ? ', any shape' : ''}`,
  ...(defaultTtlSeconds === undefined ? [] : [`Records expire after ${numberText(defaultTtlSeconds)} s`]),
  ...(saved === null ? [] : [`Compression saves ${Math.round(saved * 100)} %`]),
  ...indexes.map((index) => {
    const fields = index.fields.map(({ path, descending }) => (descending ? `${path} (descending)` : path)).join(', ')
    const kinds = (['unique', 'multi', 'sparse'] as const).filter((kind) => index[kind]).map((kind) => `, ${kind}`)
    const state = index.state === 'ready' ? countText(index.entries, 'entry').replace('entrys', 'entries') : index.state
    return `Index ${index.name} of ${fields}${kinds.join('')}: ${state}${index.problem === undefined ? '' : `. ${index.problem}`}`
  }),
]

const indexText = ({ name, state }: CollectionIndex): string => (state === 'ready' ? name : `${name} (${state})`)

/** The definition stands in a file as JSON; what `holdfast collections show --json` prints can be edited and set again. */
export async function setCollection(call: Call): Promise<number> {
  const definition = readDefinition(await readText(call))
  const acceptPlaintextIndex = call.parsed.flags.has('accept-plaintext-index')
  const collection = await call.host.call('collections.put', { ...definition, ...(acceptPlaintextIndex && { acceptPlaintextIndex }) })
  if (call.json) printJson(call.terminal, collection)
  else {
    const building = collection.indexes.filter(({ state }) => state === 'building').map(({ name }) => name)
    const said = building.length === 0 ? '' : `; being built: ${building.join(', ')}`
    print(call.terminal, `Collection ${collection.name} is defined${said}`)
  }
  return exitCodes.ok
}

async function readText({ parsed, terminal }: Call): Promise<string> {
  const file = parsed.arguments[0] ?? '-'
  if (file === '-') {
    let text = ''
    for await (const chunk of terminal.input) text += String(chunk)
    return text
  }
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw fileFailure(error as NodeJS.ErrnoException, `${file} cannot be read`)
  }
}

/** What of a shown collection is no part of its definition. */
const shownOnly = ['version', 'createdAt', 'changedAt', 'records', 'recordsExact', 'saved']
const shownOfIndex = ['state', 'problem', 'jobId', 'entries']

function readDefinition(text: string): CollectionDefinitionInput {
  let definition: unknown
  try {
    definition = JSON.parse(text)
  } catch {
    throw new UsageError('The definition of a collection is a JSON object.')
  }
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition)) {
    throw new UsageError('The definition of a collection is a JSON object.')
  }
  const { indexes, ...fields } = without(definition as Record<string, unknown>, shownOnly)
  const plain = Array.isArray(indexes) ? indexes.map((index) => without(index as Record<string, unknown>, shownOfIndex)) : indexes
  // The host says what is wrong with it.
  return { ...fields, ...(plain !== undefined && { indexes: plain }) } as CollectionDefinitionInput
}

const without = (members: Record<string, unknown>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)))

export async function removeCollection({ host, json, parsed, terminal }: Call): Promise<number> {
  const removed = await host.call('collections.remove', { name: parsed.arguments[0] ?? '' })
  if (json) printJson(terminal, removed)
  else print(terminal, `Collection ${removed.name} is removed; its ${countText(removed.recordsKept, 'record')} stay`)
  return exitCodes.ok
}

export async function rebuildIndex(call: Call): Promise<number> {
  const [name = '', index = ''] = call.parsed.arguments
  const job = await call.host.call('collections.rebuildIndex', { name, index })
  return runJob(call, job, ({ records }) => `The index ${index} is ready; ${countText(Number(records), 'record')} were looked at`)
}

export async function migrateCollection(call: Call): Promise<number> {
  const job = await call.host.call('collections.migrate', { name: call.parsed.arguments[0] ?? '' })
  return runJob(call, job, ({ changed, left, failed }) => {
    const rest = [
      ...(Number(left) > 0 ? [`${countText(Number(left), 'record')} were changed by others meanwhile and left`] : []),
      ...(Number(failed) > 0 ? [`${countText(Number(failed), 'record')} do not fit the schema afterwards and were left`] : []),
    ]
    return [`${countText(Number(changed), 'record')} were brought to the newest schema version`, ...rest].join('; ')
  })
}

export async function query({ host, json, parsed, terminal }: Call): Promise<number> {
  const page = await host.call('collections.query', queryOf(parsed))
  if (json) {
    printJson(terminal, page)
    return exitCodes.ok
  }
  for (const { key, value, encoding } of page.items) {
    const text = encoding === 'json' ? JSON.stringify(value) : String(value)
    print(terminal, `${plainText(key)}\t${plainText(text)}`)
  }
  if (page.count !== undefined) note(terminal, `${countText(page.count, 'record')} in all`)
  for (const { text } of page.warnings) note(terminal, `Warning: ${text}`)
  if (page.explain !== undefined) {
    const { plan, indexes, range, examined, returned, sorted, durationMs } = page.explain
    const by = indexes.length === 0 ? plan : `${plan} ${indexes.join(', ')}`
    note(terminal, `By ${by}: ${plainText(range)}; examined ${examined}, returned ${returned}, sorted ${sorted}, ${durationMs} ms`)
  }
  if (page.next !== null) note(terminal, `There may be more: --after ${page.next}`)
  return exitCodes.ok
}

function queryOf({ arguments: [name = ''], values, flags }: Call['parsed']): InputOf<'collections.query'> {
  return {
    name,
    ...(values.where !== undefined && { where: readWhere(values.where) }),
    ...(values.sort !== undefined && { sort: values.sort.split(',').map(fieldOrder) }),
    ...(values.select !== undefined && { select: values.select.split(',') }),
    ...(values.limit !== undefined && { limit: Number(values.limit) }),
    ...(values.after !== undefined && { after: values.after }),
    count: flags.has('count'),
    explain: flags.has('explain'),
  }
}

/** `-name` is descending. */
const fieldOrder = (field: string) => (field.startsWith('-') ? { path: field.slice(1), descending: true } : { path: field })

function readWhere(text: string): Record<string, unknown> {
  try {
    const where: unknown = JSON.parse(text)
    if (typeof where === 'object' && where !== null && !Array.isArray(where)) return where as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new UsageError(`--where: expected a JSON object, such as '{"city":"Shanghai"}'.`)
}
