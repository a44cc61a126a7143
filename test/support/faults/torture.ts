import { join } from 'node:path'
import { EverythingRun } from './everything-run.ts'
import { killAllHosts } from './host-process.ts'
import { KillRun } from './kill-run.ts'
import { PowerRun } from './power-run.ts'
import { makeScratch, removeScratch } from './scratch.ts'

interface Wish {
  readonly engines: readonly ('kill' | 'power' | 'everything')[]
  readonly seed: number
  readonly rounds?: number
  readonly minutes?: number
}

/** One round of an engine; `end` judges what the last round left, and may let one host live for about `lifeMs` to see what it comes to hold. */
interface Engine {
  round(): Promise<void>
  end(lifeMs: number): Promise<void>
  readonly figures: Record<string, number>
}

/** A new folder after so many rounds: what comes early in a store's life comes again, and a seed need not run for hours to show something. */
const roundsInOneFolder = 40
const cutsOfEach = 10
const looksOfLongLife = 6
const longLifeMs = 24_000
/** Of the minutes that were asked for: a leak that is slow shows on a host that is not killed. */
const shareOfLastLife = 0.25

const wish = JSON.parse(process.argv[2] ?? '{}') as Wish
const scratch = makeScratch('torture')
let isStopping = false
/** Has a disk mounted. */
let everything: EverythingRun | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isStopping = true
  })
}

try {
  await torture(wish)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
} finally {
  await killAllHosts()
  await everything?.close()
  removeScratch(scratch)
}

async function torture({ engines, seed, rounds = Number.POSITIVE_INFINITY, minutes = Number.POSITIVE_INFINITY }: Wish): Promise<void> {
  const lastLifeMs = engines.includes('everything') && Number.isFinite(minutes) ? minutes * 60_000 * shareOfLastLife : longLifeMs
  const endMs = performance.now() + minutes * 60_000 - lastLifeMs
  const totals: Record<string, number> = {}
  for (let done = 0, part = 0; done < rounds && performance.now() < endMs && !isStopping; part++) {
    const name = engines[part % engines.length] as Wish['engines'][number]
    const partSeed = seed + part
    console.log(`${name}, seed ${partSeed}`)
    const engine = await engineOf(name, partSeed)
    for (let round = 0; round < roundsInOneFolder && done < rounds && performance.now() < endMs && !isStopping; round++, done++)
      await engine.round()
    await engine.end(performance.now() < endMs ? longLifeMs : lastLifeMs)
    for (const [figure, count] of Object.entries(engine.figures)) totals[figure] = (totals[figure] ?? 0) + count
    console.log(`  ${JSON.stringify(totals)}`)
  }
}

async function engineOf(name: Wish['engines'][number], seed: number): Promise<Engine> {
  switch (name) {
    case 'kill':
      return killEngine(seed)
    case 'power':
      return powerEngine(seed)
    case 'everything':
      return everythingEngine(seed)
    default:
      return name satisfies never
  }
}

function killEngine(seed: number): Engine {
  const run = new KillRun({ folder: join(scratch, `kill-${seed}`), seed })
  const end = async () => {
    await run.finish()
    run.close()
  }
  return { round: () => run.round(), end, figures: run.figures }
}

async function everythingEngine(seed: number): Promise<Engine> {
  everything = await EverythingRun.make({ folder: join(scratch, `everything-${seed}`), seed })
  const run = everything
  const end = async (lifeMs: number) => {
    const looks = Math.max(looksOfLongLife, Math.round(lifeMs / 60_000))
    try {
      await run.longLife(looks, lifeMs / looks)
    } finally {
      for (const figures of run.memoryReport()) console.log(`  after a collection of garbage: ${figures}`)
    }
    await run.close()
    everything = undefined
  }
  return {
    round: () => run.round(),
    end,
    get figures() {
      return run.totals()
    },
  }
}

function powerEngine(seed: number): Engine {
  const run = new PowerRun({ folder: join(scratch, `power-${seed}`), seed, load: seed % 3 === 0 ? 'segments' : 'mixed' })
  return { round: () => run.record(cutsOfEach), end: async () => run.close(), figures: run.figures }
}
