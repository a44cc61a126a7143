import { Agent, type IncomingMessage, request } from 'node:http'
import { clientHeader } from '../../contract/activity.ts'
import type { ConnectionState } from '../../contract/bridge.ts'
import { type Envelope, type ErrorBody, type ErrorCode, errorCodes, problemSchema } from '../../contract/errors.ts'
import type { HoldfastEvent } from '../../contract/events.ts'
import { type OperationName, operations } from '../../contract/operations.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Call, HostConnection } from './host-connection.ts'
import { RemoteEvents } from './remote-events.ts'
import { type RemoteReply, type RemoteRequest, remoteRequest } from './remote-request.ts'

const maxSockets = 16

type EventListener = (event: HoldfastEvent) => void
type ConnectionListener = (state: ConnectionState) => void

/**
 * The host of another process, over its socket: the same operations and events as an embedded one. The socket's folder is the permission,
 * so there is no token. A host that goes away makes calls fail as `unavailable` and the connection `lost`, until it is back.
 */
export class RemoteHost implements HostConnection {
  readonly kind = 'remote'
  readonly #socket: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets })
  readonly #listeners = new Set<{ onEvent: EventListener; onConnection: ConnectionListener }>()
  readonly #events: RemoteEvents
  #state: ConnectionState = 'connected'

  private constructor(socket: string, log: Log) {
    this.#socket = socket
    this.#events = new RemoteEvents({
      socket,
      log,
      onEvent: (event) => {
        for (const { onEvent } of [...this.#listeners]) onEvent(event)
      },
      onConnection: (state) => this.#changed(state),
    })
  }

  /** Rejects with `unavailable` when no host answers at the socket. */
  static async connect(deps: { socket: string; log: Log }): Promise<RemoteHost> {
    const host = new RemoteHost(deps.socket, deps.log)
    const reply = await host.invoke('health.get', {}, { requestId: 'connect' })
    if (reply.ok) return host
    await host.close()
    throw new HoldfastError('unavailable', `The host at ${deps.socket} does not answer: ${reply.error.message}`)
  }

  async invoke(name: string, input: unknown, call: Call, signal?: AbortSignal): Promise<Envelope<unknown>> {
    if (!Object.hasOwn(operations, name)) return refused('not_found', `There is no operation "${name}".`)
    try {
      const plan = remoteRequest(name as OperationName, (input ?? {}) as Record<string, unknown>)
      const reply = await this.#send(plan, call, signal)
      const isAnswer = reply.status < 400 || (name === 'health.get' && reply.header('content-type')?.startsWith('application/json'))
      return isAnswer ? { ok: true, value: plan.read(reply) } : { ok: false, error: problemOf(reply) }
    } catch (error) {
      if (error instanceof HoldfastError) return { ok: false, error: error.toBody() }
      if (signal?.aborted) return refused('cancelled', 'Cancelled; the host stops what can be stopped.')
      return refused('unavailable', 'The host cannot be reached. It may have stopped.')
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

  async close(): Promise<void> {
    this.#events.close()
    this.#agent.destroy()
  }

  #changed(state: ConnectionState): void {
    if (state === this.#state) return
    this.#state = state
    for (const { onConnection } of [...this.#listeners]) onConnection(state)
  }

  #send(plan: RemoteRequest, call: Call, signal: AbortSignal | undefined): Promise<RemoteReply> {
    const body = plan.body === undefined ? undefined : Buffer.from(plan.body)
    const headers = {
      host: 'holdfast',
      'x-request-id': call.requestId,
      [clientHeader]: 'desktop',
      ...plan.headers,
      'content-length': String(body?.length ?? 0),
    }
    return new Promise((resolve, reject) => {
      const sent = request(
        { socketPath: this.#socket, agent: this.#agent, method: plan.method, path: plan.path, headers, ...(signal && { signal }) },
        (response) => readWhole(response).then(resolve, reject),
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }
}

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

const refused = (code: ErrorCode, message: string): Envelope<never> => ({
  ok: false,
  error: { code, message, retryable: errorCodes[code].retryable },
})
