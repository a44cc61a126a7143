import type { IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { ConnectionError, HoldfastError } from '../client/errors.ts'
import { fillPath, queryOf } from '../client/request-target.ts'
import { type Ask, Transport } from '../client/transport.ts'
import { clientHeader, type InputOf, type Operation, type OperationName, type OutputOf, operations } from '../contract/index.ts'
import { CliFailure, exitCodes, fileFailure, UsageError } from './failure.ts'

/** How long the host may stay silent on a request that it answers at once. */
const silenceMs = 60_000

/** A client of the contract over the host's socket. One connection a request; nothing stays open. */
export class HostClient {
  readonly #socket: string
  readonly #startCommand: string
  readonly #transport: Transport

  /** `startCommand` is what a person can type to have a host there. */
  constructor({ socket, startCommand }: { socket: string; startCommand: string }) {
    this.#socket = socket
    this.#startCommand = startCommand
    this.#transport = new Transport({
      place: async () => ({ socket }),
      headers: { [clientHeader]: 'command' },
      silenceMs,
      maxConnections: 0,
    })
  }

  /** Calls an operation of the contract. @throws CliFailure with the host's code, or `unreachable`. */
  async call<N extends OperationName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
    const { http }: Operation = operations[name]
    const { path, rest } = fillPath(http.path, input as Record<string, unknown>)
    const asBody = http.body === 'json'
    const response = await this.open({
      method: http.method,
      path: asBody ? path : path + queryOf(rest),
      ...(asBody && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(rest) }),
    })
    return (await readJson(response)) as OutputOf<N>
  }

  /** Sends a request and answers with the response once it has begun, if it is a success. The caller reads its body. */
  async open(asked: Ask, accepted?: (status: number) => boolean): Promise<IncomingMessage> {
    try {
      return await this.#transport.open(asked, undefined, accepted)
    } catch (error) {
      throw this.#failureOf(error)
    }
  }

  #failureOf(error: unknown): unknown {
    if (error instanceof ConnectionError) return this.#connectionFailure(error)
    if (error instanceof HoldfastError) return answeredFailure(error)
    return isSaid(error) ? error : fileFailure(error, 'The input cannot be read')
  }

  #connectionFailure({ reason, message, cause }: ConnectionError): CliFailure {
    const options = { exit: exitCodes.unreachable, facts: { socket: this.#socket }, cause }
    switch (reason) {
      case 'absent':
        return new CliFailure('unreachable', `No host answers at ${this.#socket}. Start one with: ${this.#startCommand}`, options)
      case 'not_allowed':
        return new CliFailure(
          'unreachable',
          `This user may not use the socket ${this.#socket}; run the command as the user of the host.`,
          options,
        )
      case 'silent':
      case 'failed':
        return new CliFailure('unreachable', message, options)
      case 'cut':
        return new CliFailure('interrupted', message, { exit: exitCodes.failed, cause })
      default:
        return reason satisfies never
    }
  }
}

const isSaid = (error: unknown): boolean => error instanceof CliFailure || error instanceof UsageError

export async function readJson(response: IncomingMessage): Promise<unknown> {
  try {
    return await json(response)
  } catch (error) {
    throw new CliFailure('bad_answer', 'The answer is not that of a Holdfast host.', { exit: exitCodes.failed, cause: error })
  }
}

function answeredFailure({ code, message, details, retryable, incident }: HoldfastError): CliFailure {
  if (code === 'bad_answer') return new CliFailure(code, message, { exit: exitCodes.failed, facts: details })
  return new CliFailure(code, message, { facts: { ...details, retryable, ...(incident !== undefined && { incident }) } })
}
