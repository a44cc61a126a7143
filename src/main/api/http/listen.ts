import { lookup } from 'node:dns/promises'
import type { Server } from 'node:http'
import type { AddressInfo, ListenOptions } from 'node:net'
import { HoldfastError } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { listenAddress, prepareSocketPath, taken } from '../../base/socket-path.ts'

/** Listens on a unix socket that only this user can connect to. Throws `socket_path_taken`, `socket_path_too_long`. */
export async function listenOnSocket(server: Server, path: string, log: Log): Promise<void> {
  await prepareSocketPath(path, log)
  const address = listenAddress(path)
  // The socket is made within the call, so it never exists with a wider mode.
  const before = process.platform === 'win32' ? undefined : process.umask(0o177)
  try {
    const listening = listen(server, { path: address })
    if (before !== undefined) process.umask(before)
    await listening
  } catch (error) {
    throw taken(path, `cannot be listened on (${(error as NodeJS.ErrnoException).code})`, error)
  }
}

/** Listens on a loopback address. Throws `not_loopback`, `port_taken`. */
export async function listenOnTcp(server: Server, { host, port }: { host: string; port: number }): Promise<AddressInfo> {
  const address = await loopbackAddress(host)
  try {
    await listen(server, { host: address, port, exclusive: true })
  } catch (error) {
    throw portProblem(host, port, error as NodeJS.ErrnoException)
  }
  return server.address() as AddressInfo
}

async function loopbackAddress(host: string): Promise<string> {
  try {
    // A name may point anywhere, so it is looked up once and the address is what counts.
    const { address } = await lookup(host)
    if (address === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(address)) return address
  } catch (error) {
    throw notLoopback(host, error)
  }
  throw notLoopback(host)
}

function notLoopback(host: string, cause?: unknown): HoldfastError {
  const sentence = `${host} is not an address of this machine alone. Use 127.0.0.1, [::1] or localhost: HTTP is served on loopback only.`
  return new HoldfastError('not_loopback', sentence, { details: { host }, cause })
}

function portProblem(host: string, port: number, error: NodeJS.ErrnoException): HoldfastError {
  if (error.code === 'EADDRNOTAVAIL') return notLoopback(host, error)
  const reason =
    error.code === 'EACCES'
      ? 'may not be used by this user'
      : error.code === 'EADDRINUSE'
        ? 'is taken by another program'
        : `cannot be used (${error.code})`
  return new HoldfastError('port_taken', `The port ${port} ${reason}. Choose another with --http HOST:PORT; port 0 takes any free one.`, {
    details: { host, port },
    cause: error,
  })
}

function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
