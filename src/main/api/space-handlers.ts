import type { Handlers } from './router.ts'
import type { Services } from './services.ts'

type SpaceOperation = 'space.get' | 'space.usage' | 'space.measure' | 'space.compact'

export function spaceHandlers({ space, jobs }: Services): Pick<Handlers, SpaceOperation> {
  return {
    'space.get': (_input, { signal }) => space.report(signal),
    'space.usage': (input, { signal }) => space.usage(input, signal),
    'space.measure': (input, { requestId }) => {
      space.check(input)
      return jobs.start('space-measure', input.prefix, (job) => space.measure(job, input), requestId, true)
    },
    'space.compact': async (_input, { requestId }) => {
      await space.assertCanCompact()
      return jobs.start('compaction', undefined, (job) => space.compact(job), requestId)
    },
  }
}
