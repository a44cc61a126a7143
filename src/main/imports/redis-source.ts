import type { Redis } from 'ioredis'
import type { ImportSourceInput } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { throwIfCancelled } from '../base/errors.ts'
import type { ImportSource, Position, SourceBatch, SourceFacts, SourceItem, SourceLimits } from './import-source.ts'
import { ndjsonErrors } from './ndjson-errors.ts'
import { failedItem, recordItem, sizeProblem } from './record-items.ts'
import { connectRedis, noRedis, redisFailure } from './redis-connection.ts'
import { type RedisType, readCommands, recordValueOf, redisTypes, UnsayableName } from './redis-values.ts'

type RedisInput = Extract<ImportSourceInput, { kind: 'redis' }>

/** Values that are on their way at once. */
const partBytes = 4 * 1024 * 1024
/** What Redis holds a list in may be a few times its JSON, or less. */
const memoryPerByte = 4

interface FoundKey {
  readonly key: Buffer
  readonly line: number
  readonly type: RedisType
  /** Of a string its length, of others what they take in Redis. */
  readonly bytes: number
  readonly ttlMs: number
}

/**
 * A live Redis, by SCAN: what is there from the beginning to the end is imported, what is written meanwhile may be. A cursor is good as long as the server
 * runs; after its restart the scan begins anew.
 */
export class RedisSource implements ImportSource {
  readonly errorsFormat = ndjsonErrors
  readonly #input: RedisInput
  readonly #password: string | undefined
  readonly #limits: SourceLimits
  readonly #clock: Clock
  #client: Redis | undefined
  #server = ''

  /** `input.url` is without the password. */
  constructor(input: RedisInput, password: string | undefined, limits: SourceLimits, clock: Clock) {
    this.#input = input
    this.#password = password
    this.#limits = limits
    this.#clock = clock
  }

  async open(signal: AbortSignal): Promise<SourceFacts> {
    const { url, caFile, match } = this.#input
    this.#client = await connectRedis({ url, password: this.#password, caFile }, signal)
    const total = await this.#ask((client) => client.dbsize())
    this.#server = /run_id:(\w+)/.exec(await this.#ask((client) => client.info('server')).catch(() => ''))?.[1] ?? ''
    return { unit: 'records', total: match === undefined ? total : null, mayRepeat: true }
  }

