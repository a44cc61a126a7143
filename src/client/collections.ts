import type { z } from 'zod'
import type {
  CollectionDefinitionInput,
  Collection as CollectionFacts,
  InputOf,
  OutputOf,
  QueryExplain,
  QueryWarning,
} from '../contract/index.ts'
import type { Caller } from './caller.ts'
import { HoldfastError } from './errors.ts'
import type { Jobs } from './jobs.ts'
import { jsonSchemaOf } from './json-schema.ts'
import { itemsOf } from './pages.ts'
import type { DeleteOptions, PutOptions, Records, Written } from './records.ts'
import { recordOfCollection, type Storable, type StoredRecord } from './values.ts'
import { type PathOf, toSentWhere, type Where } from './where.ts'

type Declared = Omit<CollectionDefinitionInput, 'name' | 'schema' | 'prefix'>

/** What a program says of a collection. `prefix` may be absent where the host knows it already. */
export interface CollectionOptions<S extends z.ZodType = z.ZodType> extends Partial<Declared> {
  readonly prefix?: string
  /** Its values: checked here before they are sent, and, as JSON Schema, by the host whoever writes. */
  readonly schema?: S
}

export interface FindOptions<T> {
  readonly sort?: readonly { readonly path: PathOf<T>; readonly descending?: boolean }[]
  /** Only these fields of each value. */
  readonly select?: readonly PathOf<T>[]
  /** How many are asked for at a time. */
  readonly pageSize?: number
}

export interface PageOptions<T> extends Omit<FindOptions<T>, 'pageSize'> {
  readonly limit?: number
  /** `next` of the page before, of the same query. */
  readonly after?: string | undefined
}

export interface CollectionPage<T> {
  readonly items: readonly StoredRecord<T>[]
  /** Null at the end. */
  readonly next: string | null
  readonly warnings: readonly QueryWarning[]
}

interface CollectionDeps {
  readonly caller: Caller
  readonly records: Records
  readonly jobs: Jobs
}

/** Records of one shape, found by their fields. Their keys are the collection's prefix and an id. */
export class Collection<T = unknown, In = T> {
  readonly name: string
  readonly #deps: CollectionDeps
  readonly #options: CollectionOptions
  #prefix: string | undefined

  constructor(deps: CollectionDeps, name: string, options: CollectionOptions) {
    this.#deps = deps
    this.name = name
    this.#options = options
    this.#prefix = options.prefix
  }

  /**
   * Makes it, or changes it to what the options say; new indexes are built by jobs while everything goes on. Throws `conflict` where its prefix lies in another
   * collection's.
   */
  async define(
    options: Pick<InputOf<'collections.put'>, 'ifVersion' | 'acceptPlaintextIndex'> = {},
    signal?: AbortSignal,
  ): Promise<CollectionFacts> {
    const { prefix, schema, ...declared } = this.#options
    if (prefix === undefined) throw new HoldfastError('invalid_request', `Collection ${this.name}: give its prefix to define it.`)
    const input = { ...declared, ...options, name: this.name, prefix, ...(schema && { schema: jsonSchemaOf(schema) }) }
    return this.#deps.caller.call('collections.put', input, signal)
  }

  /** What the host knows of it, with its indexes and how far they are. */
  definition(signal?: AbortSignal): Promise<CollectionFacts> {
    return this.#deps.caller.call('collections.get', { name: this.name }, signal)
  }

  /** Waits until its indexes are built, and throws what one failed with. */
  async ready(signal?: AbortSignal): Promise<void> {
    const { indexes } = await this.definition(signal)
    for (const { jobId } of indexes) if (jobId !== undefined) await this.#deps.jobs.wait(jobId, {}, signal)
  }

  async key(id: string, signal?: AbortSignal): Promise<string> {
    this.#prefix ??= (await this.definition(signal)).prefix
    return this.#prefix + id
  }

  /** In the newest schema version, as `find` gives it; `records.get` gives the bytes as they were written. Undefined when there is none. */
  async get(id: string, signal?: AbortSignal): Promise<StoredRecord<T> | undefined> {
    try {
      return recordOfCollection<T>(await this.#deps.caller.call('collections.read', { name: this.name, id }, signal))
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'not_found') throw error
      // A collection that nobody has defined has no versions.
      return 'key' in error.details ? undefined : this.#deps.records.get<T>(await this.key(id, signal), signal)
    }
  }

  /** Throws `schema_violation` for a value that does not fit, and what `records.put` throws. */
  async put(id: string, value: Storable<In>, options: PutOptions = {}, signal?: AbortSignal): Promise<Written> {
    return this.#deps.records.put<unknown>(await this.key(id, signal), this.#checked(value), options, signal)
  }

  /** False when there was none. */
  async delete(id: string, options: DeleteOptions = {}, signal?: AbortSignal): Promise<boolean> {
    return this.#deps.records.delete(await this.key(id, signal), options, signal)
  }

  /** All that fit, page by page as the loop goes on. */
  find(where: Where<T>, { pageSize, ...options }: FindOptions<T> = {}, signal?: AbortSignal): AsyncIterable<StoredRecord<T>> {
    return itemsOf(
      (after) => this.page(where, { ...options, after, ...(pageSize !== undefined && { limit: pageSize }) }, signal),
      undefined,
      signal,
    )
  }

  /** A page may have fewer records than `limit`, or none, before the end. */
  async page(where: Where<T>, options: PageOptions<T> = {}, signal?: AbortSignal): Promise<CollectionPage<T>> {
    const { items, next, warnings } = await this.#query(where, options, signal)
    return { items: items.map((item) => recordOfCollection<T>(item)), next, warnings }
  }

  async count(where: Where<T>, signal?: AbortSignal): Promise<number> {
    const { count } = await this.#query(where, { limit: 1, count: true }, signal)
    if (count === undefined) throw new HoldfastError('bad_answer', 'The host did not count.')
    return count
  }

  /** How the host answers a query: by which index, and how much it looks at. */
  async explain(where: Where<T>, options: PageOptions<T> = {}, signal?: AbortSignal): Promise<QueryExplain> {
    const { explain } = await this.#query(where, { ...options, explain: true }, signal)
    if (explain === undefined) throw new HoldfastError('bad_answer', 'The host did not explain.')
    return explain
  }

  async #query(
    where: Where<T>,
    { sort, select, ...options }: PageOptions<T> & { count?: boolean; explain?: boolean },
    signal: AbortSignal | undefined,
  ): Promise<OutputOf<'collections.query'>> {
    const input = {
      ...options,
      name: this.name,
      where: toSentWhere(where),
      sort: sort && [...sort],
      select: select && [...select],
    }
    return this.#deps.caller.call('collections.query', input, signal)
  }

  #checked(value: unknown): unknown {
    const { schema } = this.#options
    if (schema === undefined) return value
    const checked = schema.safeParse(value)
    if (checked.success) return checked.data
    const [issue] = checked.error.issues
    const path = issue?.path.join('.') ?? ''
    throw new HoldfastError(
      'schema_violation',
      `Collection ${this.name}: ${path === '' ? 'the value' : path}: ${issue?.message ?? 'does not fit'}.`,
      {
        details: { collection: this.name, path },
        cause: checked.error,
      },
    )
  }
}
