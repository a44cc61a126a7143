import type { Job, UploadWish } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { CallContext, Handlers } from './router.ts'
import type { Services } from './services.ts'

type ImportOperations = 'imports.start' | 'imports.upload' | 'imports.resume' | 'imports.errors' | 'exports.start'

/** Imports from places that the host reads itself, and copies that it writes. */
export function importHandlers({ imports, exports, jobs }: Services): Pick<Handlers, ImportOperations> {
  const begin = ({ subject, run }: ReturnType<Services['imports']['prepare']>, { requestId }: CallContext, isSilent = false) =>
    jobs.start('import', subject, run, requestId, isSilent)
  return {
    'imports.start': (input, context) => begin(imports.prepare(input), context, input.dryRun),
    'imports.upload': ({ bytes, ...wish }, context) => startUpload({ imports, jobs }, wish, inOnePiece(bytes), context),
    'imports.resume': async (input, context) => {
      const state = jobs.find(input.id)?.state
      if (state === 'queued' || state === 'running') {
        throw new HoldfastError('conflict', `This import is ${state}; wait for its end, or cancel it first.`, { details: { id: input.id } })
      }
      return begin(await imports.prepareResume(input), context)
    },
    'exports.start': async (input, { requestId }) => {
      const { subject, run } = await exports.prepare(input)
      return jobs.start('export', subject, run, requestId)
    },
    'imports.errors': (input) => imports.readErrors(input),
  }
}

/** Takes a file as it comes in; its job begins when all of it is here. */
export async function startUpload(
  { imports, jobs }: Pick<Services, 'imports' | 'jobs'>,
  wish: UploadWish,
  content: AsyncIterable<Uint8Array>,
  { requestId, signal }: Pick<CallContext, 'requestId' | 'signal'>,
): Promise<Job> {
  const { subject, run, discard } = await imports.receive(wish, content, signal)
  try {
    return jobs.start('import', subject, run, requestId, wish.dryRun)
  } catch (error) {
    await discard()
    throw error
  }
}

async function* inOnePiece(base64: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(base64, 'base64')
}
