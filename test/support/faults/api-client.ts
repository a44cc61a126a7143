import { Agent, type OutgoingHttpHeaders, request } from 'node:http'

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly body: Buffer
}

/** A small client of the HTTP API over the host's socket. Rejects only when no whole answer came. */
export class ApiClient {
  readonly #socketPath: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })

  constructor(socketPath: string) {
    this.#socketPath = socketPath
  }

  send(method: string, path: string, body?: Buffer | string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options = { socketPath: this.#socketPath, agent: this.#agent, method, path, headers: { host: 'holdfast', ...headers } }
      const sent = request(options, (response) => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('end', () => resolve({ status: response.statusCode as number, headers: response.headers, body: Buffer.concat(pieces) }))
        response.on('aborted', () => reject(new Error('the connection was cut in the middle of an answer')))
        response.on('error', reject)
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  /** The parsed answer; throws when it is not a success. */
  async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const answer = await this.send(method, path, text, text === undefined ? {} : { 'content-type': 'application/json' })
    if (answer.status >= 300) throw new ApiError(method, path, answer)
    return JSON.parse(answer.body.toString()) as T
  }

  close(): void {
    this.#agent.destroy()
  }
}

export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(method: string, path: string, { status, body }: Answer) {
    super(`${method} ${path} was answered ${status}: ${body.toString().slice(0, 2000)}`)
    this.status = status
    this.code = codeOf(body)
  }
}

export function codeOf(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString()) as { code?: unknown }).code)
  } catch {
    return ''
  }
}

export const dataPath = (key: string): string => `/api/data/${encodeURIComponent(key)}`
