import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { killAllHosts } from '../support/faults/host-process.ts'
import { PowerRun } from '../support/faults/power-run.ts'
import { makeScratch, removeScratch } from '../support/faults/scratch.ts'
import { seedOfRun } from '../support/faults/seeded.ts'

const seed = seedOfRun()
const recordings = 12
const cutsOfEach = 10
let scratch: string

beforeEach(() => {
  scratch = makeScratch('power')
})
afterEach(async () => {
  await killAllHosts()
  removeScratch(scratch)
})

describe('a power loss at any call to the disk', () => {
  it('leaves everything that was acknowledged as durable', async () => {
    console.log(`power: seed ${seed}`)
    const totals: Record<string, number> = {}
    for (const [part, load] of (['mixed', 'mixed', 'segments'] as const).entries()) {
      const run = new PowerRun({ folder: join(scratch, load + part), seed: seed + part, load })
      for (let time = 0; time < recordings / 3; time++) await run.record(cutsOfEach)
      run.close()
      for (const [name, count] of Object.entries(run.figures)) totals[name] = (totals[name] ?? 0) + count
    }
    console.log(`power: ${JSON.stringify(totals)}`)
    expect(totals.cuts).toBe(recordings * cutsOfEach)
    expect(totals.cutsInStart).toBeGreaterThan(0)
    expect(totals.acknowledged).toBeGreaterThan(recordings * 50)
  })
})
