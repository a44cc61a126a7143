import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { HoldfastError } from '../../base/errors.ts'

/**
 * The locks of the TCP door. `Host` must be a loopback name with our port, and `Origin`, where a browser sends one, must be that of our
 * own page: so no web page can reach us, not even under a name that it had point at this machine. Then the token.
 */
export class TcpGuard {
  readonly #port: number
  readonly #tokenDigest: Buffer

  constructor(deps: { port: number; token: string }) {
    this.#port = deps.port
    this.#tokenDigest = digest(deps.token)
  }

  /** Throws `forbidden`. `authority`: of an absolute request target, which must be ours too. */
  checkSource(request: IncomingMessage, authority: string | undefined): void {
    const { host, origin } = request.headers
    if (!this.#isOurs(host) || (authority !== undefined && !this.#isOurs(authority))) {
      throw new HoldfastError(
        'forbidden',
        `The Host of a request must be this address, for example 127.0.0.1:${this.#port} or localhost:${this.#port}.`,
      )
    }
    if (origin !== undefined && origin.toLowerCase() !== `http://${host?.toLowerCase()}`) {
      throw new HoldfastError('forbidden', 'Pages of other origins may not call Holdfast.')
    }
  }

  /** Throws `unauthenticated` when the token is wrong. False when there is none. */
  hasToken(request: IncomingMessage): boolean {
    const { authorization } = request.headers
    if (authorization === undefined) return false
    const [, given] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
    // Hashes have one length, so that neither the time nor the length of the comparison tells anything of the token.
    if (given !== undefined && timingSafeEqual(digest(given), this.#tokenDigest)) return true
    throw noToken()
  }

  #isOurs(host: string | undefined): boolean {
    const [, name, port] = /^(localhost|\[::1\]|127(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/i.exec(host ?? '') ?? []
    return name !== undefined && Number(port ?? 80) === this.#port
  }
}

export const noToken = (): HoldfastError =>
  new HoldfastError(
    'unauthenticated',
    'A valid token is needed: send "Authorization: Bearer TOKEN" with the content of the file "token" in the data folder.',
  )

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
