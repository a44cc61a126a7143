import type { Page } from 'playwright-core'

export interface Frames {
  readonly frames: number
  /** Milliseconds from one frame to the next. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
  /** Of all frames, those that came a whole frame late or more. */
  readonly lateShare: number
}

interface Watch {
  times: number[]
  stop: boolean
}

/** Watches the frames of a page while something is done in it. At 60 frames a second one comes every 16.7 ms. */
export async function framesDuring(page: Page, act: () => Promise<void>): Promise<Frames> {
  await page.evaluate(() => {
    const watch: Watch = { times: [], stop: false }
    ;(globalThis as unknown as { frameWatch: Watch }).frameWatch = watch
    const next = (now: number) => {
      watch.times.push(now)
      if (!watch.stop) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  await act()
  const times = await page.evaluate(() => {
    const { frameWatch } = globalThis as unknown as { frameWatch: Watch }
    frameWatch.stop = true
    return frameWatch.times
  })
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number))
  const sorted = gaps.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return {
    frames: gaps.length,
    p50: at(0.5),
    p99: at(0.99),
    longest: sorted.at(-1) ?? Number.NaN,
    lateShare: gaps.filter((gap) => gap > 33).length / gaps.length,
  }
}
