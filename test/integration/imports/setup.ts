import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '../../../src/contract/index.ts'
import type { HttpClient } from '../../support/host.ts'

/** Starts an import and waits for its end. */
export async function importFrom(api: HttpClient, source: object, more: object = {}): Promise<Job> {
  const answer = await api.post('/api/imports', { source, ...more })
  if (answer.status !== 202) throw new Error(`${answer.status}: ${answer.text}`)
  return ended(api, answer.json<{ id: string }>().id)
}

export async function ended(api: HttpClient, id: string): Promise<Job> {
  for (;;) {
    const job = (await api.get(`/api/jobs/${id}`)).json<Job & Record<string, unknown>>()
    if (job.state !== 'queued' && job.state !== 'running') return job
    await sleep(20)
  }
}

/** The file of what failed, as it would be saved. */
export async function failedOf(api: HttpClient, id: string): Promise<string> {
  const { bytes } = (await api.get(`/api/imports/${id}/errors`)).json<{ bytes: string }>()
  return Buffer.from(bytes, 'base64').toString('utf8')
}
