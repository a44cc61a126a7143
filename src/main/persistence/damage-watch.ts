import { HoldfastError } from '../base/errors.ts'

/** The environment is closed, or has no room for one more reader, or the disk failed. */
const notOfTheFile =
  /\bclos(ed|ing)\b|MDB_(READERS_FULL|MAP_FULL|MAP_RESIZED|BAD_RSLOT|PANIC)|invalid (read txn|transaction)|input\/output|no space/i
const pagesDamaged = /MDB_(CORRUPTED|PAGE_NOTFOUND|CURSOR_FULL)/

/** Turns what LMDB says of damaged pages into `store_damaged`, wherever a table meets them, and tells who wants to know. */
export class DamageWatch {
  readonly #file: string
  #onDamage: (damage: HoldfastError) => void = () => {}

  constructor(file: string) {
    this.#file = file
  }

  /** The reader is told as well. */
  onDamage(listener: (damage: HoldfastError) => void): void {
    this.#onDamage = listener
  }

  look<Found>(look: () => Found): Found {
    try {
      return look()
    } catch (error) {
      throw this.toldOf(error)
    }
  }

  /** To be used up at once, without an await: an open cursor pins old pages. */
  *walk<Found>(found: () => Iterable<Found>): Generator<Found, void, undefined> {
    try {
      yield* found()
    } catch (error) {
      throw this.toldOf(error)
    }
  }

  /** LMDB's word for it, or the exception of a decoder that got nonsense; but not what says nothing of the file. */
  toldOf(error: unknown): unknown {
    if (error instanceof HoldfastError || notOfTheFile.test(String(error))) return error
    const damage = databaseDamaged(this.#file, 'it cannot be read', error)
    this.#onDamage(damage)
    return damage
  }

  /** The same of a commit, which fails for many reasons: only what names damaged pages counts. */
  toldOfCommit(error: unknown): unknown {
    return pagesDamaged.test(String(error)) ? this.toldOf(error) : error
  }
}

export function databaseDamaged(file: string, what: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'store_damaged',
    `The database is damaged: ${what} (${file}). Nothing was changed or deleted. Copy the data folder to a safe place, then restore the newest backup into a new folder.`,
    { details: { file }, cause },
  )
}