  async *read(from: Position | undefined, signal: AbortSignal): AsyncGenerator<SourceBatch, void, undefined> {
    const stop = () => this.#client?.disconnect()
    signal.addEventListener('abort', stop, { once: true })
    try {
      const isSameServer = from?.server === this.#server && this.#server !== ''
      let cursor = isSameServer ? String(from?.cursor) : '0'
      let line = isSameServer ? Number(from?.line) : 0
      let beginsAnew = from !== undefined && !isSameServer
      // Noted when the last keys were read, and the end was not.
      if (isSameServer && cursor === 'end') return
      do {
        const answer: unknown = await this.#ask((client) => client.scanBuffer(cursor, ...this.#scanOptions()))
        if (!isScanned(answer)) throw noRedis(this.#input.url)
        const [next, keys] = answer
        const items = await this.#itemsOf(keys, line, signal)
        line += keys.length
        cursor = next.toString('latin1')
        const position = { cursor: cursor === '0' ? 'end' : cursor, server: this.#server, line }
        yield { items, position, done: line, ...(beginsAnew && { beginsAnew: true as const }) }
        beginsAnew = false
      } while (cursor !== '0')
    } catch (error) {
      throwIfCancelled(signal)
      throw error
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async close(): Promise<void> {
    this.#client?.disconnect()
    this.#client = undefined
  }

  #scanOptions(): ['MATCH', string, 'COUNT', number] {
    return ['MATCH', this.#input.match ?? '*', 'COUNT', this.#limits.batchRecords]
  }

  async #itemsOf(keys: readonly Buffer[], before: number, signal: AbortSignal): Promise<SourceItem[]> {
    const items: SourceItem[] = []
    const found: FoundKey[] = []
    for (const one of await this.#lookAt(keys, before)) 'outcome' in one ? items.push(one) : found.push(one)
    let part: FoundKey[] = []
    let bytes = 0
    for (const key of found) {
      if (part.length > 0 && bytes + key.bytes > partBytes) {
        items.push(...(await this.#readPart(part)))
        throwIfCancelled(signal)
        part = []
        bytes = 0
      }
      part.push(key)
      bytes += key.bytes
    }
    if (part.length > 0) items.push(...(await this.#readPart(part)))
    return items.sort((one, other) => one.line - other.line)
  }

  /** Type, size and end of each key, so that nothing is read that does not fit. What is gone since the scan is left out. */
  async #lookAt(keys: readonly Buffer[], before: number): Promise<(FoundKey | SourceItem)[]> {
    const types = await this.#all(keys.flatMap((key) => [['TYPE', key] as const, ['PTTL', key] as const]))
    const named = keys.flatMap((key, place) => {
      const type = String(types[place * 2])
      return type === 'none' ? [] : [{ key, line: before + place + 1, type, ttlMs: Number(types[place * 2 + 1]) }]
    })
    const sizes = await this.#all(named.map(({ key, type }) => (type === 'string' ? ['STRLEN', key] : ['MEMORY', 'USAGE', key])))
    return named.map(({ key, line, type, ttlMs }, place) => {
      const bytes = Number(sizes[place] ?? 0)
      if (!isKnown(type)) return failedItem(line, key, 'invalid_request', `its type ${JSON.stringify(type)} has no form here.`)
      const problem = sizeProblem(type === 'string' ? bytes : Math.ceil(bytes / memoryPerByte), this.#limits.maxValueBytes)
      return problem === undefined ? { key, line, type, bytes, ttlMs } : failedItem(line, key, problem.code, problem.detail)
    })
  }

  async #readPart(part: readonly FoundKey[]): Promise<SourceItem[]> {
    const answers = await this.#all(part.map(({ key, type }) => readCommands[type](key)))
    return part.flatMap((found, place) => {
      const answer = answers[place]
      return isGone(answer, found.type) ? [] : [this.#toItem(found, answer)]
    })
  }

  #toItem({ key, line, type, ttlMs }: FoundKey, answer: unknown): SourceItem {
    if (answer instanceof Error) return failedItem(line, key, 'invalid_request', `Redis does not give it: ${answer.message}.`)
    const expiresAtMs = ttlMs >= 0 ? this.#clock.wallMs() + ttlMs : null
    try {
      return recordItem(
        { line, key, prefix: this.#input.prefix, value: recordValueOf(type, answer), expiresAtMs },
        this.#limits.maxValueBytes,
      )
    } catch (error) {
      if (!(error instanceof UnsayableName)) throw error
      return failedItem(line, key, 'invalid_request', error.message)
    }
  }

  /** One answer for each command; an error of a single one is its answer. */
  async #all(commands: readonly (readonly (string | Buffer)[])[]): Promise<unknown[]> {
    if (commands.length === 0) return []
    return this.#ask(async (client) => {
      const pipeline = client.pipeline()
      for (const [name = '', ...rest] of commands) pipeline.callBuffer(String(name), ...rest)
      const answers = (await pipeline.exec()) ?? []
      return answers.map(([error, answer]) => {
        if (error === null) return answer
        if (client.status !== 'ready' || /^(NOPERM|NOAUTH|MOVED|ASK|LOADING)/.test(error.message)) throw error
        // A key that was replaced by one of another type between two questions.
        return error
      })
    })
  }

  async #ask<Answer>(question: (client: Redis) => Promise<Answer>): Promise<Answer> {
    if (this.#client === undefined) throw new Error('Redis is not connected.')
    try {
      return await question(this.#client)
    } catch (error) {
      throw redisFailure(error, this.#input.url)
    }
  }
}

const isScanned = (answer: unknown): answer is [next: Buffer, keys: Buffer[]] =>
  Array.isArray(answer) && Buffer.isBuffer(answer[0]) && Array.isArray(answer[1]) && answer[1].every((key) => Buffer.isBuffer(key))

const isKnown = (type: string): type is RedisType => (redisTypes as readonly string[]).includes(type)

/** Redis has no empty lists, only empty streams: an empty answer means that the key went between two questions. */
const isGone = (answer: unknown, type: RedisType): boolean =>
  answer === null || answer === undefined || (type !== 'stream' && Array.isArray(answer) && answer.length === 0)
