import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { writeFileDurably } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'

const stateSchema = z.object({
  format: z.literal(1),
  /** Id of the key that new records are encrypted with; 0: none. */
  keyId: z.number().int().nonnegative(),
  since: z.string(),
  /** Everything on disk is as `keyId` says; false while that is being brought about. */
  isComplete: z.boolean(),
})
/** What is wanted of the data of a store, kept apart from the keys: so a key that is lost is missed. */
export type EncryptionState = Omit<z.output<typeof stateSchema>, 'format'>

const never: EncryptionState = { keyId: 0, since: '', isComplete: true }

/** Throws `config_invalid` for a file that cannot be understood: to go on without it could write in plain text what was to be encrypted. */
export async function readEncryptionState(file: string): Promise<EncryptionState> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return never
    throw notUnderstood(file, error)
  }
  try {
    const { format: _, ...state } = stateSchema.parse(JSON.parse(text))
    return state
  } catch (error) {
    throw notUnderstood(file, error)
  }
}

export const writeEncryptionState = (file: string, state: EncryptionState): Promise<void> =>
  writeFileDurably(file, `${JSON.stringify({ format: 1, ...state }, null, 2)}\n`)

const notUnderstood = (file: string, cause: unknown): HoldfastError =>
  new HoldfastError('config_invalid', `${file}: expected what Holdfast wrote there about encryption. Put the file back as it was.`, {
    cause,
  })
