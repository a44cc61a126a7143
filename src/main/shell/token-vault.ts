/** The system's key store, as far as it is needed: Electron's `safeStorage` in the app. */
export interface TokenCipher {
  /** Whether the system keeps the key. A key that lies beside the text would be no protection. */
  available(): boolean
  encrypt(text: string): Buffer
  decrypt(bytes: Buffer): string
}

/** A token as it lies in the file of the connections. */
export type StoredToken = { readonly kind: 'system'; readonly encrypted: string } | { readonly kind: 'file'; readonly token: string }

export function sealToken(token: string, keeping: 'system' | 'file', cipher: TokenCipher): StoredToken | undefined {
  if (keeping === 'file') return { kind: 'file', token }
  return cipher.available() ? { kind: 'system', encrypted: cipher.encrypt(token).toString('base64') } : undefined
}

/** Undefined when the key store does not open it any more: another user, another machine, a key that was removed. */
export function openToken(stored: StoredToken, cipher: TokenCipher): string | undefined {
  if (stored.kind === 'file') return stored.token
  if (!cipher.available()) return undefined
  try {
    return cipher.decrypt(Buffer.from(stored.encrypted, 'base64'))
  } catch {
    return undefined
  }
}
