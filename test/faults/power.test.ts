import { afterAll, describe, expect, it } from 'vitest'
import { killAllHosts } from '../support/faults/host-process.ts'
import { PowerRun } from '../support/faults/power-run.ts'
import { makeScratch } from '../support/faults/scratch.ts'
import { seedOfRun } from '../support/faults/seeded.ts'

const cutsPerRecording = 6

describe('power that fails under a host that sixteen clients write to', () => {
  afterAll(killAllHosts)

  it.each([
    { load: 'mixed', recordings: 8 },
    { load: 'segments', recordings: 3 },
  ] as const)('takes nothing that was acknowledged as durable ($load)', async ({ load, recordings }) => {
    const run = new PowerRun({ folder: makeScratch('power'), seed: seedOfRun(), load })
    try {
      for (let recording = 0; recording < recordings; recording++) await run.record(cutsPerRecording)
      console.log('power:', JSON.stringify(run.figures))
      expect(run.figures.cuts).toBeGreaterThanOrEqual(recordings)
    } finally {
      run.close()
    }
  })

  it('is caught when the disk lies about a sync', async () => {
    const lie = { operation: 'sync', action: 'lie', files: '*/journal/*' } as const
    const run = new PowerRun({ folder: makeScratch('lie'), seed: seedOfRun(), rules: [lie] })
    const recorded = async () => {
      for (let recording = 0; recording < 6; recording++) await run.record(cutsPerRecording)
    }
    await expect(recorded())
      .rejects.toThrow(/Finding|acknowledged|lost|missing/i)
      .finally(() => run.close())
  })
})
