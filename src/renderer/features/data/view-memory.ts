import { type ValueView, valueViews } from './viewers/value-views.ts'

/** Prefixes of which the chosen view is remembered; the one that was chosen longest ago goes first. */
const maxPrefixes = 200
/** Where keys are split unless somebody said otherwise. */
export const defaultDelimiters = ':/'

const storageKey = 'holdfast.data.views'

type Entry = readonly [prefix: string, view: ValueView]

/** The beginnings of a key that end in a delimiter, the longest first, and the empty one. */
export function prefixesOf(key: string, delimiters: string): readonly string[] {
  const ends = Array.from(key).flatMap((character, place) => (delimiters.includes(character) ? [place + 1] : []))
  const characters = Array.from(key)
  return [...ends.reverse().map((end) => characters.slice(0, end).join('')), '']
}

/**
 * How people chose to see values, by the beginnings of their keys: the one just around the key, and the widest one, so that a choice for one
 * city holds for all cities until another says otherwise.
 */
export class ViewMemory {
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.#storage = storage
  }

  viewOf(key: string, delimiters: string): ValueView | undefined {
    const known = new Map(this.#entries())
    const prefix = prefixesOf(key, delimiters).find((candidate) => known.has(candidate))
    return prefix === undefined ? undefined : known.get(prefix)
  }

  remember(key: string, delimiters: string, view: ValueView): void {
    const prefixes = prefixesOf(key, delimiters)
    // Only a key without any delimiter speaks for keys like it.
    const chosen = prefixes.length === 1 ? [''] : [prefixes.at(-2) as string, prefixes[0] as string]
    const others = this.#entries().filter(([prefix]) => !chosen.includes(prefix))
    const entries = [...others, ...[...new Set(chosen)].map((prefix): Entry => [prefix, view])]
    this.#storage.setItem(storageKey, JSON.stringify(entries.slice(-maxPrefixes)))
  }

  #entries(): readonly Entry[] {
    try {
      const stored: unknown = JSON.parse(this.#storage.getItem(storageKey) ?? '[]')
      return Array.isArray(stored) ? stored.filter(isEntry) : []
    } catch {
      return []
    }
  }
}

const isEntry = (entry: unknown): entry is Entry =>
  Array.isArray(entry) && typeof entry[0] === 'string' && (valueViews as readonly unknown[]).includes(entry[1])
