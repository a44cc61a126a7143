import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { killAllHosts } from '../support/faults/host-process.ts'
import { KillRun } from '../support/faults/kill-run.ts'
import { makeScratch, removeScratch } from '../support/faults/scratch.ts'
import { seedOfRun } from '../support/faults/seeded.ts'

const seed = seedOfRun()
const rounds = 200
/** More folders, so that what comes early in a store's life (its creation, its first segment, its first backup) comes often. */
const roundsInOneFolder = 40
let scratch: string

beforeEach(() => {
  scratch = makeScratch('kill')
})
afterEach(async () => {
  await killAllHosts()
  removeScratch(scratch)
})

describe('a host that is killed while 16 clients write', () => {
  it(`reopens with everything that was acknowledged, ${rounds} times, whatever it was doing`, async () => {
    const totals: Record<string, number> = {}
    console.log(`kill: seed ${seed}`)
    for (let part = 0; part < rounds / roundsInOneFolder; part++) {
      const run = new KillRun({ folder: join(scratch, `part-${part}`), seed: seed + part })
      for (let round = 0; round < roundsInOneFolder; round++) await run.round()
      await run.finish()
      run.close()
      for (const [name, count] of Object.entries(run.figures)) totals[name] = (totals[name] ?? 0) + count
    }
    console.log(`kill: ${JSON.stringify(totals)}`)
    expect(totals.rounds).toBe(rounds)
    // A run that kills nothing, or is told nothing, proves nothing.
    expect(totals.acknowledged).toBeGreaterThan(rounds * 20)
    expect((totals.kills ?? 0) + (totals.killedByDisk ?? 0)).toBeGreaterThan(rounds / 2)
    expect(totals.killedByDisk).toBeGreaterThan(0)
    expect(totals.killedInStart).toBeGreaterThan(0)
    expect(totals.backups).toBeGreaterThan(0)
    expect(totals.switches).toBeGreaterThan(0)
    expect(totals.compactions).toBeGreaterThan(0)
  })
})
