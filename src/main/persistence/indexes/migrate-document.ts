import type { MigrationStep } from '../../../contract/index.ts'
import { type Document, fieldOf, removeField, setField, toPath } from './document.ts'
import type { StoredCollection } from './stored-collection.ts'

type Versioned = Pick<StoredCollection, 'schemaVersion' | 'versionPath' | 'migrations'>

/** The schema version that a document says it has; 1 where it says none. */
export function schemaVersionOf(document: Document, versionPath: string): number {
  const version = fieldOf(document, toPath(versionPath))
  return typeof version === 'number' && Number.isInteger(version) && version >= 1 ? version : 1
}

export const isOlder = (document: Document, { schemaVersion, versionPath }: Versioned): boolean =>
  schemaVersion > 1 && schemaVersionOf(document, versionPath) < schemaVersion

/** The document in the newest version; itself where it has that, or one that is not known here. */
export function migrated(document: Document, collection: Versioned): Document {
  if (!isOlder(document, collection)) return document
  const { schemaVersion, versionPath, migrations } = collection
  const from = schemaVersionOf(document, versionPath)
  const changed = structuredClone(document)
  const due = migrations.filter(({ to }) => to > from && to <= schemaVersion).sort((one, other) => one.to - other.to)
  for (const { steps } of due) for (const step of steps) apply(changed, step)
  setField(changed, toPath(versionPath), schemaVersion)
  return changed
}

function apply(document: Document, step: MigrationStep): void {
  if ('rename' in step) rename(document, step.rename)
  else if ('setDefault' in step) setDefault(document, step.setDefault)
  else if ('remove' in step) removeField(document, toPath(step.remove.path))
  else convert(document, step.convert)
}

function rename(document: Document, { from, to }: { from: string; to: string }): void {
  const value = fieldOf(document, toPath(from))
  if (value === undefined) return
  removeField(document, toPath(from))
  setField(document, toPath(to), value)
}

function setDefault(document: Document, { path, value }: { path: string; value: unknown }): void {
  if (fieldOf(document, toPath(path)) === undefined) setField(document, toPath(path), structuredClone(value))
}

type Target = Extract<MigrationStep, { convert: unknown }>['convert']['to']

function convert(document: Document, { path, to }: { path: string; to: Target }): void {
  const value = fieldOf(document, toPath(path))
  const converted = value === undefined || value === null ? undefined : convertValue(value, to)
  if (converted !== undefined) setField(document, toPath(path), converted)
}

function convertValue(value: unknown, to: Target): unknown {
  switch (to) {
    case 'number':
      return toNumber(value)
    case 'string':
      return typeof value === 'object' ? undefined : String(value)
    case 'boolean':
      return value === 'true' || value === 1 ? true : value === 'false' || value === 0 ? false : undefined
    case 'date':
      return toDate(value)
    default:
      return to satisfies never
  }
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

function toDate(value: unknown): unknown {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? undefined : { $date: date.toISOString() }
}
