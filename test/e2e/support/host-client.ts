import { request } from 'node:http'
import type { Backup, Job, RecordItem } from '../../../src/contract/index.ts'

export interface HostReply {
  status: number
  text: string
}

/** The same host as another program on the machine sees it: over its socket. Specs prepare and check data with it. */
export class HostClient {
  readonly #socket: string

  constructor(socket: string) {
    this.#socket = socket
  }

  send(method: string, path: string, body?: string | Uint8Array, headers: Record<string, string> = {}): Promise<HostReply> {
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: this.#socket, method, path, headers: { host: 'holdfast', ...headers } }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (piece: string) => {
          text += piece
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  async put(key: string, value: unknown): Promise<void> {
    const reply = await this.send('PUT', pathOf(key), JSON.stringify(value), { 'content-type': 'application/json' })
    if (reply.status >= 300) throw new Error(`PUT ${key} answered ${reply.status}: ${reply.text}`)
  }

  /** Any bytes. `headers` may say more of the record, as `holdfast-ttl` does. */
  async putBytes(key: string, bytes: Uint8Array, contentType: string, headers: Record<string, string> = {}): Promise<void> {
    const reply = await this.send('PUT', pathOf(key), bytes, { 'content-type': contentType, ...headers })
    if (reply.status >= 300) throw new Error(`PUT ${key} answered ${reply.status}: ${reply.text}`)
  }

  /** The value's text, undefined when there is no such record. */
  async get(key: string): Promise<string | undefined> {
    const reply = await this.send('GET', pathOf(key))
    return reply.status === 200 ? reply.text : undefined
  }

  async delete(key: string): Promise<void> {
    await this.send('DELETE', pathOf(key))
  }

  async import(ndjson: string): Promise<{ imported: number; failed: number }> {
    return this.#json('POST', '/api/import', ndjson, { 'content-type': 'application/x-ndjson' })
  }

  async list(prefix: string): Promise<RecordItem[]> {
    return (await this.#json<{ items: RecordItem[] }>('GET', `/api/data?prefix=${encodeURIComponent(prefix)}&limit=1000`)).items
  }

  async backups(): Promise<Backup[]> {
    return (await this.#json<{ items: Backup[] }>('GET', '/api/backups')).items
  }

  /** Starts a job and waits for its end. */
  async run(path: string, method: 'POST' | 'DELETE' = 'POST'): Promise<Job> {
    const body = method === 'POST' ? '{}' : undefined
    let job = await this.#json<Job>(method, path, body, body === undefined ? {} : { 'content-type': 'application/json' })
    while (job.state === 'queued' || job.state === 'running') {
      await new Promise((resolve) => setTimeout(resolve, 50))
      job = await this.#json<Job>('GET', `/api/jobs/${job.id}`)
    }
    if (job.state !== 'succeeded') throw new Error(`The job ${job.kind} ended as ${job.state}: ${job.error?.detail ?? ''}`)
    return job
  }

  async #json<Answer>(method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answer> {
    const reply = await this.send(method, path, body, headers)
    if (reply.status >= 300) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.text}`)
    return JSON.parse(reply.text) as Answer
  }
}

const pathOf = (key: string) => `/api/data/${encodeURIComponent(key)}`
