import { maxSavedQueries, type ParsedInputOf, type SavedQuery } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { SystemTable } from '../persistence/system-table.ts'
import { parseWhere } from './where.ts'

const queryPrefix = 'query/'
const maxQueryBytes = 16 * 1024

/** Queries that people gave names, in the system table under `query/<name>`. */
export class SavedQueries {
  readonly #system: SystemTable
  readonly #clock: Clock

  constructor({ system, clock }: { system: SystemTable; clock: Clock }) {
    this.#system = system
    this.#clock = clock
  }

  /** By name. */
  list(): SavedQuery[] {
    return this.#system.entries(queryPrefix).map(([, value]) => decode(value))
  }

  /** Replaces one of the same name. Throws `invalid_request`, `too_large`. */
  async put(input: ParsedInputOf<'queries.put'>, signal?: AbortSignal): Promise<SavedQuery> {
    parseWhere(input.where)
    const saved: SavedQuery = { ...input, changedAt: toIso(this.#clock.wallMs()) }
    const value = Buffer.from(JSON.stringify({ format: 1, ...saved }))
    if (value.length > maxQueryBytes) {
      const details = { limitBytes: maxQueryBytes }
      throw new HoldfastError('too_large', `A saved query has at most ${maxQueryBytes / 1024} KiB.`, { details })
    }
    const key = queryPrefix + input.name
    if (this.#system.get(key) === undefined && this.list().length >= maxSavedQueries) {
      throw new HoldfastError('too_large', `A host keeps at most ${maxSavedQueries} queries. Remove some first.`)
    }
    await this.#system.write([{ key, value }], signal)
    return saved
  }

  /** Throws `not_found`. */
  async remove(name: string, signal?: AbortSignal): Promise<void> {
    const key = queryPrefix + name
    if (this.#system.get(key) === undefined) {
      throw new HoldfastError('not_found', `There is no saved query ${JSON.stringify(name)}.`, { details: { name } })
    }
    await this.#system.write([{ key, value: null }], signal)
  }
}

function decode(value: Uint8Array): SavedQuery {
  const { format, ...saved } = JSON.parse(Buffer.from(value).toString()) as SavedQuery & { format: number }
  void format
  return saved
}
