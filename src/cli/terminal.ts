import type { Readable, Writable } from 'node:stream'

/** Where a command reads and writes: the process's own streams, or others in tests. */
export interface Terminal {
  readonly input: Readable
  readonly inputIsTty: boolean
  readonly output: Writable
  readonly outputIsTty: boolean
  readonly errors: Writable
  readonly errorsAreTty: boolean
  /** Characters in a line of the output. */
  readonly columns: number
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Calls `listener` on Ctrl+C, which then does not end the process, until the returned function is called. */
  onInterrupt(listener: () => void): () => void
}

export const processTerminal = (): Terminal => ({
  input: process.stdin,
  inputIsTty: process.stdin.isTTY === true,
  output: process.stdout,
  outputIsTty: process.stdout.isTTY === true,
  errors: process.stderr,
  errorsAreTty: process.stderr.isTTY === true,
  // Some pseudo-terminals say 0.
  columns: process.stdout.columns || 100,
  environment: process.env,
  onInterrupt(listener) {
    process.on('SIGINT', listener)
    return () => process.off('SIGINT', listener)
  },
})

export const print = (terminal: Terminal, text: string): void => void terminal.output.write(`${text}\n`)
export const printJson = (terminal: Terminal, document: unknown): void => print(terminal, JSON.stringify(document))
/** For what is not a result: progress, warnings, hints. */
export const note = (terminal: Terminal, text: string): void => void terminal.errors.write(`${text}\n`)
