import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DiskRule, errnos } from '../support/faults/disk.ts'
import { killAllHosts } from '../support/faults/host-process.ts'
import { PowerRun } from '../support/faults/power-run.ts'
import { makeScratch, removeScratch } from '../support/faults/scratch.ts'
import { seedOfRun } from '../support/faults/seeded.ts'
import { sleep, TroubledHost } from '../support/faults/troubled-host.ts'

const seed = seedOfRun()
const again = `HOLDFAST_SEED=${seed}`
let scratch: string
let troubled: TroubledHost

beforeEach(() => {
  scratch = makeScratch('sync-errors')
  mkdirSync(join(scratch, 'data'), { mode: 0o700 })
  troubled = new TroubledHost({ scratch, seed })
})
afterEach(async () => {
  await killAllHosts()
  removeScratch(scratch)
})

const inJournal = '*/journal/*'
const inDatabase = '*/data.mdb'
const failing = (operation: 'sync' | 'write', files: string, more: Partial<DiskRule> = {}): DiskRule => ({
  operation,
  action: 'fail',
  number: errnos.EIO,
  files,
  ...more,
})

/** Lets the clients work, makes the disk fail under them, and gives the generation from before. */
async function workThrough(...rules: DiskRule[]): Promise<string> {
  await troubled.start()
  troubled.work()
  await sleep(400)
  const { generation } = (await troubled.status()).store
  troubled.fail(...rules)
  await sleep(700)
  // The database is written when values are packed, which may take its time.
  const endMs = performance.now() + 30_000
  while (troubled.faults === 0 && performance.now() < endMs) await sleep(50)
  return generation
}

describe('a first start on a disk that fails', () => {
  const faults = [failing('sync', inDatabase), failing('write', inDatabase, { skip: 2 }), failing('write', inDatabase, { skip: 4 })]
  it.each(faults)('is refused with a reason, and the next one succeeds: $operation after $skip', async (rule) => {
    troubled.fail(rule)
    await expect(troubled.start()).rejects.toThrow(/unavailable.*disk/)
    troubled.heal()
    await troubled.start()
    expect((await troubled.status()).store.mode).toBe('running')
    expect((await troubled.tryPut('first')).status).toBe(201)
  })
})

describe('a journal that cannot be synced', () => {
  it('goes on in a new segment after one failure, and no client is refused', async () => {
    await workThrough(failing('sync', inJournal, { count: 1 }))
    expect(troubled.faults).toBe(1)
    await troubled.rest()
    expect(troubled.history.writes.filter(({ outcome }) => outcome === 'unknown')).toEqual([])
    expect((await troubled.status()).store.mode).toBe('running')
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
  })

  it('survives a power loss after the failure: what the failed sync has lost was written again', { timeout: 300_000 }, async () => {
    for (const skip of [3, 17]) {
      const run = new PowerRun({
        folder: join(scratch, `power-${skip}`),
        seed: seed + skip,
        rules: [failing('sync', inJournal, { skip, count: 1 })],
      })
      await run.record(8)
      run.close()
    }
  })

  it('makes the store read-only when the new segment fails too: nobody is told that a write has failed when that is not known', async () => {
    await workThrough(failing('sync', inJournal))
    await troubled.until('read-only')
    const answer = await troubled.tryPut('late')
    expect(answer).toMatchObject({ status: 503, code: 'read_only' })
    expect(answer.detail.length).toBeGreaterThan(40)
    expect((await troubled.host.client.send('GET', '/api/data?limit=5')).status).toBe(200)
    const { health } = await troubled.health()
    expect(health.checks?.find(({ id }) => id === 'store')).toMatchObject({ level: 'critical', code: 'read_only' })
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
    expect((await troubled.status()).store.mode).toBe('running')
  })

  it('loses nothing either when writes fail in the middle, or are cut short', async () => {
    await workThrough(
      { operation: 'write', action: 'short', files: inJournal, count: 3 },
      failing('write', inJournal, { skip: 20, count: 1 }),
    )
    await troubled.rest()
    expect((await troubled.status()).store.mode).toBe('running')
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
  })
})

describe('a database that cannot be synced', () => {
  it('is left for a healthy copy of itself; writing goes on by itself, and nothing acknowledged is missing', {
    timeout: 300_000,
  }, async () => {
    const before = await workThrough(failing('sync', inDatabase, { count: 1 }))
    expect(troubled.faults).toBe(1)
    await troubled.until('running')
    expect((await troubled.status()).store.generation).not.toBe(before)
    await troubled.rest()
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
  })

  it('never makes an acknowledged write disappear when it fails for good', { timeout: 300_000 }, async () => {
    await workThrough(failing('sync', inDatabase))
    await troubled.until('read-only')
    expect(await troubled.tryPut('late')).toMatchObject({ status: 503, code: 'read_only' })
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
    expect((await troubled.status()).store.mode).toBe('running')
    troubled.work()
    await sleep(300)
    expect(await troubled.reopenAndJudge('stop'), again).toEqual([])
  })

  it('survives a power loss after the failure', { timeout: 300_000 }, async () => {
    const run = new PowerRun({
      folder: join(scratch, 'power'),
      seed,
      load: 'segments',
      rules: [failing('sync', inDatabase, { skip: 1, count: 1 })],
    })
    await run.record(6)
    run.close()
  })

  it('keeps what it has when its writes fail', { timeout: 300_000 }, async () => {
    await workThrough(failing('write', inDatabase, { count: 1 }))
    await troubled.until('running')
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
  })
})
