import type { IncomingMessage } from 'node:http'
import { clientHeader } from '../../contract/activity.ts'
import type { ConnectionState } from '../../contract/bridge.ts'
import { type Envelope, type ErrorBody, type ErrorCode, errorCodes, problemSchema } from '../../contract/errors.ts'
import type { HoldfastEvent } from '../../contract/events.ts'
import { type OperationName, operations } from '../../contract/operations.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Call, HostConnection } from './host-connection.ts'
import { agentFor, type EndpointAgent, nameOf, openRequest, type RemoteEndpoint } from './remote-endpoint.ts'
import { RemoteEvents } from './remote-events.ts'
import { type RemoteReply, type RemoteRequest, remoteRequest } from './remote-request.ts'

const maxSockets = 16
/** Milliseconds that a host may take to answer. A query is short; a command may carry 16 MiB over a slow line. */
const usualLimits = { queryMs: 30_000, commandMs: 120_000 } as const
export type CallLimits = { readonly queryMs: number; readonly commandMs: number }

/** Whoever switches to a host waits before an old picture. */
const connectMs = 8000

/** A call that took longer than it may. */
class TooSlow extends Error {}

type EventListener = (event: HoldfastEvent) => void
type ConnectionListener = (state: ConnectionState) => void

export interface RemoteHostDeps {
  endpoint: RemoteEndpoint
  log: Log
  limits?: CallLimits
}

/**
 * The host of another process, over its socket or its address: the same operations and events as an embedded one. A host that goes away
 * makes calls fail as `unavailable` and the connection `lost`, until it is back. A command whose answer never came fails as
 * `outcome_unknown`: it may have been done.
 */
export class RemoteHost implements HostConnection {
  readonly kind = 'remote'
  readonly #endpoint: RemoteEndpoint
  readonly #limits: CallLimits
  readonly #agent: EndpointAgent
  readonly #listeners = new Set<{ onEvent: EventListener; onConnection: ConnectionListener }>()
  readonly #events: RemoteEvents
  #state: ConnectionState = 'connected'

  private constructor({ endpoint, log, limits = usualLimits }: RemoteHostDeps) {
    this.#endpoint = endpoint
    this.#limits = limits
    this.#agent = agentFor(endpoint, maxSockets)
    this.#events = new RemoteEvents({
      endpoint,
      log,
      onEvent: (event) => {
        for (const { onEvent } of [...this.#listeners]) onEvent(event)
      },
      onConnection: (state) => this.#changed(state),
    })
  }

  /** Rejects with `unavailable` when no host answers there, and with `unauthenticated` when it does not accept the token. */
  static async connect(deps: RemoteHostDeps): Promise<RemoteHost> {
    const host = new RemoteHost(deps)
    // The status needs a token over TCP, where anybody is told the health.
    const reply = await host.invoke('status.get', {}, { requestId: 'connect' }, AbortSignal.timeout(connectMs))
    if (reply.ok) return host
    await host.close()
    const { code } = reply.error
    const message = code === 'cancelled' ? `there was no answer within ${connectMs / 1000} seconds.` : reply.error.message
    if (code === 'unauthenticated') throw new HoldfastError(code, `The host at ${nameOf(deps.endpoint)} did not accept the token.`)
    throw new HoldfastError('unavailable', `The host at ${nameOf(deps.endpoint)} does not answer: ${message}`)
  }

  async invoke(name: string, input: unknown, call: Call, signal?: AbortSignal): Promise<Envelope<unknown>> {
    if (!Object.hasOwn(operations, name)) return refused('not_found', `There is no operation "${name}".`)
    const isQuery = operations[name as OperationName].kind === 'query'
    const limitMs = isQuery ? this.#limits.queryMs : this.#limits.commandMs
    try {
      const plan = remoteRequest(name as OperationName, (input ?? {}) as Record<string, unknown>)
      const reply = await this.#send(plan, call, { signal, limitMs })
      const isAnswer = reply.status < 400 || (name === 'health.get' && reply.header('content-type')?.startsWith('application/json'))
      return isAnswer ? { ok: true, value: plan.read(reply) } : { ok: false, error: problemOf(reply) }
    } catch (error) {
      if (error instanceof HoldfastError) return { ok: false, error: error.toBody() }
      if (signal?.aborted) return refused('cancelled', 'Cancelled; the host stops what can be stopped.')
      return refusalOf(error, { isQuery, limitMs })
    }
  }

