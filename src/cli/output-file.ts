import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CliFailure, exitCodes, fileFailure } from './failure.ts'
import type { Terminal } from './terminal.ts'

/**
 * Writes a stream to a file that appears only when it is whole: under a temporary name beside it, then renamed. Ctrl+C and failures
 * leave no trace.
 */
export async function writeWholeFile(path: string, source: Readable, terminal: Terminal): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}.tmp`)
  const interrupt = new AbortController()
  const stopListening = terminal.onInterrupt(() => interrupt.abort())
  try {
    await pipeline(piecesOf(source), createWriteStream(temporary, { flags: 'wx' }), { signal: interrupt.signal })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    if (interrupt.signal.aborted) throw new CliFailure('interrupted', 'Interrupted; no file was written.', { exit: exitCodes.interrupted })
    throw isOfFile(error) ? fileFailure(error, `${path} cannot be written`) : cutOff(error)
  } finally {
    stopListening()
  }
}

/** Passes a stream on to the standard output. A reader that goes away (`| head`) ends it quietly. */
export async function writeToOutput(source: Readable, terminal: Terminal): Promise<void> {
  try {
    await pipeline(piecesOf(source), terminal.output, { end: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return
    throw isOfFile(error) ? fileFailure(error, 'The output cannot be written') : cutOff(error)
  }
}

/** Of a response that has arrived in full `pipeline` waits for its end for ever, when the other end of it fails; of a generator it does not. */
async function* piecesOf(source: Readable): AsyncGenerator<Uint8Array> {
  yield* source
}

/** A full disk shows in a write, which names no path; the host's connection fails while it is read. */
function isOfFile(error: unknown): boolean {
  const { syscall, path } = error as NodeJS.ErrnoException
  return path !== undefined || (syscall !== undefined && syscall !== 'read')
}

const cutOff = (error: unknown): CliFailure =>
  new CliFailure('interrupted', 'The host ended the connection in the middle of its answer; what arrived is not whole.', {
    exit: exitCodes.failed,
    cause: error,
  })
