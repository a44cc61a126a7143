import { useState } from 'react'
import { type InputOf, type Job, type SpaceUsage, spaceUsageSchema } from '../../../contract/index.ts'
import { type Loaded, useCommand, useOperation } from '../../bridge/query.ts'
import { isActive } from '../../ui/job-progress.tsx'

export type UsageQuestion = InputOf<'space.usage'>

export interface UsageView {
  readonly loaded: Loaded<SpaceUsage>
  /** The exact measurement of what is shown, while it runs or when it failed. */
  readonly job: Job | undefined
  readonly measure: () => void
  readonly error: unknown
}

/** What is cheap is asked for often: records that were just written are soon on the disk. */
function refetchMs(last: SpaceUsage | undefined): number {
  if (last?.total.records === 0) return 2000
  return last?.exact === true ? 10_000 : 60_000
}

/** An estimate at once; where somebody asks for more, what a job has counted one by one. */
export function useUsage(question: UsageQuestion): UsageView {
  const name = JSON.stringify(question)
  const estimate = useOperation('space.usage', question, { refetchMs })
  const start = useCommand('space.measure')
  const [asked, setAsked] = useState<{ readonly name: string; readonly id: string }>()
  const id = asked?.name === name ? asked.id : undefined
  const job = useOperation('jobs.get', { id: id ?? '-' }, { enabled: id !== undefined, keepPrevious: false })
  const known = id !== undefined && job.state === 'ready' ? job.data : undefined
  const exact = known?.state === 'succeeded' ? spaceUsageSchema.safeParse(known.result) : undefined
  const measure = () =>
    void start.run(question).then(
      (started) => setAsked({ name, id: started.id }),
      () => undefined,
    )
  const loaded: Loaded<SpaceUsage> = exact?.success === true && estimate.state === 'ready' ? { ...estimate, data: exact.data } : estimate
  return {
    loaded,
    job: known !== undefined && (isActive(known) || known.state !== 'succeeded') ? known : undefined,
    measure,
    error: start.error,
  }
}
