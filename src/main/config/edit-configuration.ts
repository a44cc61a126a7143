import { HoldfastError } from '../base/errors.ts'
import type { AskedChange } from './read-changes.ts'
import { parseTomlEntries, type TomlValue } from './toml-document.ts'
import { editToml } from './toml-edit.ts'

const header = '# Holdfast reads this file at its start. Every key: docs/configuration.md, or Settings in the app.\n'
const byteOrderMark = '\ufeff'

/**
 * The configuration file with the changes made in it; everything else keeps its bytes. What comes out is read again and compared with
 * what was asked for before anybody saves it.
 * @param bytes null: there is no file yet
 * @throws HoldfastError `config_invalid` for a file that has to be put right by hand first
 */
export function editConfiguration(bytes: Uint8Array | null, changes: readonly AskedChange[]): Uint8Array | null {
  if (bytes === null && changes.every(({ literal }) => literal === null)) return null
  const text = bytes === null ? header : decode(bytes)
  const bom = text.startsWith(byteOrderMark) ? byteOrderMark : ''
  const before = text.slice(bom.length)
  const wanted = leavesOf(before)
  const isSled = saysSled(before)
  let after = before
  for (const { path, literal } of changes) {
    const written = isSled ? sledPath(path) : path
    const key = keyOf(written)
    const value = literal === null ? undefined : leavesOf(`x = ${literal}`).get(keyOf(['x']))
    // Who wrote 0x10 for 16 meant it so.
    if (value === wanted.get(key)) continue
    after = editToml(after, written, literal)
    if (value === undefined) wanted.delete(key)
    else wanted.set(key, value)
  }
  refuseOtherThan(wanted, after)
  return new TextEncoder().encode(bom + after)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw byHandFirst('it is not UTF-8 text', error)
  }
}

const keyOf = (path: readonly string[]): string => JSON.stringify(path)
const sledPath = (path: readonly string[]): readonly string[] =>
  path[0] === 'database' && path[1] === 'lmdb' ? ['database', 'sled', ...path.slice(2)] : path

/** Whether the file calls the main database by its other name. */
function saysSled(text: string): boolean {
  const read = parseTomlEntries(text)
  return 'entries' in read && read.entries.some(({ path }) => path[0] === 'database' && path[1] === 'sled')
}

/** Every key that has a value, with the value, in a form that can be compared. */
function leavesOf(text: string): Map<string, string> {
  const read = parseTomlEntries(text)
  if ('error' in read) throw byHandFirst(`line ${read.error.line} is not valid TOML`)
  const leaves = read.entries.filter(({ value }) => value.kind !== 'table' && value.kind !== 'tables')
  return new Map(leaves.map(({ path, value }) => [keyOf(path), comparable(value)] as const))
}

const comparable = (value: TomlValue): string =>
  value.kind === 'list'
    ? `[${value.items.map(comparable).join()}]`
    : `${value.kind} ${'value' in value ? JSON.stringify(String(value.value)) : ''}`

function refuseOtherThan(wanted: ReadonlyMap<string, string>, text: string): void {
  const found = leavesOf(text)
  const isAsAsked = found.size === wanted.size && [...wanted].every(([key, value]) => found.get(key) === value)
  if (!isAsAsked) throw byHandFirst('it is written in a way in which this change cannot be made safely')
}

const byHandFirst = (reason: string, cause?: unknown): HoldfastError =>
  new HoldfastError('config_invalid', `The configuration file was not changed: ${reason}. Put it right by hand, then try again.`, {
    details: { mistakes: [] },
    cause,
  })
