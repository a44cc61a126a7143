import { type Collection, type CollectionDefinition, collectionDefinitionSchema } from '../../../contract/index.ts'
import type { Language } from '../../language/index.ts'
import { definitionOf, fieldsOf, fieldsText, indexName } from './definition.ts'
import { mistakesIn, mistakesOf } from './mistakes.ts'

export interface IndexDraft {
  readonly name: string
  /** As typed: `status, -createdAt`. */
  readonly fields: string
  readonly unique: boolean
  readonly multi: boolean
  readonly sparse: boolean
}

/** A definition as it is edited: the usual in fields, everything as text. */
export interface DefinitionDraft {
  readonly way: 'rows' | 'json'
  readonly name: string
  readonly prefix: string
  readonly idPath: string
  readonly ttl: string
  readonly indexes: readonly IndexDraft[]
  /** What has no field: shape, versions, migrations. */
  readonly rest: Pick<CollectionDefinition, 'schema' | 'schemaVersion' | 'versionPath' | 'migrations'>
  readonly json: string
}

export const blankIndex: IndexDraft = { name: '', fields: '', unique: false, multi: false, sparse: false }

const usualRest: DefinitionDraft['rest'] = { schema: undefined, schemaVersion: 1, versionPath: 'schemaVersion', migrations: [] }

export const blankDefinition: DefinitionDraft = {
  way: 'rows',
  name: '',
  prefix: '',
  idPath: '',
  ttl: '',
  indexes: [],
  rest: usualRest,
  json: '',
}

export const draftOfCollection = (collection: Collection): DefinitionDraft => draftOfDefinition(definitionOf(collection))

function draftOfDefinition(definition: CollectionDefinition): DefinitionDraft {
  const { name, prefix, id, defaultTtlSeconds, indexes, schema, schemaVersion, versionPath, migrations } = definition
  return {
    way: 'rows',
    name,
    prefix,
    idPath: id?.path ?? '',
    ttl: defaultTtlSeconds === undefined ? '' : String(defaultTtlSeconds),
    indexes: indexes.map((index) => ({ ...index, fields: fieldsText(index.fields) })),
    rest: { schema, schemaVersion, versionPath, migrations },
    json: '',
  }
}

export type Defined = { readonly ok: true; readonly definition: CollectionDefinition } | { readonly ok: false; readonly problem: string }

/** The definition that a draft means; `problem` in the language of the screen, as far as it can be said in it. */
export function definedBy(draft: DefinitionDraft, language: Language = 'en'): Defined {
  let input: unknown
  try {
    input = draft.way === 'json' ? JSON.parse(draft.json) : inputOf(draft)
  } catch (error) {
    return { ok: false, problem: (error as Error).message }
  }
  const parsed = collectionDefinitionSchema.safeParse(input, mistakesOf(language))
  return parsed.success ? { ok: true, definition: parsed.data } : { ok: false, problem: mistakesIn(parsed.error) }
}

function inputOf({ name, prefix, idPath, ttl, indexes, rest: { schema, ...versions } }: DefinitionDraft): unknown {
  const names: string[] = []
  // A row that nobody has filled in means nothing.
  const named = indexes
    .filter(({ name: its, fields }) => its.trim() !== '' || fields.trim() !== '')
    .map((index) => {
      const fields = fieldsOf(index.fields)
      const ownName = index.name.trim() === '' ? indexName(fields, names) : index.name.trim()
      names.push(ownName)
      return { ...index, name: ownName, fields }
    })
  return {
    name: name.trim(),
    prefix,
    ...(idPath.trim() !== '' && { id: { path: idPath.trim() } }),
    ...(ttl.trim() !== '' && { defaultTtlSeconds: Number(ttl) }),
    ...(schema !== undefined && { schema }),
    ...versions,
    indexes: named,
  }
}

/** The draft in the other way; undefined while its text cannot be understood. */
export function definitionInWay(
  draft: DefinitionDraft,
  way: DefinitionDraft['way'],
  language: Language = 'en',
): DefinitionDraft | undefined {
  if (draft.way === way) return draft
  if (way === 'json') return { ...draft, way, json: JSON.stringify(inputOf(draft), null, 2) }
  const defined = definedBy(draft, language)
  return defined.ok ? draftOfDefinition(defined.definition) : undefined
}
