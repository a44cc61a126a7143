import { errorCodes } from '../contract/index.ts'

export const exitCodes = { ok: 0, failed: 1, usage: 2, notFound: 3, refused: 4, unreachable: 5, interrupted: 130 } as const

/** A failure that ends the command. `detail` is a sentence for people, `code` and `facts` are for programs (`--json`). */
export class CliFailure extends Error {
  override readonly name = 'CliFailure'
  readonly code: string
  readonly exit: number
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: string, detail: string, options: { exit?: number; facts?: Record<string, unknown>; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.exit = options.exit ?? exitOf(code)
    this.facts = options.facts ?? {}
  }

  toJson(): Record<string, unknown> {
    return { ...this.facts, code: this.code, detail: this.message }
  }
}

export const exitOf = (code: string): number =>
  Object.hasOwn(errorCodes, code) ? errorCodes[code as keyof typeof errorCodes].exit : exitCodes.failed

/** Wrong usage: what is wrong, and where to read more. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** A failure of this machine's files, said in words. */
export function fileFailure(error: unknown, doing: string): CliFailure {
  const { code, message } = error as NodeJS.ErrnoException
  const reasons: Record<string, string> = {
    ENOENT: 'there is no such file or folder',
    EACCES: 'this user may not',
    EPERM: 'this user may not',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is not a folder',
    ENOSPC: 'the disk is full',
    EFBIG: 'it may not grow further',
    EDQUOT: 'the quota of this user is used up',
    EROFS: 'the disk only reads',
  }
  return new CliFailure('file_failed', `${doing}: ${reasons[code ?? ''] ?? message}.`, { exit: exitCodes.failed, cause: error })
}