  subscribe(onEvent: EventListener, onConnection: ConnectionListener): () => void {
    const listener = { onEvent, onConnection }
    this.#listeners.add(listener)
    onConnection(this.#state)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Does not wait for the next attempt of a lost connection. */
  retryNow(): void {
    this.#events.retryNow()
  }

  async close(): Promise<void> {
    this.#events.close()
    this.#agent.destroy()
  }

  #changed(state: ConnectionState): void {
    if (state === this.#state) return
    this.#state = state
    for (const { onConnection } of [...this.#listeners]) onConnection(state)
  }

  #send(plan: RemoteRequest, call: Call, bounds: { signal: AbortSignal | undefined; limitMs: number }): Promise<RemoteReply> {
    const body = plan.body === undefined ? undefined : Buffer.from(plan.body)
    const headers = {
      'x-request-id': call.requestId,
      [clientHeader]: 'desktop',
      ...plan.headers,
      'content-length': String(body?.length ?? 0),
    }
    const { method, path } = plan
    return new Promise((resolve, reject) => {
      const sent = openRequest(this.#endpoint, { method, path, headers, agent: this.#agent, signal: bounds.signal })
      const timer = setTimeout(() => sent.destroy(new TooSlow()), bounds.limitMs)
      sent.on('response', (response) => void readWhole(response).then(resolve, reject))
      sent.on('error', reject)
      sent.on('close', () => clearTimeout(timer))
      sent.end(body)
    })
  }
}

/** What is said of a call without an answer. A request that never left cannot have been done. */
function refusalOf(error: unknown, { isQuery, limitMs }: { isQuery: boolean; limitMs: number }): Envelope<never> {
  const neverSent = neverConnected.has((error as NodeJS.ErrnoException).code ?? '')
  const isSlow = error instanceof TooSlow
  const silentSeconds = limitMs / 1000
  const details = isSlow ? { silentSeconds } : { unreachable: true }
  if (isQuery || neverSent) {
    const tooSlow = `The host has not answered for ${silentSeconds} seconds. It may be busy, or the way to it slow; try again.`
    return refused('unavailable', isSlow ? tooSlow : 'The host cannot be reached. It may have stopped.', details)
  }
  const reason = isSlow ? `did not answer within ${silentSeconds} seconds` : 'went away before it answered'
  return refused('outcome_unknown', `The host ${reason}. Whether this was done is not known; look before you do it again.`, details)
}

const neverConnected = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

async function readWhole(response: IncomingMessage): Promise<RemoteReply> {
  const pieces: Buffer[] = []
  for await (const piece of response) pieces.push(piece as Buffer)
  const header = (name: string) => {
    const value = response.headers[name]
    return Array.isArray(value) ? value[0] : value
  }
  return { status: response.statusCode ?? 0, header, body: Buffer.concat(pieces) }
}

/** The envelope's form of an HTTP error; further members of the problem are its details. */
function problemOf(reply: RemoteReply): ErrorBody {
  try {
    const { code, title, detail, status, retryable, incident, type, ...details } = problemSchema.parse(
      JSON.parse(reply.body.toString('utf8')),
    )
    return {
      code,
      message: detail,
      retryable,
      ...(incident !== undefined && { incident }),
      ...(Object.keys(details).length > 0 && { details }),
    }
  } catch {
    return { code: 'unavailable', message: `The host answered with status ${reply.status}.`, retryable: true }
  }
}

const refused = (code: ErrorCode, message: string, details?: Record<string, unknown>): Envelope<never> => ({
  ok: false,
  error: { code, message, retryable: errorCodes[code].retryable, ...(details && { details }) },
})
