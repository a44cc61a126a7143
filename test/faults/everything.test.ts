import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EverythingRun } from '../support/faults/everything-run.ts'
import { killAllHosts } from '../support/faults/host-process.ts'
import { makeScratch, removeScratch } from '../support/faults/scratch.ts'
import { seedOfRun } from '../support/faults/seeded.ts'

const seed = seedOfRun()
const rounds = 8
let scratch: string
let run: EverythingRun

beforeEach(async () => {
  scratch = makeScratch('everything')
  run = await EverythingRun.make({ folder: join(scratch, 'run'), seed })
})
afterEach(async () => {
  await killAllHosts()
  await run.close()
  removeScratch(scratch)
})

describe('a host on which everything happens at once', () => {
  it('loses nothing, keeps every promise, holds no more in the end, and leaves no file that is not known', async () => {
    console.log(`everything: seed ${seed}`)
    for (let round = 0; round < rounds; round++) await run.round()
    await run.longLife(3, 2500)
    const totals = run.totals()
    console.log(`everything: ${JSON.stringify(totals)} ${run.memoryReport().join(' ')}`)
    // A run in which nothing happens proves nothing.
    for (const figure of [
      'acknowledged',
      'transfers',
      'audits',
      'fencedWrites',
      'expiring',
      'written',
      'slots',
      'encryption',
      'backup',
      'restore',
      'full-disk',
      'clock',
    ])
      expect(totals[figure], figure).toBeGreaterThan(0)
  })
})
