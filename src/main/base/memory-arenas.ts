const mostArenas = '2'

/**
 * Has this process begin anew in its own place, with the same pid, where glibc would give each of its threads an arena of its own. What one thread frees
 * is no use to another then, and a host whose threads encode, compress, read and back up in turns grows to twice the memory that it ever holds at once.
 * Does nothing where the person who starts the host has decided, and on systems without glibc's setting.
 */
export function restartWithFewArenas(): void {
  if (process.platform !== 'linux' || process.env.MALLOC_ARENA_MAX !== undefined || process.execve === undefined) return
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  process.execve(process.execPath, command, { ...process.env, MALLOC_ARENA_MAX: mostArenas })
}
