const mostArenas = '2'
/** V8 writes down which memory holds code, where the processor can protect it, and ends the process when threads that end confuse its list. */
const withoutCodeProtection = '--no-memory-protection-keys'

/** Node's arguments for a process that runs threads; only where V8 is known to have the flag, since an unknown one ends Node at once. */
export function threadSafeArguments({ platform, arch, versions } = process): readonly string[] {
  const major = Number(versions.node.split('.')[0])
  return platform === 'linux' && arch === 'x64' && major >= 22 && major <= 24 ? [withoutCodeProtection] : []
}

/**
 * Has this process begin anew in its own place, with the same pid, where it was started without what only the start can set:
 *
 * - `MALLOC_ARENA_MAX`, unless the person who starts the host has decided. glibc would give each thread an arena of its own. What one thread frees
 *   is no use to another then, and a host whose threads encode, compress, read and back up in turns grows to twice the memory that it ever holds at once.
 * - V8 without protection keys (https://github.com/nodejs/node/issues/64500: "Check failed: jit_page.has_value()").
 */
export function restartWithSettings(): void {
  if (process.platform !== 'linux' || process.execve === undefined) return
  const missing = threadSafeArguments().filter((argument) => !process.execArgv.includes(argument))
  if (process.env.MALLOC_ARENA_MAX !== undefined && missing.length === 0) return
  const command = [process.execPath, ...process.execArgv, ...missing, ...process.argv.slice(1)]
  process.execve(process.execPath, command, { MALLOC_ARENA_MAX: mostArenas, ...process.env })
}
