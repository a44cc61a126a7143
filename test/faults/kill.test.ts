import { afterAll, describe, expect, it } from 'vitest'
import { killAllHosts } from '../support/faults/host-process.ts'
import { KillRun } from '../support/faults/kill-run.ts'
import { makeScratch } from '../support/faults/scratch.ts'
import { seedOfRun } from '../support/faults/seeded.ts'

const rounds = Number(process.env.HOLDFAST_ROUNDS ?? 200)

describe('a host that sixteen clients write to', () => {
  afterAll(killAllHosts)

  it(`loses nothing acknowledged over ${rounds} kills at moments of chance`, async () => {
    const run = new KillRun({ folder: makeScratch('kill'), seed: seedOfRun() })
    try {
      for (let round = 0; round < rounds; round++) await run.round()
      await run.finish()
      console.log('kill:', JSON.stringify(run.figures))
      expect(run.figures.rounds).toBe(rounds)
      expect(run.figures.acknowledged).toBeGreaterThan(rounds)
    } finally {
      run.close()
    }
  })
})
