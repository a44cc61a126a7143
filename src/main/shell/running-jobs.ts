import { type Job, jobListOutput } from '../../contract/jobs.ts'
import type { HostConnection } from './host-connection.ts'

const answerWithinMs = 1000

/** The jobs that would end with the hosts of this app. Empty for a host that does not answer soon: quitting must not depend on it. */
export async function runningJobs(hosts: readonly HostConnection[]): Promise<Job[]> {
  const lists = await Promise.all(hosts.map(runningOn))
  return lists.flat()
}

async function runningOn(host: HostConnection): Promise<Job[]> {
  const signal = AbortSignal.timeout(answerWithinMs)
  const gone = new Promise<undefined>((resolve) => signal.addEventListener('abort', () => resolve(undefined)))
  const reply = await Promise.race([host.invoke('jobs.list', { limit: 50 }, { requestId: 'quit' }, signal), gone])
  const jobs = reply?.ok ? (jobListOutput.safeParse(reply.value).data?.items ?? []) : []
  return jobs.filter(({ state }) => state === 'running' || state === 'queued')
}
