import type { Log } from '../base/log.ts'

// Whoever started the app may go away and close the other end; the app does not end for that.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const write = (level: string) => (facts: object, sentence: string) => {
  const { err } = facts as { err?: unknown }
  const reason = err instanceof Error && err.message !== sentence ? `: ${err.message}` : ''
  process.stderr.write(`${level}: ${sentence}${reason}\n`)
}

/** For what happens before there is a host with a log of its own: to whoever started the app in a terminal. */
export const terminalLog: Log = { debug() {}, info() {}, warn: write('warning'), error: write('error'), child: () => terminalLog }
