import { chmod, readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { writeFileDurably } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import { makeFolder } from '../base/make-folder.ts'
import { MasterKey, masterKeyBytes } from '../persistence/master-key.ts'

/** Encrypts the key file with a key of the system's own (Electron's `safeStorage`); without one the file's mode protects it. */
export interface KeyCipher {
  available(): boolean
  encrypt(text: string): Buffer
  decrypt(bytes: Buffer): string
}

const secretSchema = z.base64().refine((text) => Buffer.from(text, 'base64').length === masterKeyBytes)
const keysSchema = z.array(z.object({ id: z.string(), key: secretSchema, createdAt: z.string() }))
const fileSchema = z.object({
  product: z.literal('holdfast-keys'),
  format: z.literal(1),
  protection: z.enum(['file-mode', 'system']),
  /** The list; encrypted, in base64, where the system protects it. */
  keys: z.union([keysSchema, z.base64()]),
})

export interface KeptKey {
  readonly master: MasterKey
  readonly createdAt: string
}

/** The keys of a store, all that were ever used: a backup may need an old one. Never deleted, and replaced only by one that holds more. */
export class KeyFile {
  readonly path: string
  readonly #cipher: KeyCipher | undefined

  constructor(deps: { path: string; cipher: KeyCipher | undefined }) {
    this.path = deps.path
    this.#cipher = deps.cipher
  }

  /** Empty where there is no file. Throws `key_missing` for one that cannot be used, and says why. */
  async read(): Promise<readonly KeptKey[]> {
    const text = await this.#readOrNothing()
    if (text === undefined) return []
    await this.#tighten()
    const parsed = fileSchema.safeParse(parseJson(text))
    if (!parsed.success) throw unusable(this.path, 'it is not a key file, or it is damaged', parsed.error)
    const keys = keysSchema.safeParse(this.#opened(parsed.data))
    if (!keys.success) throw unusable(this.path, 'its keys cannot be understood', keys.error)
    return keys.data.map(({ key, createdAt }) => ({ master: new MasterKey(Buffer.from(key, 'base64')), createdAt }))
  }

  /** Durable when it resolves. */
  async write(kept: readonly KeptKey[]): Promise<void> {
    const keys = kept.map(({ master, createdAt }) => ({
      id: master.id.toString(16).padStart(8, '0'),
      key: master.secret.toString('base64'),
      createdAt,
    }))
    const isSealed = this.#cipher?.available() ?? false
    const content = {
      product: 'holdfast-keys',
      format: 1,
      protection: isSealed ? 'system' : 'file-mode',
      keys: isSealed ? this.#cipher?.encrypt(JSON.stringify(keys)).toString('base64') : keys,
    }
    await makeFolder(dirname(this.path))
    await writeFileDurably(this.path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  }

  #opened({ protection, keys }: z.output<typeof fileSchema>): unknown {
    if (protection === 'file-mode') return keys
    if (typeof keys !== 'string') return undefined
    if (!this.#cipher?.available()) {
      throw unusable(this.path, 'it is encrypted with the key store of this system, which only the desktop app can open')
    }
    try {
      return parseJson(this.#cipher.decrypt(Buffer.from(keys, 'base64')))
    } catch (error) {
      throw unusable(this.path, 'the key store of this system does not open it', error)
    }
  }

  async #readOrNothing(): Promise<string | undefined> {
    try {
      return await readFile(this.path, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw unusable(this.path, 'it cannot be read', error)
    }
  }

  async #tighten(): Promise<void> {
    if (process.platform === 'win32') return
    const { mode } = await stat(this.path)
    if ((mode & 0o077) !== 0) await chmod(this.path, 0o600)
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function unusable(path: string, why: string, cause?: unknown): HoldfastError {
  const sentence = `The key file ${path} cannot be used: ${why}. Nothing is lost or changed: put the right file back and start Holdfast again.`
  return new HoldfastError('key_missing', sentence, { cause, details: { file: path } })
}
