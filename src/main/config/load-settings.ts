import { constants, open } from 'node:fs/promises'
import { join } from 'node:path'
import { HoldfastError } from '../base/errors.ts'
import { buildSettings } from './build-settings.ts'
import { checkEntries, type SetValue } from './check-settings.ts'
import { crossCheck } from './cross-checks.ts'
import { type Mistake, mistakeLine } from './mistake.ts'
import { type Notice, noticesFor } from './notices.ts'
import type { Settings } from './settings-table.ts'
import { readEntries } from './syntax-mistakes.ts'

export const maxFileBytes = 1024 * 1024
const maxReportedMistakes = 200

export interface LoadedSettings {
  readonly settings: Settings
  readonly notices: readonly Notice[]
  /** What the file sets, by key. */
  readonly values: ReadonlyMap<string, SetValue>
  /** The file that was read; null when there is none and all defaults hold. */
  readonly file: string | null
}

/**
 * Reads the configuration. `file` null: `holdfast.toml` of the data folder if it is there, else defaults. Relative paths in it are
 * relative to `dataFolder`, which must be absolute.
 * @throws HoldfastError `config_invalid`: its message has one line for each mistake, `details.mistakes` the same as facts.
 */
export async function loadSettings(options: { file: string | null; dataFolder: string }): Promise<LoadedSettings> {
  const file = options.file ?? join(options.dataFolder, 'holdfast.toml')
  const bytes = await readBounded(file, { mayBeAbsent: options.file === null })
  if (bytes === null) return { settings: buildSettings(new Map(), options.dataFolder), notices: [], values: new Map(), file: null }
  const checked = checkConfiguration(bytes, options.dataFolder)
  if (checked.mistakes.length > 0) throw mistakesError(file, checked.mistakes)
  const { settings, notices, values } = checked
  return { settings, notices, values, file }
}

export interface CheckedConfiguration extends Omit<LoadedSettings, 'file'> {
  readonly mistakes: readonly Mistake[]
}

/** Everything that can be said of the bytes of a configuration file. With mistakes, `settings` holds defaults in their places. */
export function checkConfiguration(bytes: Uint8Array, dataFolder: string): CheckedConfiguration {
  const badLines = linesThatAreNotUtf8(bytes)
  const read = readEntries(new TextDecoder().decode(bytes))
  const checked = checkEntries(read.entries)
  const settings = buildSettings(checked.values, dataFolder)
  const known = [...badLines, ...read.mistakes, ...checked.mistakes]
  const mistakes = [...known, ...(read.complete ? crossCheck(settings, checked.values, known) : [])]
  const notices = noticesFor(settings, checked.values, checked.readsSled)
  return { settings, values: checked.values, notices, mistakes: mistakes.sort((a, b) => a.line - b.line) }
}

/** Null: there is no such file, and there need not be. @throws HoldfastError `config_invalid` for one that cannot be read. */
export async function readBounded(file: string, { mayBeAbsent }: { mayBeAbsent: boolean }): Promise<Uint8Array | null> {
  try {
    // Without waiting: a named pipe in the place of the file would hold the start until somebody writes into it.
    await using handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const facts = await handle.stat()
    if (!facts.isFile()) throw notReadable(file, 'it is not a file')
    if (facts.size > maxFileBytes) throw notReadable(file, `it has ${facts.size} bytes, and at most ${maxFileBytes} are expected`)
    return await handle.readFile()
  } catch (error) {
    if (error instanceof HoldfastError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && mayBeAbsent) return null
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'this user may not read it',
      EISDIR: 'it is a folder',
    }
    throw notReadable(file, reasons[code ?? ''] ?? `the system says ${code}`, error)
  }
}

const notReadable = (file: string, reason: string, cause?: unknown): HoldfastError =>
  new HoldfastError('config_invalid', `The configuration file ${file} cannot be read: ${reason}.`, {
    details: { file, mistakes: [] },
    ...(cause !== undefined && { cause }),
  })

/** One line for each mistake, and the same as facts. */
export function mistakesError(file: string, mistakes: readonly Mistake[]): HoldfastError {
  const shown = mistakes.slice(0, maxReportedMistakes)
  const lines = shown.map((mistake) => mistakeLine(file, mistake))
  if (shown.length < mistakes.length) lines.push(`${file}: and ${mistakes.length - shown.length} more`)
  return new HoldfastError('config_invalid', lines.join('\n'), { details: { file, mistakes: shown } })
}

function linesThatAreNotUtf8(bytes: Uint8Array): Mistake[] {
  const strict = new TextDecoder('utf-8', { fatal: true })
  const mistakes: Mistake[] = []
  let line = 1
  for (let start = 0; start <= bytes.length; line++) {
    const newline = bytes.indexOf(10, start)
    const end = newline < 0 ? bytes.length : newline
    try {
      strict.decode(bytes.subarray(start, end))
    } catch {
      mistakes.push({ line, key: 'TOML', expected: 'expected UTF-8 text' })
    }
    start = end + 1
  }
  return mistakes
}
