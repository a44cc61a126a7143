import type { Collection, CollectionDefinition, FieldOrder, IndexDefinition } from '../../../contract/index.ts'

const without = <T extends object, K extends keyof T>(object: T, names: readonly K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(object).filter(([name]) => !(names as readonly string[]).includes(name))) as Omit<T, K>

/** What was defined, without what the host says of it. */
export function definitionOf(collection: Collection): CollectionDefinition {
  const { indexes, ...rest } = without(collection, ['version', 'createdAt', 'changedAt', 'records', 'recordsExact', 'saved'])
  return { ...rest, indexes: indexes.map((index) => without(index, ['state', 'problem', 'jobId', 'entries'])) }
}

/** Fields as a person types them: `status, -createdAt`, a dash for descending. */
export const fieldsText = (fields: readonly (Pick<FieldOrder, 'path'> & { descending?: boolean | undefined })[]): string =>
  fields.map(({ path, descending }) => (descending === true ? `-${path}` : path)).join(', ')

export const fieldsOf = (text: string): FieldOrder[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '-')
    .map((part) => (part.startsWith('-') ? { path: part.slice(1).trim(), descending: true } : { path: part, descending: false }))

/** A name for an index on these fields that none of the others has. */
export function indexName(fields: readonly FieldOrder[], taken: readonly string[]): string {
  const words = fields.map(({ path }) =>
    path
      .normalize('NFC')
      .replaceAll(/[^\p{L}\p{M}\p{N}_-]+/gu, '_')
      .replace(/^[^\p{L}\p{N}]+/u, ''),
  )
  const base = `by_${words.filter((word) => word !== '').join('_') || 'field'}`.slice(0, 60).replace(/[\ud800-\udbff]$/, '')
  if (!taken.includes(base)) return base
  let number = 2
  while (taken.includes(`${base}_${number}`)) number++
  return `${base}_${number}`
}

/** The definition with one more index. */
export function withIndex(collection: Collection, fields: readonly FieldOrder[]): CollectionDefinition {
  const definition = definitionOf(collection)
  const name = indexName(
    fields,
    definition.indexes.map((index) => index.name),
  )
  const index: IndexDefinition = { name, fields: [...fields], unique: false, multi: false, sparse: false }
  return { ...definition, indexes: [...definition.indexes, index] }
}

export const withoutIndex = (collection: Collection, name: string): CollectionDefinition => {
  const definition = definitionOf(collection)
  return { ...definition, indexes: definition.indexes.filter((index) => index.name !== name) }
}
