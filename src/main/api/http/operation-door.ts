import type { Socket } from 'node:net'
import { maxBatchBytes, type Operation, type OperationName, type OutputOf, operations } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'
import type { CallContext } from '../router.ts'
import { noRoom } from './byte-budget.ts'
import { entityTag } from './entity-tags.ts'
import type { Exchange, HeaderList } from './exchange.ts'
import { type FieldKind, parseQuery, queryFields } from './form-query.ts'
import { parseJsonObject } from './json-body.ts'
import { msgpackType, msgpackTypes, packBatch, parseMsgpackObject, prefersMsgpack } from './msgpack-body.ts'
import type { Receiver } from './receiver.ts'
import { checkContentType } from './request-headers.ts'
import type { HttpServices } from './services.ts'
import { noToken } from './tcp-guard.ts'

/** Bodies of all but batches say a few words, or carry one value. */
const smallBodyBytes = 64 * 1024
type BatchOutput = OutputOf<'records.batch'>

/** Serves the operations of the contract's table: input from path, query or JSON body, the bare output as JSON. */
export class OperationDoor {
  readonly #services: HttpServices
  readonly #receiver: Receiver
  readonly #queries: ReadonlyMap<OperationName, ReadonlyMap<string, FieldKind>>

  constructor(deps: { services: HttpServices; receiver: Receiver }) {
    this.#services = deps.services
    this.#receiver = deps.receiver
    this.#queries = new Map(
      (Object.entries(operations) as [OperationName, Operation][]).map(([name, { http, input }]) => {
        const inPath = new Set([...http.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string))
        return [name, http.body === 'none' ? queryFields(input, inPath) : new Map()]
      }),
    )
  }

  async serve(exchange: Exchange, name: OperationName, parameters: Record<string, string>): Promise<void> {
    const { http }: Operation = operations[name]
    // Before anything is read: who may not ask must not make us work.
    const context = contextOf(exchange)
    this.#services.router.authorize(name, context.role)
    const query = parseQuery(exchange.target.query, this.#queries.get(name) ?? new Map())
    const body = http.body === 'json' ? await this.#readBody(exchange, name) : {}
    const input = combine(parameters, query, body)
    // Values are what makes an answer large; how the host does can be asked for at any time.
    if (input.values === true && exchange.answers.isFull) throw noRoom()
    const output = await this.#services.router.dispatch(name, input, context)
    if (http.msgpack && prefersMsgpack(exchange.request.headers.accept)) exchange.sendBytes(msgpackType, packBatch(output as BatchOutput))
    else exchange.sendJson(this.#statusOf(name, http.status), output, this.#headersOf(name, output))
  }

  async #readBody(exchange: Exchange, name: OperationName): Promise<Record<string, unknown>> {
    const { http }: Operation = operations[name]
    const accepted: [string, ...string[]] = ['application/json', ...(http.msgpack ? msgpackTypes : [])]
    const type = exchange.hasBody ? checkContentType(exchange.request, accepted) : accepted[0]
    const limitBytes = this.#bodyLimit(name)
    const sentence = `The body has at most ${limitBytes} bytes here.`
    const tooLarge = () => new HoldfastError('too_large', sentence, { details: { limitBytes } })
    const exact = name === 'records.create' || name === 'records.batch'
    const bytes = await this.#receiver.whole(exchange, limitBytes, tooLarge)
    return type === accepted[0] ? parseJsonObject(bytes, { exact }) : parseMsgpackObject(bytes)
  }

  #bodyLimit(name: OperationName): number {
    if (name === 'records.batch' || name === 'records.bulk' || name === 'transactions.write') return maxBatchBytes
    // A value as JSON is its own text; the key and the fields around it come on top.
    return name === 'records.create' ? this.#services.limits.maxValueBytes + smallBodyBytes : smallBodyBytes
  }

  #statusOf(name: OperationName, status: number): number {
    return name === 'health.get' && this.#services.store.mode.kind === 'stopped' ? 503 : status
  }

  #headersOf(name: OperationName, output: unknown): HeaderList {
    if (name !== 'records.create') return []
    const { version } = output as OutputOf<'records.create'>
    return ['ETag', entityTag(this.#services.timeline.current, version), 'Holdfast-Version', version]
  }
}

/** Throws `unauthenticated` when it is not known who asks. */
export function contextOf(exchange: Exchange): CallContext {
  const { role, id, signal, log } = exchange
  if (role === null) throw noToken()
  return { role, requestId: id, signal, log, onClientGone: (act) => whenClosed(exchange.request.socket, act) }
}

/** A connection may carry many transactions; each has its listener until it is over. */
function whenClosed(socket: Socket, act: () => void): () => void {
  socket.setMaxListeners(socket.getMaxListeners() + 1)
  socket.once('close', act)
  return () => {
    socket.off('close', act)
    socket.setMaxListeners(socket.getMaxListeners() - 1)
  }
}

function combine(
  parameters: Record<string, string>,
  query: Record<string, unknown>,
  body: Record<string, unknown>,
): Record<string, unknown> {
  const repeated = Object.keys(body).find((field) => Object.hasOwn(parameters, field))
  if (repeated !== undefined) {
    throw new HoldfastError('invalid_request', `${repeated}: expected in the path only.`, { details: { field: repeated } })
  }
  return { ...query, ...body, ...parameters }
}
