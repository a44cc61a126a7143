import { safeStorage } from 'electron'
import type { TokenCipher } from './token-vault.ts'

/** The key store of the system. On Linux without one, Electron would encrypt with a key that everybody knows: that counts as none. */
export const systemCipher: TokenCipher = {
  available() {
    if (!safeStorage.isEncryptionAvailable()) return false
    return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text'
  },
  encrypt: (text) => safeStorage.encryptString(text),
  decrypt: (bytes) => safeStorage.decryptString(bytes),
}
