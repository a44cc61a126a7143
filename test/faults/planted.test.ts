import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DiskRule } from '../support/faults/disk.ts'
import { Finding } from '../support/faults/finding.ts'
import { killAllHosts } from '../support/faults/host-process.ts'
import { KillRun } from '../support/faults/kill-run.ts'
import type { Plan } from '../support/faults/plans.ts'
import { type Plant, plantedCopy } from '../support/faults/planted-copy.ts'
import { PowerRun } from '../support/faults/power-run.ts'
import { makeScratch, removeScratch } from '../support/faults/scratch.ts'
import { seedOfRun } from '../support/faults/seeded.ts'

// The tests of this folder can fail: each bug here is planted in a copy of the program, or in the disk under it, and has to be found.

const seed = seedOfRun()
const mostRounds = 24
/** A cut is cheap, and a lie shows only where it falls into the right moment. */
const mostRecordings = 32
let scratch: string

beforeEach(() => {
  scratch = makeScratch('planted')
})
afterEach(async () => {
  await killAllHosts()
  removeScratch(scratch)
})

async function foundByKills(kinds: readonly Plan['kind'][], planted: { rules?: DiskRule[]; script?: string }): Promise<string> {
  const run = new KillRun({ folder: join(scratch, 'kill'), seed, kinds, planted })
  return findingOf(async () => {
    for (let round = 0; round < mostRounds; round++) await run.round()
    await run.finish()
  })
}

async function foundByPowerLoss(load: 'mixed' | 'segments', planted: { rules?: DiskRule[]; script?: string }): Promise<string> {
  const run = new PowerRun({ folder: join(scratch, 'power'), seed, load, ...planted })
  return findingOf(async () => {
    for (let time = 0; time < mostRecordings; time++) await run.record(8)
  })
}

async function findingOf(work: () => Promise<void>): Promise<string> {
  try {
    await work()
  } catch (error) {
    if (error instanceof Finding) return error.problems.join('\n')
    throw error
  }
  return 'nothing'
}

const planted = (plant: Plant) => ({ script: plantedCopy(join(scratch, 'program'), plant) })
const lies = (operation: 'sync' | 'sync-folder' | 'write', files: string, skip = 0): { rules: DiskRule[] } => ({
  rules: [{ operation, action: 'lie', files, skip }],
})

describe('the kill rounds find', () => {
  it('a journal whose writes do not arrive', async () => {
    expect(await foundByKills(['writes'], lies('write', '*/journal/*', 10))).toMatch(/W1/)
  })

  // One in five: a single one is often written over before the kill.
  it('a replay that forgets frames', async () => {
    const plant = {
      file: 'persistence/lmdb-store-open.ts',
      from: 'if (frame.sequence > appliedSequence) missing.push(frame)',
      to: 'if (frame.sequence > appliedSequence && frame.sequence % 5 !== 0) missing.push(frame)',
    }
    expect(await foundByKills(['writes'], planted(plant))).toMatch(/W1/)
  })

  it('conditions that are judged on what is visible, not on what is queued', async () => {
    const plant = {
      file: 'persistence/lmdb-store.ts',
      from: 'const entry = this.#overlay.newest(key)',
      to: 'const entry = this.#overlay.visible(key)',
    }
    expect(await foundByKills(['writes'], planted(plant))).toMatch(/W3/)
  })
})

describe('the power cuts find', () => {
  it('a disk that lies about the syncs of the journal', async () => {
    expect(await foundByPowerLoss('mixed', lies('sync', '*/journal/*'))).toMatch(/W1|damaged/)
  })

  it('a disk that lies about the syncs of the database, once segments of the journal are used again', async () => {
    expect(await foundByPowerLoss('segments', lies('sync', '*/data.mdb'))).not.toBe('nothing')
  })

  it('a disk that lies about the syncs of folders', async () => {
    expect(await foundByPowerLoss('segments', lies('sync-folder', '*'))).not.toBe('nothing')
  })

  // On a slow disk: where a sync takes no time, hardly a cut falls between the acknowledgement and it.
  it('an acknowledgement before the sync', async () => {
    const plant = { file: 'persistence/commit-queue.ts', from: 'if (!isDurable) this.#ready(pending)', to: 'this.#ready(pending)' }
    const slow: DiskRule = { operation: 'sync', action: 'delay', number: 20_000, files: '*/journal/*' }
    expect(await foundByPowerLoss('mixed', { ...planted(plant), rules: [slow] })).toMatch(/W1|R1/)
  })
})
