/** What an address of the scheme `holdfast:` can point at. It names a place in the app, never an act and never a secret. */
export type DeepLink =
  | { readonly kind: 'data'; readonly key: string }
  | { readonly kind: 'backups'; readonly id: string | undefined }
  | { readonly kind: 'health' }
  /** A connection that somebody proposes. It is only shown in a form: a person tests, names and saves it, or does not. */
  | { readonly kind: 'connect'; readonly target: ProposedTarget; readonly name: string | undefined }

export type ProposedTarget = { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'address'; readonly url: string }

/** Why a link is not followed; each has a sentence in the language of the reader. */
export type LinkFault = 'not-holdfast' | 'too-long' | 'malformed' | 'unknown-place' | 'token' | 'unknown-part'

export type ParsedLink = { readonly ok: true; readonly link: DeepLink } | { readonly ok: false; readonly fault: LinkFault }

export const linkScheme = 'holdfast'
/** A key of 1,024 bytes, each of them escaped, with room for the rest. */
const maxLinkLength = 4096
const maxKeyBytes = 1024
const maxNameLength = 64
// biome-ignore lint/suspicious/noControlCharactersInRegex: a link made by a stranger may hold them
const controls = /[\u0000-\u001f\u007f]/
const secretNames = /^(token|password|secret|authorization|key)$/i

const refused = (fault: LinkFault): ParsedLink => ({ ok: false, fault })

/**
 * Reads an address of the scheme `holdfast:`. Strict, because anybody can put such an address on a web page: every part has to be one
 * that is known, and an address that carries a token is refused as a whole.
 */
export function parseDeepLink(text: string): ParsedLink {
  if (text.length > maxLinkLength) return refused('too-long')
  const match = /^holdfast:\/\/([a-z]+)(?:\/([^/?#]*))?(?:\?([^#]*))?$/i.exec(text)
  if (!match) return refused(/^holdfast:/i.test(text) ? 'malformed' : 'not-holdfast')
  const [, place = '', rawSegment, rawQuery] = match
  const segment = unescaped(rawSegment ?? '')
  if (segment === undefined) return refused('malformed')
  const query = rawQuery === undefined ? [] : pairsOf(rawQuery)
  if (query === undefined) return refused('malformed')
  if (query.some(([name]) => secretNames.test(name))) return refused('token')
  if (place.toLowerCase() === 'connect') return segment === '' ? connectLink(query) : refused('malformed')
  if (query.length > 0) return refused('unknown-part')
  return placeLink(place.toLowerCase(), segment)
}

function placeLink(place: string, segment: string): ParsedLink {
  switch (place) {
    case 'data':
      if (segment === '' || bytesOf(segment) > maxKeyBytes) return refused('malformed')
      return { ok: true, link: { kind: 'data', key: segment } }
    case 'backups':
      if (!/^[\w.-]{0,128}$/.test(segment)) return refused('malformed')
      return { ok: true, link: { kind: 'backups', id: segment === '' ? undefined : segment } }
    case 'health':
      return segment === '' ? { ok: true, link: { kind: 'health' } } : refused('malformed')
    default:
      return refused('unknown-place')
  }
}

function connectLink(query: readonly (readonly [string, string])[]): ParsedLink {
  const given = new Map(query)
  if (given.size !== query.length) return refused('malformed')
  for (const [name, value] of query) {
    if (name !== 'socket' && name !== 'address' && name !== 'name') return refused('unknown-part')
    if (value === '' || controls.test(value)) return refused('malformed')
  }
  const socket = given.get('socket')
  const address = given.get('address')
  const name = given.get('name')
  if ((socket === undefined) === (address === undefined) || (name?.length ?? 0) > maxNameLength) return refused('malformed')
  if (socket !== undefined) return { ok: true, link: { kind: 'connect', target: { kind: 'socket', path: socket }, name } }
  const url = addressOf(address as string)
  if (url === undefined) return refused('malformed')
  return url === 'secret' ? refused('token') : { ok: true, link: { kind: 'connect', target: { kind: 'address', url }, name } }
}

/** The origin of an address; `secret` when it carries a user, a password or anything behind the host, where tokens are put. */
function addressOf(text: string): string | 'secret' | undefined {
  const match = /^(https?):\/\/([^/?#@\s]+)\/?$/i.exec(text)
  if (match) return `${(match[1] as string).toLowerCase()}://${match[2]}`
  return /[@#]|token/i.test(text) ? 'secret' : undefined
}

/** The address of a place, which `parseDeepLink` reads back as it was. */
export function makeDeepLink(link: Exclude<DeepLink, { kind: 'connect' }>): string {
  switch (link.kind) {
    case 'data':
      return `${linkScheme}://data/${encodeURIComponent(link.key)}`
    case 'backups':
      return `${linkScheme}://backups${link.id === undefined ? '' : `/${link.id}`}`
    case 'health':
      return `${linkScheme}://health`
    default:
      return link satisfies never
  }
}

/** The names and values behind the question mark; undefined when one is not escaped as it must be. */
function pairsOf(query: string): [string, string][] | undefined {
  const pairs: [string, string][] = []
  for (const part of query.split('&')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? []
    const plainName = unescaped(name)
    const plainValue = unescaped(value.replaceAll('+', ' '))
    if (plainName === undefined || plainValue === undefined) return undefined
    pairs.push([plainName, plainValue])
  }
  return pairs
}

function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

function bytesOf(text: string): number {
  let bytes = 0
  for (const character of text) {
    const code = character.codePointAt(0) as number
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
