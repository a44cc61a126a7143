/** What every part may write to the log: facts first, then a sentence. pino's shape, so that its logger fits as it is. */
export interface Log {
  debug(facts: object, sentence: string): void
  info(facts: object, sentence: string): void
  warn(facts: object, sentence: string): void
  error(facts: object, sentence: string): void
  /** A log whose every line carries these facts (request, job, incident ids). */
  child(facts: object): Log
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog }
