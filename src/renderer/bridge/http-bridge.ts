import type {
  BatchOperation,
  BatchResult,
  ConnectionState,
  Envelope,
  ErrorBody,
  HoldfastBridge,
  HoldfastEvent,
  InputOf,
  OperationName,
  OutputOf,
  RecordWithValue,
} from '../../contract/index.ts'
import { clientHeader, EventStreamParser, errorCodes } from '../../contract/index.ts'
import { needsBatch, requestOf } from './http-request.ts'
import { encodeValue } from './value-bytes.ts'

export interface HttpBridgeDeps {
  readonly fetch: typeof fetch
  readonly token: string
  /** Waits before the stream of events is asked for again; grows to `maxReconnectMs`. */
  readonly minReconnectMs?: number
  readonly maxReconnectMs?: number
}

/** The bridge of a page that the headless host serves: the same operations, over HTTP with the token in a header. */
export function createHttpBridge(deps: HttpBridgeDeps): HoldfastBridge {
  const running = new Map<string, AbortController>()

  const send = async (name: OperationName, input: Record<string, unknown>, signal: AbortSignal): Promise<Response> => {
    const { path, ...request } = requestOf(name, input)
    const headers = { ...request.headers, authorization: `Bearer ${deps.token}`, [clientHeader]: 'browser' }
    return deps.fetch(path, { ...request, headers, signal, cache: 'no-store', credentials: 'omit' })
  }

  const batchOfOne = async (
    operation: BatchOperation,
    { undo, durability }: BatchWish,
    signal: AbortSignal,
  ): Promise<Envelope<BatchResult>> => {
    const batch = { atomic: true, operations: [operation], ...(!undo && { undo }), durability }
    const response = await send('records.batch', batch, signal)
    if (!response.ok) return { ok: false, error: await errorOf(response) }
    const [result] = ((await response.json()) as OutputOf<'records.batch'>).results
    if (result === undefined || result.error || result.status >= 400) return { ok: false, error: errorOfResult(result) }
    return { ok: true, value: result }
  }

  const ask = async (name: OperationName, input: Record<string, unknown>, signal: AbortSignal): Promise<Envelope<unknown>> => {
    const { undo = true, durability, ...record } = input as { key: string; ifVersion?: string } & BatchWish
    if ((name === 'records.put' || name === 'records.delete') && needsBatch(record)) {
      const put = name === 'records.put'
      const operation: BatchOperation = put ? putOperation(input as InputOf<'records.put'>) : { op: 'delete', ...record }
      const reply = await batchOfOne(operation, { undo, durability }, signal)
      if (!reply.ok || !put) return reply.ok ? { ok: true, value: {} } : reply
      return { ok: true, value: { key: record.key, version: reply.value.version, created: reply.value.status === 201 } }
    }
    if (name === 'records.get' && needsBatch(record))
      return firstOfList(await send('records.list', listOfOne(record.key), signal), record.key)
    const response = await send(name, input, signal)
    const readable = response.ok || (name === 'health.get' && isPlainJson(response))
    if (!readable) return { ok: false, error: await errorOf(response) }
    return { ok: true, value: await readValue(name, input, response) }
  }

  return {
    async invoke<N extends OperationName>(name: N, input: InputOf<N>, requestId?: string): Promise<Envelope<OutputOf<N>>> {
      const controller = new AbortController()
      if (requestId !== undefined) running.set(requestId, controller)
      try {
        return (await ask(name, input as Record<string, unknown>, controller.signal)) as Envelope<OutputOf<N>>
      } catch (error) {
        return { ok: false, error: controller.signal.aborted ? cancelled : unreachable(error) }
      } finally {
        if (requestId !== undefined) running.delete(requestId)
      }
    },
    cancel: (requestId) => running.get(requestId)?.abort(),
    subscribe: (listener, onConnection) => followEvents(deps, listener, onConnection ?? (() => {})),
  }
}

type BatchWish = Pick<InputOf<'records.batch'>, 'undo' | 'durability'>

const putOperation = (put: InputOf<'records.put'>): BatchOperation => ({
  op: 'put',
  key: put.key,
  value: put.value,
  encoding: put.encoding ?? 'json',
  contentType: put.contentType,
  ifVersion: put.ifVersion,
  ttlSeconds: put.ttlSeconds,
})

const listOfOne = (key: string) => ({ prefix: key, limit: 1, values: true })

async function firstOfList(response: Response, key: string): Promise<Envelope<RecordWithValue>> {
  if (!response.ok) return { ok: false, error: await errorOf(response) }
  const [item] = ((await response.json()) as OutputOf<'records.list'>).items
  if (item?.key !== key) return { ok: false, error: bodyOf('not_found', `There is no record with the key "${key}".`) }
  return { ok: true, value: item as RecordWithValue }
}

