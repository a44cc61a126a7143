import { type ErrorCode, errorCodes } from '../../contract/errors.ts'
import { HoldfastError } from '../base/errors.ts'
import { isDiskBroken, isDiskFull } from '../persistence/disk-errors.ts'

/** Why a host did not start, for the command line, for a script and for a dialog. */
export interface StartRefusal {
  readonly code: ErrorCode
  /** What is wrong and what to do. */
  readonly detail: string
  readonly exit: number
  /** Of the host that has the data folder. */
  readonly pid: number | undefined
}

const sentences = {
  disk_full:
    'The disk is full, so Holdfast cannot start. Nothing is lost. Free some space on the disk of the data folder, then start it again.',
  unavailable:
    'The disk of the data folder cannot be read or written (an input/output error), so Holdfast cannot start. Check the disk, then start it again.',
} as const

/** A sentence, a code and what to do for whatever kept a host from starting, known or not. */
export function describeStartRefusal(error: unknown): StartRefusal {
  if (error instanceof HoldfastError) {
    const pid = error.details?.pid
    return { code: error.code, detail: error.message, exit: errorCodes[error.code].exit, pid: typeof pid === 'number' ? pid : undefined }
  }
  if (isDiskFull(error, [])) return passing('disk_full')
  if (isDiskBroken(error)) return passing('unavailable')
  return { code: codeOf(error), detail: unknownSentence(error), exit: errorCodes[codeOf(error)].exit, pid: undefined }
}

// Not a refusal that stays: a supervisor may try again.
const passing = (code: keyof typeof sentences): StartRefusal => ({
  code,
  detail: sentences[code],
  exit: errorCodes.internal.exit,
  pid: undefined,
})

const isRefusedBySystem = (error: unknown): boolean => ['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException)?.code ?? '')

const codeOf = (error: unknown): ErrorCode => (isRefusedBySystem(error) ? 'forbidden' : 'internal')

function unknownSentence(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error)
  if (isRefusedBySystem(error)) {
    return `The system does not let this user do what Holdfast needs to start (${reason}). Give the user of the host access to that place, then start it again.`
  }
  return `Holdfast met a failure that it does not know, and did not start. What is stored is as it was. Try again; if it stays, look into the folder "logs" of the data folder and report it with these words: ${reason}`
}
