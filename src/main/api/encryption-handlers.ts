import type { Handlers } from './router.ts'
import type { Services } from './services.ts'

export function encryptionHandlers({ encryption, jobs }: Services): Pick<Handlers, 'encryption.get' | 'encryption.change'> {
  return {
    'encryption.get': () => encryption.report(),
    'encryption.change': ({ action }, { requestId }) => {
      encryption.assertCan(action)
      return jobs.start('encryption', action, (job) => encryption.run(job, action), requestId)
    },
  }
}
