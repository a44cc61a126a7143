import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sleep } from './troubled-host.ts'

/** What a host holds after a collection of garbage. Bytes; `files` are the paths of open ones, without sockets, one for each time that it is open. */
export interface HostFigures {
  readonly heapUsed: number
  readonly external: number
  readonly anonymous: number
  readonly files: readonly string[]
}

const script = new URL('host-probe.mjs', import.meta.url)
const answerMs = 10_000

/** The other end of `host-probe.mjs`, for every host that is started with its environment. */
export class HostProbe {
  readonly env: Record<string, string>
  readonly #folder: string
  /** What the clock is to be ahead of ours, and was before. */
  #offset = { ms: 0, earlierMs: 0 }

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#folder = folder
    this.env = { HOLDFAST_PROBE: folder, NODE_OPTIONS: `--import=${pathToFileURL(script.pathname).href}` }
  }

  /** A host that is busy follows a moment later. */
  jump(offsetMs: number): void {
    this.#offset = { ms: offsetMs, earlierMs: this.#hasFollowed() ? this.#offset.ms : this.#earliestOffsetMs() }
    writeFileSync(join(this.#folder, 'offset'), String(offsetMs))
  }

  /** The earliest that the host's clock may show. */
  earliestNowMs(): number {
    return Date.now() + (this.#hasFollowed() ? this.#offset.ms : this.#earliestOffsetMs())
  }

  #earliestOffsetMs(): number {
    return Math.min(this.#offset.ms, this.#offset.earlierMs)
  }

  #hasFollowed(): boolean {
    try {
      return Number(readFileSync(join(this.#folder, 'confirmed'), 'utf8')) === this.#offset.ms
    } catch {
      return false
    }
  }

  async figures(): Promise<HostFigures> {
    const answer = join(this.#folder, 'answer')
    rmSync(answer, { force: true })
    writeFileSync(join(this.#folder, 'question'), '')
    for (let waitedMs = 0; waitedMs < answerMs; waitedMs += 20) {
      await sleep(20)
      try {
        return JSON.parse(readFileSync(answer, 'utf8')) as HostFigures
      } catch {
        // It has not answered yet.
      }
    }
    throw new Error(`The host says nothing of its memory for ${answerMs} ms.`)
  }
}
