const storageKey = 'holdfast.token'

/** What of the browser is needed to find and keep the token. */
export interface TokenPlace {
  readonly location: Pick<Location, 'hash' | 'pathname' | 'search'>
  readonly history: Pick<History, 'replaceState'>
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
}

const tokenAddress = /^#token=([^&]+)$/

export const holdsToken = ({ hash }: TokenPlace['location']): boolean => tokenAddress.test(hash)

/** A token is letters and digits; one that is escaped badly is taken as it stands, and the host will refuse it. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * The token from the address (`#token=…`), which is taken out of it so that it is neither shared nor kept in the history;
 * else the one kept for this tab.
 */
export function takeToken(place: TokenPlace): string | undefined {
  const match = tokenAddress.exec(place.location.hash)
  if (match?.[1] !== undefined) {
    const token = unescaped(match[1])
    place.storage.setItem(storageKey, token)
    place.history.replaceState(null, '', place.location.pathname + place.location.search)
    return token
  }
  return place.storage.getItem(storageKey) ?? undefined
}

/** Accepts a bare token or the whole address that the terminal printed. Undefined when there is neither. */
export function parsePastedToken(text: string): string | undefined {
  const trimmed = text.trim()
  const inAddress = /#token=([^&\s]+)/.exec(trimmed)
  if (inAddress?.[1] !== undefined) return unescaped(inAddress[1])
  return /^[\x21-\x7e]{8,}$/.test(trimmed) && !trimmed.includes('://') ? trimmed : undefined
}

export function keepToken(storage: TokenPlace['storage'], token: string): void {
  storage.setItem(storageKey, token)
}

export function forgetToken(storage: TokenPlace['storage']): void {
  storage.removeItem(storageKey)
}
