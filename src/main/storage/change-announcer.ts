import { maxEventKeys } from '../../contract/index.ts'
import type { EventHub } from './event-hub.ts'

const intervalMs = 50

/**
 * Turns changes into `records` events, at most one every 50 ms: the first of a burst at once, what follows together. So forty thousand
 * writes a second become twenty events. Up to 1,000 keys are named; beyond that the longest prefix that all of them share.
 */
export class ChangeAnnouncer {
  readonly #events: EventHub
  readonly #keys = new Set<string>()
  #prefix: string | null = null
  #timer: NodeJS.Timeout | undefined

  constructor(deps: { events: EventHub }) {
    this.#events = deps.events
  }

  collect(keys: readonly string[]): void {
    for (const key of keys) this.#add(key)
    if (this.#timer === undefined && this.#hasNews()) this.#announce()
  }

  /** Everything may have changed. */
  collectAll(): void {
    this.#keys.clear()
    this.#prefix = ''
    if (this.#timer === undefined) this.#announce()
  }

  /** Tells what is still untold and stops. */
  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#hasNews()) this.#publish()
  }

  #add(key: string): void {
    if (this.#prefix !== null) {
      if (key.startsWith(this.#prefix)) return
      this.#prefix = commonPrefix(this.#prefix, key)
      return
    }
    this.#keys.add(key)
    if (this.#keys.size <= maxEventKeys) return
    let prefix = key
    for (const other of this.#keys) prefix = commonPrefix(prefix, other)
    this.#prefix = prefix
    this.#keys.clear()
  }

  #hasNews(): boolean {
    return this.#prefix !== null || this.#keys.size > 0
  }

  #announce(): void {
    this.#publish()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      if (this.#hasNews()) this.#announce()
    }, intervalMs)
    // News that waits must not keep a host alive that is done.
    this.#timer.unref()
  }

  #publish(): void {
    const data = this.#prefix !== null ? { prefix: this.#prefix } : { keys: [...this.#keys] }
    this.#keys.clear()
    this.#prefix = null
    this.#events.publish('records', data)
  }
}

/** The longest prefix that both share, never cutting a character (a surrogate pair) in two. */
export function commonPrefix(one: string, other: string): string {
  const most = Math.min(one.length, other.length)
  let length = 0
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length++
  if (length > 0 && (one.charCodeAt(length - 1) & 0xfc00) === 0xd800) length--
  return one.slice(0, length)
}
