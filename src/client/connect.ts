import { performance } from 'node:perf_hooks'
import { Caller } from './caller.ts'
import { HoldfastError } from './errors.ts'
import { Holdfast } from './holdfast.ts'
import { socketPath } from './places.ts'
import { type RetryPolicy, usualRetry } from './retry.ts'
import { type Place, Transport } from './transport.ts'

/**
 * Where the host is: one of `socket`, `url` (with `token`) and `dataFolder`. None of them: where the command line looks, `HOLDFAST_SOCKET`,
 * `HOLDFAST_DATA`, else the usual data folder of this user.
 */
export interface ConnectOptions {
  readonly socket?: string
  /** Of a loopback address, as `holdfast serve` prints it. */
  readonly url?: string
  /** The text of the file `token` in the data folder. */
  readonly token?: string
  readonly dataFolder?: string
  /** How often and how patiently what is safe to repeat is repeated; false: never. */
  readonly retry?: Partial<RetryPolicy> | false
  /** How long the host may stay silent on a request. */
  readonly silenceMs?: number
  /** Sockets that are open at the same time; further requests wait for one. */
  readonly maxConnections?: number
}

const usualSilenceMs = 60_000
const usualConnections = 16

/** Finds the host and asks it who it is. Throws `unreachable`, `unauthenticated` for a wrong token, `invalid_request` for options that say two things. */
export async function connect(options: ConnectOptions = {}, signal?: AbortSignal): Promise<Holdfast> {
  const transport = new Transport({
    place: placeFinder(options),
    silenceMs: options.silenceMs ?? usualSilenceMs,
    maxConnections: options.maxConnections ?? usualConnections,
  })
  const policy = options.retry === false ? { ...usualRetry, attempts: 1 } : { ...usualRetry, ...options.retry }
  const caller = new Caller({ transport, policy, random: Math.random })
  try {
    await caller.call('status.get', {}, signal)
  } catch (error) {
    transport.close()
    throw error
  }
  return new Holdfast({ caller, transport, now: () => performance.now() })
}

function placeFinder({ socket, url, token, dataFolder }: ConnectOptions): () => Promise<Place> {
  const named = Object.entries({ socket, url, dataFolder }).filter(([, value]) => value !== undefined)
  if (named.length > 1) throw invalid(`${named.map(([name]) => name).join(' and ')}: expected one of them.`)
  if (url !== undefined) {
    const place = placeOfUrl(url, token)
    return async () => place
  }
  if (token !== undefined) throw invalid('token: expected together with url; a socket needs none.')
  // The environment would lead elsewhere than the caller said.
  const environment = dataFolder === undefined ? process.env : {}
  return async () => ({ socket: await socketPath({ socket, data: dataFolder }, environment) })
}

function placeOfUrl(text: string, token: string | undefined): Place {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:') throw invalid('url: expected one like http://127.0.0.1:7450.')
  // An IPv6 address has brackets in an address only.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!isLoopback(host))
    throw invalid(`url: ${host} is not this machine. The token would travel unencrypted; go through a tunnel, such as ssh -L.`)
  return { host, port: url.port === '' ? 80 : Number(url.port), token }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)

const invalid = (sentence: string): HoldfastError => new HoldfastError('invalid_request', sentence)
