import type { ParsedCommand } from './command-line.ts'
import type { HostClient } from './host-client.ts'
import type { Terminal } from './terminal.ts'

/** What a command is given. */
export interface Call {
  readonly parsed: ParsedCommand
  readonly host: HostClient
  readonly terminal: Terminal
  /** Programs read the output: one JSON document. */
  readonly json: boolean
  /** The data folder that the command line and the environment name. */
  readonly dataFolder: string
}

/** Does the work of one command and gives its exit code. */
export type Run = (call: Call) => Promise<number>