async function readValue(name: OperationName, input: Record<string, unknown>, response: Response): Promise<unknown> {
  switch (name) {
    case 'records.get':
      return recordOf(String(input.key), response)
    case 'records.put':
      return { key: input.key, version: response.headers.get('holdfast-version') ?? '', created: response.status === 201 }
    case 'records.delete':
      return {}
    default:
      return response.json()
  }
}

async function recordOf(key: string, response: Response): Promise<RecordWithValue> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const { headers } = response
  const updatedAt = isoTime(headers.get('holdfast-updated') ?? headers.get('last-modified'))
  const expires = headers.get('holdfast-expires')
  return {
    key,
    ...encodeValue(bytes),
    version: headers.get('holdfast-version') ?? '',
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    size: bytes.length,
    createdAt: isoTime(headers.get('holdfast-created')) || updatedAt,
    updatedAt,
    ...(expires === null ? {} : { expiresAt: isoTime(expires) }),
  }
}

function isoTime(text: string | null): string {
  const milliseconds = text === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(milliseconds) ? '' : new Date(milliseconds).toISOString()
}

const isPlainJson = (response: Response): boolean => (response.headers.get('content-type') ?? '').startsWith('application/json')

async function errorOf(response: Response): Promise<ErrorBody> {
  try {
    const { code, detail, retryable, incident, title, status, type, ...details } = (await response.json()) as Record<string, unknown>
    if (typeof code === 'string') {
      const body = { code, message: String(detail ?? title ?? code), retryable: retryable === true, details }
      return typeof incident === 'string' ? { ...body, incident } : body
    }
  } catch {
    // Not a problem document: the status alone has to say it.
  }
  return bodyOf(response.status === 401 ? 'unauthenticated' : 'unavailable', `The host answered with status ${response.status}.`)
}

const errorOfResult = (result: BatchResult | undefined): ErrorBody => {
  const code = result?.error?.code ?? (result?.status === 404 ? 'not_found' : result?.status === 412 ? 'precondition_failed' : 'internal')
  return bodyOf(code, result?.error?.detail ?? 'The write was refused.')
}

function bodyOf(code: string, message: string): ErrorBody {
  const known = Object.hasOwn(errorCodes, code) ? errorCodes[code as keyof typeof errorCodes] : undefined
  return { code, message, retryable: known?.retryable ?? false }
}

const cancelled: ErrorBody = bodyOf('cancelled', 'This was cancelled.')
const unreachable = (error: unknown): ErrorBody => ({
  ...bodyOf('unavailable', 'The host cannot be reached. It may have stopped.'),
  details: { unreachable: true, cause: error instanceof Error ? error.message : String(error) },
})

function followEvents(deps: HttpBridgeDeps, listener: (event: HoldfastEvent) => void, onConnection: (state: ConnectionState) => void) {
  const stop = new AbortController()
  const minWaitMs = deps.minReconnectMs ?? 500
  const maxWaitMs = deps.maxReconnectMs ?? 5000
  let lastId = ''
  let missed = false

  const readOnce = async (): Promise<void> => {
    const headers: Record<string, string> = { authorization: `Bearer ${deps.token}`, accept: 'text/event-stream' }
    if (lastId !== '') headers['last-event-id'] = lastId
    const response = await deps.fetch('/api/events', { headers, signal: stop.signal, cache: 'no-store', credentials: 'omit' })
    if (!response.ok || response.body === null) throw new Error(`status ${response.status}`)
    onConnection('connected')
    // Without an id to resume from, what happened in the gap is not told.
    if (missed && lastId === '') listener({ id: '', event: 'reset', data: {} })
    const parser = new EventStreamParser()
    for await (const piece of textPieces(response.body)) {
      for (const event of parser.push(piece)) {
        if (event.id !== '') lastId = event.id
        listener(event)
      }
    }
  }

  const follow = async (): Promise<void> => {
    let waitMs = minWaitMs
    while (!stop.signal.aborted) {
      const startedAtMs = performance.now()
      await readOnce().catch(() => {})
      if (stop.signal.aborted) return
      missed = true
      onConnection('lost')
      // A stream that lived for a while shows that the host was well: begin with the short wait again.
      if (performance.now() - startedAtMs > maxWaitMs) waitMs = minWaitMs
      await pause(waitMs, stop.signal)
      waitMs = Math.min(maxWaitMs, waitMs * 2)
    }
  }
  void follow()
  return () => stop.abort()
}

async function* textPieces(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
