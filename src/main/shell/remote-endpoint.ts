import { Agent, type ClientRequest, type RequestOptions, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { isLoopbackHost } from '../config/index.ts'

/**
 * Where another process's host answers. A socket's folder is the permission, so it needs no token; an address does. Plain HTTP goes to
 * this machine only: what crosses a network without encryption shows the token to everybody on the way.
 */
export type RemoteEndpoint =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'address'; readonly url: URL; readonly token: string }

export type ReadAddress = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly fault: 'not-address' | 'plain-remote' }

/** Reads what a person typed: an origin, with or without `http://`. What stands behind the host is no part of a host's address. */
export function readAddress(text: string): ReadAddress {
  const trimmed = text.trim()
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`)
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (!url || !isWeb || url.username !== '' || url.password !== '') return { ok: false, fault: 'not-address' }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (url.protocol === 'http:' && !isLoopbackHost(host)) return { ok: false, fault: 'plain-remote' }
  return { ok: true, url: new URL(url.origin) }
}

export type EndpointAgent = Agent | SecureAgent

/** Certificates are checked as the system does; there is no way to leave that out. */
export const agentFor = (endpoint: RemoteEndpoint, maxSockets: number): EndpointAgent =>
  isSecure(endpoint) ? new SecureAgent({ keepAlive: true, maxSockets }) : new Agent({ keepAlive: true, maxSockets })

export interface EndpointRequest {
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** Milliseconds without a byte before the request counts as dead. */
  readonly silenceMs?: number
  /** False: a connection of its own. */
  readonly agent: EndpointAgent | false
}

/** Begins a request; the caller ends it. Redirects are not followed. */
export function openRequest(endpoint: RemoteEndpoint, asked: EndpointRequest): ClientRequest {
  const options: RequestOptions = {
    method: asked.method ?? 'GET',
    path: asked.path,
    agent: asked.agent,
    ...(asked.signal && { signal: asked.signal }),
    ...(asked.silenceMs !== undefined && { timeout: asked.silenceMs }),
  }
  if (endpoint.kind === 'socket') return request({ ...options, socketPath: endpoint.path, headers: { host: 'holdfast', ...asked.headers } })
  const { hostname, port, host } = endpoint.url
  const headers = { host, authorization: `Bearer ${endpoint.token}`, ...asked.headers }
  const target = { ...options, host: hostname.replace(/^\[|\]$/g, ''), port, headers }
  return isSecure(endpoint) ? secureRequest(target) : request(target)
}

export const nameOf = (endpoint: RemoteEndpoint): string => (endpoint.kind === 'socket' ? endpoint.path : endpoint.url.origin)

const isSecure = (endpoint: RemoteEndpoint): boolean => endpoint.kind === 'address' && endpoint.url.protocol === 'https:'
