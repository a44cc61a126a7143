import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sleep } from './troubled-host.ts'

/** What a host holds after a collection of garbage. Bytes; `files` are open ones, sockets included. */
export interface HostFigures {
  readonly heapUsed: number
  readonly external: number
  readonly rss: number
  readonly files: number
}

const script = new URL('host-probe.mjs', import.meta.url)
/** The probe looks at its files more often than this. */
const settleMs = 300
const answerMs = 10_000

/** The other end of `host-probe.mjs`, for every host that is started with its environment. */
export class HostProbe {
  readonly env: Record<string, string>
  readonly #folder: string
  /** What the clock is ahead of ours, and since when. */
  #offset = { ms: 0, sinceMs: 0, earlierMs: 0 }

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#folder = folder
    this.env = { HOLDFAST_PROBE: folder, NODE_OPTIONS: `--import=${pathToFileURL(script.pathname).href}` }
  }

  /** From now on, or a moment later. */
  jump(offsetMs: number): void {
    this.#offset = { ms: offsetMs, sinceMs: performance.now(), earlierMs: this.#offset.ms }
    writeFileSync(join(this.#folder, 'offset'), String(offsetMs))
  }

  /** The earliest that the host's clock may show. */
  earliestNowMs(): number {
    const { ms, sinceMs, earlierMs } = this.#offset
    return Date.now() + (performance.now() - sinceMs > settleMs ? ms : Math.min(ms, earlierMs))
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
