import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Backup } from '../../src/contract/index.ts'
import { finishedJob } from '../support/faults/damage.ts'
import { killAllHosts } from '../support/faults/host-process.ts'
import { unjudged } from '../support/faults/observe.ts'
import { noSpace } from '../support/faults/plans.ts'
import { makeScratch, removeScratch } from '../support/faults/scratch.ts'
import { seedOfRun } from '../support/faults/seeded.ts'
import { SmallDisk } from '../support/faults/small-disk.ts'
import { sleep, TroubledHost } from '../support/faults/troubled-host.ts'

const seed = seedOfRun()
const again = `HOLDFAST_SEED=${seed}`
const diskMegabytes = 320
const backupMegabytes = 6
const mebibyte = 1024 * 1024
let scratch: string
let disk: SmallDisk
let troubled: TroubledHost

beforeEach(() => {
  scratch = makeScratch('full-disk')
  mkdirSync(join(scratch, 'data'), { mode: 0o700 })
  mkdirSync(join(scratch, 'backups'), { mode: 0o700 })
})
afterEach(async () => {
  await killAllHosts()
  disk.remove()
  removeScratch(scratch)
})

/** The socket lies outside of the small disk: whoever runs the host, this process reaches it. */
function configure(folder: string, more = ''): void {
  const lines = [`[server]\nsocket = "${join(scratch, 'run', 'socket')}"`, '[journal]\nsegment_mb = 32\noverlay_mb = 32', more]
  writeFileSync(join(folder, 'holdfast.toml'), lines.join('\n'))
}

async function expectFullButReadable(): Promise<void> {
  await troubled.until('full')
  const answer = await troubled.tryPut('while-full')
  expect(answer).toMatchObject({ status: 507, code: 'disk_full' })
  expect(answer.detail).toMatch(/disk is (nearly )?full/i)
  expect((await troubled.host.client.send('GET', '/api/data?limit=3&values=true')).status).toBe(200)
  const { status, health } = await troubled.health()
  expect(status).toBe(200)
  expect(health.checks?.find(({ id }) => id === 'store')).toMatchObject({ level: 'critical', code: 'disk_full' })
}

/** Nobody restarts anything: the clients are simply served again. */
async function expectWritesResume(): Promise<void> {
  await troubled.until('running', 20_000)
  expect((await troubled.tryPut(`after-${Date.now()}`)).status).toBe(201)
}

describe('a disk that runs full', () => {
  beforeEach(async () => {
    disk = await SmallDisk.make(join(scratch, 'data'), diskMegabytes)
    configure(disk.outside)
    troubled = new TroubledHost({ scratch, seed, within: disk.within })
  })

  it('refuses writes with 507 before the last byte is gone, serves reads, and goes on by itself', async () => {
    await troubled.start()
    troubled.work()
    await sleep(500)
    disk.fill(20 * mebibyte)
    await expectFullButReadable()
    disk.free()
    await expectWritesResume()
    await sleep(300)
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
  })

  it('loses nothing and leaves nothing half when the last byte goes while clients write much', { timeout: 300_000 }, async () => {
    troubled = new TroubledHost({ scratch, seed, within: disk.within, large: { probability: 0.4, bytes: 200_000 } })
    await troubled.start()
    for (let time = 0; time < 3; time++) {
      troubled.work()
      await sleep(400)
      disk.fill(0)
      await sleep(700)
      await expectFullButReadable()
      await troubled.rest()
      disk.free()
      await expectWritesResume()
      expect(await troubled.reopenAndJudge(time === 1 ? 'stop' : 'kill'), again).toEqual([])
    }
  })

  it('keeps everything through a kill while it is full, and a start that finds it full', { timeout: 300_000 }, async () => {
    await troubled.start()
    troubled.work()
    await sleep(400)
    disk.fill(0)
    await sleep(300)
    await troubled.host.kill()
    await troubled.rest()
    const refusal = await troubled.start().then(
      () => undefined,
      (error: Error) => error.message,
    )
    // Either it serves reads, or it says why it does not start; it never crashes without a word.
    if (refusal === undefined) await expectFullButReadable()
    else expect(refusal).toMatch(/disk_full/)
    disk.free()
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
  })

  it('is met by the drain: what was acknowledged stays, and is drained when there is room', { timeout: 300_000 }, async () => {
    await troubled.start()
    troubled.work()
    await sleep(300)
    troubled.fail(noSpace('*/data.mdb'))
    const endMs = performance.now() + 30_000
    while (troubled.faults === 0 && performance.now() < endMs) await sleep(50)
    await sleep(800)
    expect(troubled.faults).toBeGreaterThan(0)
    await expectFullButReadable()
    troubled.heal()
    await expectWritesResume()
    await troubled.rest()
    await untilDrained()
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
  })

  it('is met by the journal when it needs a new segment: the write is refused, not half there', { timeout: 300_000 }, async () => {
    troubled = new TroubledHost({ scratch, seed, within: disk.within, large: { probability: 0.5, bytes: 400_000 } })
    await troubled.start()
    troubled.fail(noSpace('*/journal/new-*'))
    troubled.work()
    const endMs = performance.now() + 30_000
    while (troubled.faults === 0 && performance.now() < endMs) await sleep(50)
    await sleep(1500)
    expect(troubled.faults).toBeGreaterThan(0)
    troubled.heal()
    await expectWritesResume()
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
  })
})

