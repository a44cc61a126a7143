import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'

const replacement = '\ufffd'

/**
 * Whether arguments had bytes that are no UTF-8. Node puts U+FFFD in their place, so another key or value would be stored than the one
 * that was given.
 */
export function haveLostBytes(argv: readonly string[], commandLine: () => Uint8Array | undefined = systemCommandLine): boolean {
  if (!argv.some((argument) => argument.includes(replacement))) return false
  const bytes = commandLine()
  return bytes === undefined || !isUtf8(bytes)
}

/** As the system has it, where that can be read. */
function systemCommandLine(): Uint8Array | undefined {
  try {
    return readFileSync('/proc/self/cmdline')
  } catch {
    return undefined
  }
}
