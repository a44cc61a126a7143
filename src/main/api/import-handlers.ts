import { HoldfastError } from '../base/errors.ts'
import type { CallContext, Handlers } from './router.ts'
import type { Services } from './services.ts'

type ImportOperations = 'imports.start' | 'imports.resume' | 'imports.errors'

/** Imports from places that the host reads itself. */
export function importHandlers({ imports, jobs }: Services): Pick<Handlers, ImportOperations> {
  const begin = ({ subject, run }: ReturnType<Services['imports']['prepare']>, { requestId }: CallContext, isSilent = false) =>
    jobs.start('import', subject, run, requestId, isSilent)
  return {
    'imports.start': (input, context) => begin(imports.prepare(input), context, input.dryRun),
    'imports.resume': async (input, context) => {
      const state = jobs.find(input.id)?.state
      if (state === 'queued' || state === 'running') {
        throw new HoldfastError('conflict', `This import is ${state}; wait for its end, or cancel it first.`, { details: { id: input.id } })
      }
      return begin(await imports.prepareResume(input), context)
    },
    'imports.errors': (input) => imports.readErrors(input),
  }
}
