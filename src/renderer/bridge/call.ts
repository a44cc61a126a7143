import type { ErrorBody, InputOf, OperationName, OutputOf } from '../../contract/index.ts'
import { bridge } from './bridge.ts'
import { useConnection } from './connection.ts'
import { forgetToken } from './token.ts'

/** A refusal or failure of the host: `message` is a sentence for people, `code` is for copying and for deciding. */
export class CallError extends Error {
  readonly code: string
  readonly retryable: boolean
  readonly incident: string | undefined
  readonly details: Record<string, unknown>

  constructor(body: ErrorBody) {
    super(body.message)
    this.name = 'CallError'
    this.code = body.code
    this.retryable = body.retryable
    this.incident = body.incident
    this.details = body.details ?? {}
  }
}

export const asCallError = (error: unknown): CallError =>
  error instanceof CallError
    ? error
    : new CallError({ code: 'internal', message: error instanceof Error ? error.message : String(error), retryable: false })

/** A token that the host does not know is not tried again after a reload. */
function refuseToken(): void {
  forgetToken(window.sessionStorage)
  useConnection.getState().tokenRefused()
}

const cancelled = (): CallError => new CallError({ code: 'cancelled', message: 'This was cancelled.', retryable: true })

let requests = 0

/** Asks the host. Throws `CallError`, with the code `cancelled` once `signal` is aborted. */
export async function call<N extends OperationName>(name: N, input: InputOf<N>, signal?: AbortSignal): Promise<OutputOf<N>> {
  const host = bridge()
  if (!host) throw new CallError({ code: 'unauthenticated', message: 'A token is needed.', retryable: false })
  if (signal?.aborted) throw cancelled()
  const requestId = `ui-${++requests}`
  const cancel = () => host.cancel(requestId)
  signal?.addEventListener('abort', cancel)
  try {
    const reply = await host.invoke(name, input, requestId)
    // The answer may have been under way when it was called off; nobody wants it any more.
    if (signal?.aborted) throw cancelled()
    if (reply.ok) return reply.value
    if (reply.error.code === 'unauthenticated') refuseToken()
    throw new CallError(reply.error)
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}
