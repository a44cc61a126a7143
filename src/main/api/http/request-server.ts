import type { Clock } from '../../base/clock.ts'
import { HoldfastError } from '../../base/errors.ts'
import type { ContextIds } from '../../base/request-context.ts'
import { answerRead } from './data-reads.ts'
import { answerDelete, answerPut } from './data-writes.ts'
import { DocumentDoor } from './document-door.ts'
import type { EventStreams } from './event-stream.ts'
import type { Exchange, HeaderList } from './exchange.ts'
import { type FieldKind, parseQuery } from './form-query.ts'
import { OperationDoor } from './operation-door.ts'
import type { Receiver } from './receiver.ts'
import { checkHeaders } from './request-headers.ts'
import { type Route, Routes } from './routes.ts'
import type { HttpServices } from './services.ts'
import { noToken, type TcpGuard } from './tcp-guard.ts'
import { isUiPath, UiFiles } from './ui-files.ts'

const noFields: ReadonlyMap<string, FieldKind> = new Map()

/** One request from its first check to its answer. */
export class RequestServer {
  readonly #services: HttpServices
  readonly #receiver: Receiver
  readonly #clock: Clock
  readonly #routes = new Routes()
  readonly #operations: OperationDoor
  readonly #documents: DocumentDoor
  readonly #uiFiles: UiFiles

  constructor(deps: { services: HttpServices; receiver: Receiver; streams: EventStreams; clock: Clock }) {
    this.#services = deps.services
    this.#receiver = deps.receiver
    this.#clock = deps.clock
    this.#operations = new OperationDoor(deps)
    this.#documents = new DocumentDoor(deps)
    this.#uiFiles = new UiFiles({ folder: deps.services.uiFolder })
  }

  /** Answers, whatever happens. Undefined when the answer was given at once; else a promise that never rejects. */
  serve(exchange: Exchange, guard: TcpGuard | undefined, ids: ContextIds): Promise<void> | undefined {
    try {
      checkHeaders(exchange.request)
      if (guard !== undefined) this.#pass(exchange, guard)
      // A read of a record takes microseconds; whatever is not needed for it would be most of its cost.
      const work = isRead(exchange)
        ? this.#route(exchange)
        : ids.run({ requestId: exchange.id, actor: exchange.actor }, () => this.#route(exchange))
      return work?.catch((error: unknown) => this.#fail(exchange, error))
    } catch (error) {
      this.#fail(exchange, error)
      return undefined
    }
  }

  #pass(exchange: Exchange, guard: TcpGuard): void {
    guard.checkSource(exchange.request, exchange.target.authority)
    if (guard.hasToken(exchange.request)) exchange.role = 'admin'
    else if (!isPublic(exchange)) throw noToken()
  }

  #route(exchange: Exchange): Promise<void> | undefined {
    const { method, target } = exchange
    if (isUiPath(target.path)) {
      if (method !== 'GET' && method !== 'HEAD')
        throw new HoldfastError('method_not_allowed', 'Files are only read.', { details: { allow: 'GET, HEAD' } })
      return this.#uiFiles.serve(exchange)
    }
    const route = this.#routes.find(method, target.path)
    if (route.kind === 'data') return this.#data(exchange, route)
    if (route.kind === 'document') return this.#documents.serve(exchange, route.name)
    if (route.name === 'records.import') return this.#documents.import(exchange)
    if (route.name === 'imports.upload') return this.#documents.upload(exchange)
    if (exchange.role === null) return this.#sayUp(exchange)
    return this.#operations.serve(exchange, route.name, route.parameters)
  }

  #data(exchange: Exchange, route: Route & { kind: 'data' }): Promise<void> | undefined {
    if (exchange.role === null) throw noToken()
    this.#services.router.authorize(route.name, exchange.role)
    parseQuery(exchange.target.query, noFields)
    switch (route.name) {
      case 'records.get':
        answerRead(exchange, route.key, this.#services, () => this.#clock.wallMs())
        return undefined
      case 'records.put':
        return answerPut(exchange, route.key, this.#services, this.#receiver)
      case 'records.delete':
        return answerDelete(exchange, route.key, this.#services)
      default:
        return route.name satisfies never
    }
  }

  /** All that is told without a token: that somebody is here, or that nothing can be taken at present. */
  async #sayUp(exchange: Exchange): Promise<void> {
    parseQuery(exchange.target.query, noFields)
    if (this.#services.store.mode.kind !== 'stopped') exchange.sendJson(200, { status: 'up' })
    else exchange.sendError(new HoldfastError('unavailable', 'The store is stopped; ask with the token for the reason.'))
  }

  #fail(exchange: Exchange, error: unknown): void {
    const allow = error instanceof HoldfastError && error.code === 'method_not_allowed' ? error.details?.allow : undefined
    const more: HeaderList = typeof allow === 'string' ? ['Allow', allow] : []
    const isTooManyHeaders = error instanceof HoldfastError && error.code === 'too_large' && exchange.request.rawHeaders.length > 200
    exchange.sendError(error, more, isTooManyHeaders ? 431 : undefined)
  }
}

const isRead = ({ method, target }: Exchange): boolean => (method === 'GET' || method === 'HEAD') && target.path.startsWith('/api/data/')

/** What answers without a token; it holds no data. */
function isPublic({ method, target }: Exchange): boolean {
  return (method === 'GET' || method === 'HEAD') && (target.path === '/api/health' || isUiPath(target.path))
}
