import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** Starts a server process and waits for its one line that says it takes requests. */
export function startServer(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`the server ended with code ${code}`)))
    child.stdout?.once('data', () => resolve(child))
  })
}

export async function endServer(server: ChildProcess): Promise<void> {
  const exit = once(server, 'exit')
  server.kill('SIGTERM')
  await exit
}
