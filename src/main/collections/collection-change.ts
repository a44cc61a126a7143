import type { CollectionDefinition, IndexDefinition, ParsedInputOf } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import { canonicalJson } from '../persistence/indexes/index-order.ts'
import { compileSchema } from '../persistence/indexes/schema-check.ts'
import type { StoredCollection, StoredIndex } from '../persistence/indexes/stored-collection.ts'

type Input = ParsedInputOf<'collections.put'>

/** What of a definition the entries of its indexes depend on, beside the index itself. */
const shapeOf = ({ prefix, schemaVersion, versionPath, migrations }: Omit<CollectionDefinition, 'indexes' | 'name'> | StoredCollection) =>
  canonicalJson({ prefix, schemaVersion, versionPath, migrations })

/** The definition as it will be kept. An index stays the same one as long as its entries do. Throws `invalid_request`. */
export function changedCollection(
  input: Input,
  before: StoredCollection | undefined,
  { sequence, nowMs }: { sequence: number; nowMs: number },
): StoredCollection {
  const { ifVersion, acceptPlaintextIndex, indexes, ...fields } = input
  void ifVersion
  void acceptPlaintextIndex
  const isSameShape = before !== undefined && shapeOf(before) === shapeOf(fields)
  return {
    format: 1,
    ...dropUndefined(fields),
    indexes: indexes.map((index, place) => ({ id: keptId(index, isSameShape ? before : undefined) ?? newId(sequence, place), ...index })),
    version: String(sequence),
    createdAtMs: before?.createdAtMs ?? nowMs,
    changedAtMs: nowMs,
  }
}

const dropUndefined = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

function keptId(index: IndexDefinition, before: StoredCollection | undefined): string | undefined {
  return before?.indexes.find((known) => canonicalJson(definitionOf(known)) === canonicalJson(index))?.id
}

export function definitionOf({ id, ...index }: StoredIndex): IndexDefinition {
  void id
  return { ...index, fields: [...index.fields] }
}

/** Sequences only grow, over restores too: so no index ever gets the id of another one. */
const newId = (sequence: number, place: number): string => sequence.toString(16).padStart(12, '0') + place.toString(16).padStart(4, '0')

/** Throws what keeps the definition from being taken. */
export function refuseBadDefinition(input: Input, others: readonly StoredCollection[]): void {
  const { name, prefix, schema, schemaVersion, migrations } = input
  const overlapping = others.find((other) => other.name !== name && (other.prefix.startsWith(prefix) || prefix.startsWith(other.prefix)))
  if (overlapping !== undefined) {
    const sentence = `prefix: expected one that does not overlap with ${JSON.stringify(overlapping.prefix)} of the collection ${overlapping.name}.`
    throw new HoldfastError('invalid_request', sentence, { details: { field: 'prefix', collection: overlapping.name } })
  }
  if (schema !== undefined) compileSchema(schema)
  const beyond = migrations.find(({ to }) => to > schemaVersion)
  if (beyond !== undefined) {
    throw new HoldfastError('invalid_request', `migrations: expected versions up to schemaVersion (${schemaVersion}), not ${beyond.to}.`, {
      details: { field: 'migrations' },
    })
  }
}
