import { randomBytes } from 'node:crypto'
import { chmod, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileDurably } from './durable-file.ts'
import { HoldfastError } from './errors.ts'
import type { Log } from './log.ts'

const token = /^[\x21-\x7e]{16,512}$/

/** The token of the data folder: read from the file `token` (0600), made when it is missing, never replaced. */
export async function openToken(folder: string, log: Log): Promise<string> {
  const file = join(folder, 'token')
  const known = await readOrNothing(file)
  if (known === undefined) return makeToken(file)
  const { mode } = await stat(file)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    await chmod(file, 0o600)
    log.warn({ file }, 'Others could read the token; now only its owner can. Delete the file and start again for a new one.')
  }
  const text = known.trim()
  if (token.test(text)) return text
  throw new HoldfastError(
    'config_invalid',
    `${file}: expected 16 to 512 printable characters without spaces. Delete the file for a new token.`,
  )
}

async function makeToken(file: string): Promise<string> {
  const made = randomBytes(32).toString('base64url')
  await writeFileDurably(file, `${made}\n`)
  return made
}

async function readOrNothing(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new HoldfastError('config_invalid', `${file}: expected a token that this user may read.`, { cause: error })
  }
}
