import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { importInput, type OutputOf, prefixSchema, uploadImportInput } from '../../../contract/index.ts'
import { invalidInput } from '../../base/describe-issue.ts'
import { HoldfastError } from '../../base/errors.ts'
import { openApiDocument } from '../openapi.ts'
import type { EventStreams } from './event-stream.ts'
import type { Exchange } from './exchange.ts'
import { type FieldKind, parseQuery, queryFields } from './form-query.ts'
import { contextOf } from './operation-door.ts'
import type { Receiver } from './receiver.ts'
import { checkContentType, refuseContentEncoding } from './request-headers.ts'
import type { DocumentName } from './routes.ts'
import type { HttpServices } from './services.ts'

const noFields: ReadonlyMap<string, FieldKind> = new Map()
const exportFields: ReadonlyMap<string, FieldKind> = new Map([['prefix', 'text']])
const importOptions = importInput.omit({ ndjson: true })
const importFields = queryFields(importOptions, new Set())
const uploadWish = uploadImportInput.omit({ bytes: true })
const uploadFields = queryFields(uploadWish, new Set())
const ndjsonTypes: readonly [string, ...string[]] = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
]

/** Serves what is no operation of the table but a stream or a document of its own. */
export class DocumentDoor {
  readonly #services: HttpServices
  readonly #receiver: Receiver
  readonly #streams: EventStreams
  #openApi: Buffer | undefined

  constructor(deps: { services: HttpServices; receiver: Receiver; streams: EventStreams }) {
    this.#services = deps.services
    this.#receiver = deps.receiver
    this.#streams = deps.streams
  }

  async serve(exchange: Exchange, name: DocumentName): Promise<void> {
    // All of them show data or what is done with it.
    this.#services.router.authorize('records.list', contextOf(exchange).role)
    switch (name) {
      case 'export':
        return this.#export(exchange)
      case 'events':
        parseQuery(exchange.target.query, noFields)
        return this.#streams.open(exchange)
      case 'openapi':
        parseQuery(exchange.target.query, noFields)
        return this.#sendOpenApi(exchange)
      case 'metrics':
        return this.#sendMetrics(exchange)
      default:
        return name satisfies never
    }
  }

  /** NDJSON of any length; the report says what became of each line that failed. */
  async import(exchange: Exchange): Promise<void> {
    const { router, storage } = this.#services
    router.authorize('records.import', contextOf(exchange).role)
    const query = parseQuery(exchange.target.query, importFields)
    const options = importOptions.safeParse(query)
    if (!options.success) throw invalidInput(options.error)
    checkContentType(exchange.request, ndjsonTypes)
    const report: OutputOf<'records.import'> = await storage.importNdjson(this.#receiver.stream(exchange), options.data, exchange.signal)
    exchange.sendJson(200, report)
  }

  /** A file of any length and kind; what it is says the query, or the file itself. */
  async upload(exchange: Exchange): Promise<void> {
    const context = contextOf(exchange)
    this.#services.router.authorize('imports.upload', context.role)
    const wish = uploadWish.safeParse(parseQuery(exchange.target.query, uploadFields))
    if (!wish.success) throw invalidInput(wish.error)
    refuseContentEncoding(exchange.request)
    exchange.sendJson(202, await this.#services.upload(wish.data, this.#receiver.stream(exchange), context))
  }

  async #export(exchange: Exchange): Promise<void> {
    const { prefix } = parseQuery(exchange.target.query, exportFields)
    const parsed = prefixSchema.safeParse(prefix ?? '')
    if (!parsed.success)
      throw new HoldfastError('invalid_request', 'prefix: expected at most 1024 bytes of UTF-8.', { details: { field: 'prefix' } })
    const lines = this.#services.storage.exportNdjson(parsed.data, exchange.signal)[Symbol.asyncIterator]()
    // The first piece before the first header: a store that cannot be read is an error, not an empty export.
    const first = await lines.next()
    const { response } = exchange
    const headers = ['Content-Type', 'application/x-ndjson', 'Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff']
    response.writeHead(200, [...headers, 'Holdfast-Request-Id', exchange.id])
    if (exchange.isHead) {
      await lines.return?.()
      response.end()
      return
    }
    try {
      await pipeline(Readable.from(following(first, lines)), response)
    } catch (error) {
      exchange.signal.throwIfAborted()
      throw error
    }
  }

  #sendOpenApi(exchange: Exchange): void {
    this.#openApi ??= Buffer.from(JSON.stringify(openApiDocument(this.#services.version)))
    exchange.send(
      200,
      ['Content-Type', 'application/json', 'Content-Length', this.#openApi.length, 'Cache-Control', 'no-cache'],
      this.#openApi,
    )
  }

  async #sendMetrics(exchange: Exchange): Promise<void> {
    // Scrapers add parameters of their own; they select nothing here.
    const metrics = await this.#services.metrics()
    const text = Buffer.from(await metrics.render())
    exchange.send(200, ['Content-Type', metrics.contentType, 'Content-Length', text.length, 'Cache-Control', 'no-store'], text)
  }
}

async function* following(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
