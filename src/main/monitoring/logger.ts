import { join } from 'node:path'
import pino from 'pino'
import { type Clock, systemClock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { redactFacts, redactText } from './redaction.ts'
import { RotatingFile } from './rotating-file.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface Logger extends Log {
  /** For it and all its children. */
  setLevel(level: LogLevel): void
  /** Waits until every line so far is in the file (not synced) or is given up. */
  flush(): Promise<void>
  close(): Promise<void>
}

const defaultMaxFileBytes = 10 * 1024 * 1024
const defaultMaxFiles = 5

/**
 * The log of a host: one JSON object a line in `<folder>/holdfast.log`, at most five files of 10 MiB. Every line passes the redaction.
 * Opens nothing until the first line, never throws, never waits for the disk.
 */
export function createLogger(options: {
  folder: string
  level: LogLevel
  maxFileBytes?: number
  maxFiles?: number
  clock?: Clock
}): Logger {
  const file = new RotatingFile({
    path: join(options.folder, 'holdfast.log'),
    maxFileBytes: options.maxFileBytes ?? defaultMaxFileBytes,
    maxFiles: options.maxFiles ?? defaultMaxFiles,
    clock: options.clock ?? systemClock,
  })
  const logger = pino(
    {
      level: options.level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      // The redaction has made plain facts of errors already.
      serializers: { err: (error: unknown) => error },
      formatters: { level: (label) => ({ level: label }) },
    },
    file,
  )
  return {
    ...toLog(logger, logger),
    setLevel: (level) => {
      logger.level = level
    },
    flush: () => file.flush(),
    close: () => file.close(),
  }
}

/** A child of pino keeps the level that its parent had when it was made: ours ask the first of them, and let everything through. */
function toLog(logger: pino.Logger, first: pino.Logger): Log {
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (facts: object, sentence: string) => {
    if (first.isLevelEnabled(level)) logger[level](redactFacts(facts), redactText(sentence))
  }
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (facts) => toLog(logger.child(redactFacts(facts), { level: 'debug' }), first),
  }
}
