import type { IncomingMessage } from 'node:http'
import { type InputOf, type Operation, type OperationName, type OutputOf, operations } from '../contract/index.ts'
import { ConnectionError, HoldfastError } from './errors.ts'
import { fillPath, queryOf } from './request-target.ts'
import { isWorthAnotherTry, type RetryPolicy, withRetries } from './retry.ts'
import { type Ask, type Transport, wholeOf } from './transport.ts'

/** The operations whose input and output are JSON. Values and import files have their own ways. */
export type JsonOperation = {
  [N in OperationName]: Operations[N]['http']['body'] extends 'json' | 'none' ? N : never
}[OperationName]
type Operations = typeof operations

export interface Reply {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly bytes: Buffer
}

/** Commands that may be done twice: the second time changes nothing, or leaves something that ends by itself. */
const repeatableCommands: ReadonlySet<OperationName> = new Set<OperationName>([
  'transactions.begin',
  'transactions.rollBack',
  'locks.renew',
])

export interface CallOptions {
  readonly silenceMs?: number
  readonly alone?: boolean
  /** False: the first failure counts. */
  readonly retry?: boolean
}

export interface CallerDeps {
  readonly transport: Transport
  readonly policy: RetryPolicy
  readonly random: () => number
}

/** Asks for operations of the contract, again where that is safe. */
export class Caller {
  readonly #deps: CallerDeps

  constructor(deps: CallerDeps) {
    this.#deps = deps
  }

  get policy(): RetryPolicy {
    return this.#deps.policy
  }

  get random(): () => number {
    return this.#deps.random
  }

  /** Throws `HoldfastError`: what the host said, `unreachable`, or `outcome_unknown` when a command may or may not have been done. */
  async call<N extends JsonOperation>(name: N, input: InputOf<N>, signal?: AbortSignal, options: CallOptions = {}): Promise<OutputOf<N>> {
    const { http, kind }: Operation = operations[name]
    const { path, rest } = fillPath(http.path, input as Record<string, unknown>)
    const asBody = http.body === 'json'
    const ask: Ask = {
      method: http.method,
      path: asBody ? path : path + queryOf(rest),
      ...options,
      ...(asBody && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(rest) }),
    }
    const repeatable = kind === 'query' || repeatableCommands.has(name)
    const { bytes } = await this.ask(ask, { repeatable, retry: options.retry ?? true }, signal)
    return jsonOf(bytes) as OutputOf<N>
  }

  /** Sends a request and reads its answer whole. `repeatable`: doing it twice is as good as once. */
  ask(ask: Ask, { repeatable, retry = true }: { repeatable: boolean; retry?: boolean }, signal?: AbortSignal): Promise<Reply> {
    const { policy, random } = this.#deps
    const isWorthIt = (error: unknown) => retry && isWorthAnotherTry(error, repeatable)
    return withRetries(() => this.#once(ask, repeatable, signal), { policy, random, isWorthIt }, signal)
  }

  /** The answer as a stream, once it has begun; never asked again. */
  open(ask: Ask, signal?: AbortSignal): Promise<IncomingMessage> {
    return this.#deps.transport.open(ask, signal)
  }

  async #once(ask: Ask, repeatable: boolean, signal: AbortSignal | undefined): Promise<Reply> {
    try {
      const response = await this.#deps.transport.open(ask, signal)
      return { status: response.statusCode ?? 0, headers: response.headers, bytes: await wholeOf(response, signal) }
    } catch (error) {
      if (repeatable || !(error instanceof ConnectionError) || !error.mayHaveArrived) throw error
      throw unknownOutcome(error)
    }
  }
}

function unknownOutcome(cause: ConnectionError): HoldfastError {
  const sentence =
    'The connection ended before the host answered: this may have been done or not. Read what is there before you do it again.'
  return new HoldfastError('outcome_unknown', sentence, { cause })
}

function jsonOf(bytes: Buffer): unknown {
  if (bytes.length === 0) return {}
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw new HoldfastError('bad_answer', 'The answer is not that of a Holdfast host.', { cause: error })
  }
}
