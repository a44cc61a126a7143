import { errorCodes } from '../../contract/errors.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Texts } from './texts.ts'

export interface StartFailure {
  code: string
  title: string
  /** The sentence that says what is wrong and what to do. */
  message: string
  /** The sentence, the code and the facts, for a dialog and the clipboard. */
  detail: string
  exitCode: number
}

/** What a person is told when the host cannot start. The facts of the error (a pid, a path, lines of the configuration) are part of it. */
export function describeStartFailure(error: unknown, texts: Texts): StartFailure {
  if (!(error instanceof HoldfastError)) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `${texts.startFailedUnexpected} ${reason}`
    return { code: 'internal', title: texts.startFailedTitle, message, detail: `${message}\n\n${texts.code}: internal`, exitCode: 1 }
  }
  const { title, exit } = errorCodes[error.code]
  const detail = `${error.message}\n\n${texts.code}: ${error.code}`
  return { code: error.code, title, message: error.message, detail, exitCode: exit }
}