async function untilDrained(): Promise<void> {
  const endMs = performance.now() + 20_000
  for (;;) {
    const { store } = await troubled.status()
    if (store.sequence === store.appliedSequence) return
    if (performance.now() > endMs) throw new Error(`The drain does not go on: ${JSON.stringify(store)}`)
    await sleep(50)
  }
}

describe('a full disk under the backups', () => {
  beforeEach(async () => {
    disk = await SmallDisk.make(join(scratch, 'backups'), backupMegabytes)
    configure(join(scratch, 'data'), `[backup.storage]\npath = "${join(scratch, 'backups')}"`)
    troubled = new TroubledHost({ scratch, seed, within: disk.within })
  })

  it('fails the job with a clear sentence, leaves no half backup, and disturbs nobody', { timeout: 300_000 }, async () => {
    await troubled.start()
    await putRandom(2)
    const earlier = await finishedJob(troubled.host.client, '/api/backups')
    expect(earlier.state).toBe('succeeded')
    await putRandom(backupMegabytes)
    troubled.work()
    const job = await finishedJob(troubled.host.client, '/api/backups')
    expect(job).toMatchObject({ state: 'failed', error: { code: 'disk_full' } })
    expect(job.error?.detail).toMatch(/full/)
    expect((await troubled.tryPut('meanwhile')).status).toBe(201)
    await troubled.rest()
    expect(await verifiedBackups()).toEqual([earlier.result?.id])
    expect(readdirSync(disk.outside)).toHaveLength(1)
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
    expect(await verifiedBackups()).toEqual([earlier.result?.id])
  })

  it.each([0, 3, 9])(
    'fails a restore that has no room after %i writes, and leaves the live store as it was',
    { timeout: 300_000 },
    async (skip) => {
      await troubled.start()
      troubled.work()
      await sleep(500)
      await troubled.rest()
      expect((await finishedJob(troubled.host.client, '/api/backups')).state).toBe('succeeded')
      const before = (await troubled.status()).store
      troubled.fail({ ...noSpace('*/db/*'), skip })
      const restore = await finishedJob(troubled.host.client, '/api/backups/latest/restore')
      troubled.heal()
      expect(restore).toMatchObject({ state: 'failed', error: { code: 'disk_full' } })
      await troubled.until('running', 20_000)
      const after = (await troubled.status()).store
      expect([after.timeline, after.generation]).toEqual([before.timeline, before.generation])
      expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
      expect(readdirSync(join(scratch, 'data/db')).filter((name) => name.startsWith('g-'))).toHaveLength(1)
    },
  )
})

describe('a full disk under a compaction', () => {
  beforeEach(async () => {
    disk = await SmallDisk.make(join(scratch, 'data'), diskMegabytes)
    configure(disk.outside)
    troubled = new TroubledHost({ scratch, seed, within: disk.within })
  })

  it('fails the job while the copy grows, leaves nothing of it, and the store writes on', { timeout: 300_000 }, async () => {
    await troubled.start()
    await putRandom(40)
    troubled.work()
    await sleep(300)
    await troubled.rest()
    await untilDrained()
    const before = (await troubled.status()).store
    // Room enough to begin with, and all of it gone before the copy is whole.
    const started = finishedJob(troubled.host.client, '/api/space/compaction')
    await copyIsThere()
    disk.fill(0)
    const compaction = await started
    expect(compaction).toMatchObject({ state: 'failed', error: { code: 'disk_full' } })
    expect(generations()).toEqual([before.generation])
    disk.free()
    await expectWritesResume()
    const second = await finishedJob(troubled.host.client, '/api/space/compaction')
    expect(second.state).toBe('succeeded')
    expect(await troubled.reopenAndJudge('kill'), again).toEqual([])
    expect(generations()).toEqual([(await troubled.status()).store.generation])
  })
})

const generations = () => readdirSync(join(disk.outside, 'db')).filter((name) => name.startsWith('g-'))

async function copyIsThere(): Promise<void> {
  const endMs = performance.now() + 20_000
  while (generations().filter((name) => !name.endsWith('-new')).length < 2) {
    if (performance.now() > endMs) throw new Error('No copy was begun.')
    await sleep(2)
  }
}

/** Bytes that do not compress. */
async function putRandom(megabytes: number): Promise<void> {
  for (let number = 0; number < megabytes; number++) {
    const answer = await troubled.host.client.send('PUT', `/api/data/${unjudged}${number}`, randomBytes(mebibyte))
    expect(answer.status).toBeLessThan(300)
  }
}

async function verifiedBackups(): Promise<string[]> {
  const { items } = await troubled.host.client.json<{ items: Backup[] }>('GET', '/api/backups')
  return items.filter(({ state }) => state === 'verified').map(({ id }) => id)
}
