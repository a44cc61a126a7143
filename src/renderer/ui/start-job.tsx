import type { InputOf } from '../../contract/index.ts'
import { asCallError, call } from '../bridge/call.ts'
import type { JobName } from '../bridge/query.ts'
import { useErrorText } from './error-text.ts'
import { jobSubject, notify } from './notify.tsx'
import { useUiTexts } from './texts.ts'

/** Starts a job from where no page shows it, and says in a note that it began or why not. `name` is what the job is called on the screen. */
export function useStartJob(): <N extends JobName>(operation: N, input: InputOf<N>, name: string) => void {
  const t = useUiTexts()
  const sentenceOf = useErrorText()
  return (operation, input, name) => {
    call(operation, input).then(
      ({ kind }) => notify({ subject: jobSubject(kind), message: t('jobStarted', { name }) }),
      (failure: unknown) => {
        const error = asCallError(failure)
        const { text, original } = sentenceOf(error)
        notify({ subject: `${operation}.failed`, level: 'critical', message: `${name}: ${text} ${original ?? ''} (${error.code})` })
      },
    )
  }
}
