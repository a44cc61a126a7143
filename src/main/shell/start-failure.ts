import { errorCodes } from '../../contract/errors.ts'
import { describeStartRefusal } from '../api/start-refusal.ts'
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
  const { code, detail: message, exit } = describeStartRefusal(error)
  const title = code === 'internal' ? texts.startFailedTitle : errorCodes[code].title
  return { code, title, message, detail: `${message}\n\n${texts.code}: ${code}`, exitCode: exit }
}
