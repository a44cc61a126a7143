import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from '../base/log.ts'
import { decodeDictionary, dictionaryPrefix, encodeDictionary } from './dictionary-entry.ts'
import { makeDictionary } from './dictionary-maker.ts'
import { prefixOf } from './key-prefix.ts'
import type { PackMeans } from './pack-means.ts'
import { compressFromBytes, isPackedOtherwise } from './pack-record.ts'
import type { PackedTotals } from './packing-figures.ts'
import { knowsDictionaries } from './payload-codec.ts'
import type { GenerationalStore } from './record-store.ts'

const lookEveryMs = 60_000
const fewestValues = 1000
/** On average: larger values compress well without. */
const largestValueBytes = 1024
const mostSamples = 500
const samplesAtOnce = 50
/** Never removed, so that no value loses its own; this bounds what they take. */
const mostDictionaries = 64

export interface DictionaryKeeperDeps {
  readonly store: Pick<GenerationalStore, 'system' | 'page' | 'repack' | 'takeUnpacked' | 'figures' | 'mode' | 'onStateChange'>
  readonly means: PackMeans
  readonly log: Log
}

/**
 * Keeps the dictionaries of the store: finds groups of records whose values are small and many, makes one of samples, has it journaled before anything is
 * compressed with it (BL2), and stores anew what was there before, and what was stored in a rush. None is ever removed or changed.
 */
export class DictionaryKeeper {
  readonly #deps: DictionaryKeeperDeps
  readonly #closing = new AbortController()
  /** Prefixes for which samples gave none: asked again after the next start. */
  readonly #tried = new Set<string>()
  readonly #known = new Set<string>()
  readonly #unsubscribe: () => void
  #left = 0
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  constructor(deps: DictionaryKeeperDeps) {
    this.#deps = deps
    this.#load()
    this.#unsubscribe = deps.store.system.onChanged((keys) => {
      if (keys === undefined || keys.some((key) => key.startsWith(dictionaryPrefix))) this.#load()
    })
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#unsubscribe()
    this.#closing.abort()
    await this.#running
  }

  /** Makes what dictionaries are worth making now. Never rejects. */
  look(): Promise<void> {
    this.#running ??= this.#look()
      .catch((error) => {
        if (!this.#closing.signal.aborted) this.#deps.log.warn({ err: error }, 'No dictionary could be made; it is tried again.')
      })
      .finally(() => {
        this.#running = undefined
      })
    return this.#running
  }

  /** Stores all dictionaries as is said now of encryption. */
  async storeAnew(): Promise<void> {
    const { store, means } = this.#deps
    const entries = store.system.entries(dictionaryPrefix).map(([key, value]) => decodeDictionary(key, value, means))
    const changes = entries.flatMap((entry) => (entry === undefined ? [] : [encodeDictionary(entry, means)]))
    if (changes.length > 0) await store.system.write(changes)
  }

  #load(): void {
    const { store, means, log } = this.#deps
    this.#known.clear()
    for (const [key, value] of store.system.entries(dictionaryPrefix)) {
      const entry = decodeDictionary(key, value, means)
      if (entry === undefined) {
        if (!means.isKeyMissing) log.error({ key }, 'A dictionary cannot be used; values that were compressed with it cannot be read.')
        continue
      }
      const { prefix, dictionary } = entry
      this.#known.add(prefix)
      if (means.dictionary(dictionary.id) === undefined) means.addDictionary(dictionary)
      if (knowsDictionaries) means.compressWith(prefix, dictionary.id)
    }
  }

  async #look(): Promise<void> {
    const { store, means } = this.#deps
    if (store.mode.kind !== 'running' || means.isKeyMissing || !means.compresses) return
    await this.#packWhatWasLeft()
    if (!knowsDictionaries) return
    for (const { prefix } of store.figures().packing.prefixes.filter(isWorthOne)) {
      if (this.#closing.signal.aborted || this.#known.size >= mostDictionaries) return
      if (prefix === '' || this.#known.has(prefix) || this.#tried.has(prefix)) continue
      await this.#makeFor(prefix)
    }
  }

  /** While writers press, small values are stored as they come; afterwards there is time for them. */
  async #packWhatWasLeft(): Promise<void> {
    const { store } = this.#deps
    const { overlayBytes, overlayMaxBytes } = store.figures()
    if (overlayBytes > overlayMaxBytes / 8) return
    this.#left += store.takeUnpacked()
    if (this.#left === 0) return
    await store.repack(isPackedOtherwise, { signal: this.#closing.signal, onSeen: () => {}, passes: 1 })
    this.#left = 0
  }

  async #makeFor(prefix: string): Promise<void> {
    const { store, means, log } = this.#deps
    const dictionary = makeDictionary(await this.#samples(prefix))
    this.#tried.add(prefix)
    if (dictionary === undefined) return
    await store.system.write([encodeDictionary({ prefix, dictionary }, means)])
    const { signal } = this.#closing
    const isDue: Parameters<typeof store.repack>[0] = (key, record, plan) =>
      prefixOf(key) === prefix && isPackedOtherwise(key, record, plan)
    const { repacked } = await store.repack(isDue, { signal, onSeen: () => {}, passes: 1 })
    log.info(
      { prefix, bytes: dictionary.bytes.length, repacked },
      'Small values of this prefix are compressed with a dictionary of their own now.',
    )
  }

  /** From both ends of the group. */
  async #samples(prefix: string): Promise<Buffer[]> {
    const samples: Buffer[] = []
    for (const reverse of [false, true]) {
      let after: string | undefined
      do {
        const page = this.#deps.store.page({ prefix, limit: samplesAtOnce, reverse, values: true, ...(after !== undefined && { after }) })
        for (const { value } of page.items)
          if (value.byteLength > 0 && value.byteLength <= 4 * compressFromBytes) samples.push(Buffer.from(value))
        after = page.more ? page.items.at(-1)?.key : undefined
        await nextTurn()
      } while (after !== undefined && samples.length < (reverse ? 2 : 1) * mostSamples)
    }
    return samples
  }
}

const isWorthOne = ({ values, valueBytes }: PackedTotals): boolean => values >= fewestValues && valueBytes <= values * largestValueBytes
