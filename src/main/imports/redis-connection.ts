import { isIP } from 'node:net'
import type { Redis } from 'ioredis'
import { HoldfastError } from '../base/errors.ts'
import { openRegularFile } from './regular-file.ts'
import { unreadable } from './unreadable.ts'

const connectMs = 5000
const commandMs = 30_000
/** The certificates of all authorities of a system together have a fifth of it. */
const maxCertificatesBytes = 1024 * 1024

export interface RedisAddress {
  readonly url: string
  readonly password: string | undefined
  readonly caFile: string | undefined
}

/** The URL as it may be shown and kept, and the password that was in it. */
export function withoutPassword(url: string): { url: string; password: string | undefined } {
  const parsed = new URL(url)
  if (parsed.password === '') return { url, password: undefined }
  const password = decodeURIComponent(parsed.password)
  parsed.password = ''
  return { url: parsed.href, password }
}

/** A connection that has been let in, or `source_unreachable`, `source_refused`. It gives up rather than wait: an import can be resumed. */
export async function connectRedis({ url, password, caFile }: RedisAddress, signal: AbortSignal): Promise<Redis> {
  const { protocol, hostname, port, username, pathname } = new URL(url)
  const database = pathname.length > 1 ? Number(pathname.slice(1)) : 0
  if (!Number.isInteger(database) || database < 0) {
    const expected = 'the number of a database behind the host, such as redis://host:6379/2'
    throw new HoldfastError('invalid_request', `source.url: expected ${expected}.`, { details: { field: 'source.url', expected } })
  }
  const ca = caFile === undefined ? undefined : await readCertificates(caFile)
  const host = hostname.replace(/^\[|\]$/g, '')
  // Most hosts never meet a Redis.
  const ioredis = await import('ioredis')
  const client = new ioredis.Redis({
    host,
    port: port === '' ? 6379 : Number(port),
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== undefined && { password }),
    ...(protocol === 'rediss:' && { tls: { ...(ca && { ca }), ...(isIP(host) === 0 && { servername: host }) } }),
    // Answers stay lists: the typed ones of version 3 would be turned into objects whose names are texts.
    protocol: 2,
    lazyConnect: true,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    connectionName: 'holdfast-import',
  })
  let reason: unknown
  client.on('error', (error: unknown) => {
    reason ??= error
  })
  const stop = () => client.disconnect()
  signal.addEventListener('abort', stop, { once: true })
  try {
    await client.connect()
    // With a wrong number ioredis itself would go on with another database.
    await client.select(database)
    return client
  } catch (error) {
    client.disconnect()
    throw redisFailure(reason ?? error, url)
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function readCertificates(path: string): Promise<Buffer> {
  try {
    const { handle, sizeBytes } = await openRegularFile(path)
    try {
      if (sizeBytes <= maxCertificatesBytes) return await handle.readFile()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw error instanceof HoldfastError ? error : unreadable(path, error)
  }
  throw new HoldfastError('source_unreadable', `${path} has more than 1 MiB; caFile is a file of certificates in PEM.`, {
    details: { path },
  })
}

/** For answers that no Redis gives: a web server, say. */
export function noRedis(url: string): HoldfastError {
  const server = new URL(url).host
  const sentence = `What answers at ${server} does not speak as a Redis does. Check the host and the port.`
  return new HoldfastError('source_unreachable', sentence, { details: { server } })
}

/**
 * What Redis or the network says, in words. The error itself is not handed on: that of a refused AUTH holds the password.
 * @param url without its password
 */
export function redisFailure(error: unknown, url: string): HoldfastError {
  if (error instanceof HoldfastError) return error
  const { message = '', code = '' } = error as { message?: string; code?: string }
  const server = new URL(url).host
  if (error instanceof RangeError || /Unknown RESP type|Please report this/.test(message)) return noRedis(url)
  const fail = (kind: 'source_refused' | 'source_unreachable' | 'source_unreadable', sentence: string) =>
    new HoldfastError(kind, sentence, { details: { server } })
  if (/^NOAUTH|without any password/.test(message))
    return fail('source_refused', `The Redis at ${server} wants a password; give it in the URL: redis://:PASSWORD@${server}.`)
  if (/WRONGPASS|invalid password|^ERR AUTH/i.test(message))
    return fail('source_refused', `The Redis at ${server} refuses this user or password.`)
  if (/^NOPERM/.test(message))
    return fail(
      'source_refused',
      `The user of the Redis at ${server} may not read it: it needs SCAN, TYPE, PTTL, STRLEN, MEMORY and the reading commands.`,
    )
  if (/DB index is out of range|invalid DB index/i.test(message))
    return fail('source_refused', `The Redis at ${server} has no database of this number.`)
  if (/^(MOVED|ASK|CLUSTERDOWN)/.test(message))
    return fail('source_refused', `The Redis at ${server} is a node of a cluster that hands keys on; import from each primary of it.`)
  if (/CERT|certificate|self.signed|SSL|TLS|wrong version number/i.test(`${code} ${message}`))
    return fail(
      'source_unreachable',
      `The TLS of ${server} does not hold: ${message.split('\n')[0]}. Give its certificates as caFile, or check the URL.`,
    )
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'the name is not known',
    EAI_AGAIN: 'the name cannot be looked up now',
    ETIMEDOUT: 'it does not answer',
    EHOSTUNREACH: 'there is no way to it',
    ENETUNREACH: 'there is no way to it',
    ECONNRESET: 'it ended the connection',
    EPIPE: 'it ended the connection',
  }
  const reason = reasons[code] ?? (/timed? ?out/i.test(message) ? 'it does not answer' : (message.split('\n')[0] ?? ''))
  return fail('source_unreachable', `The Redis at ${server} cannot be reached: ${reason}.`)
}
