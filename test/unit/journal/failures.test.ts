import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Journal } from '../../../src/main/journal/journal.ts'
import { diskError, type FileOperation, JournalHome, type Sent, send, sendAndWait } from '../../support/journal.ts'

let home: JournalHome
let journal: Journal | undefined
beforeEach(async () => {
  home = await JournalHome.make()
})
afterEach(async () => {
  home.files.fault = () => undefined
  await journal?.close()
  journal = undefined
  await home.remove()
})

const settled = (...sent: Sent[]) => Promise.all(sent.map(({ done }) => done))
const ends = (...sent: Sent[]) => sent.map(({ history }) => history.at(-1))

/** A disk whose syncs seem slow, so that they run beside the event loop and can be held. */
function slowNow(): () => number {
  let ms = 0
  return () => {
    ms += 50
    return ms
  }
}

/** Lets the next call of a kind fail. */
function failNext(operation: FileOperation, times = 1, code: 'EIO' | 'ENOSPC' = 'EIO'): void {
  let left = times
  home.files.fault = (asked, name) => (asked === operation && !name.endsWith('done') && left-- > 0 ? diskError(code) : undefined)
}

async function replayedAfterClose(): Promise<string[]> {
  await journal?.close()
  journal = await home.open()
  return home.contents
}

describe.each([
  ['on the main thread', () => performance.now()],
  ['beside it', slowNow()],
])('JN2 a failed write or sync %s', (_, now) => {
  beforeEach(async () => {
    journal = await home.create({ now })
    await sendAndWait(journal, 'one')
  })

  it.each(['datasync', 'write'] as const)('after a failed %s what waits is written again into a new segment, once', async (operation) => {
    failNext(operation)
    const sent = [send(journal as Journal, 'two'), send(journal as Journal, 'three')]
    await settled(...sent)
    expect(ends(...sent)).toEqual(['synced', 'synced'])
    expect(sent.map(({ history }) => history)).toEqual([
      ['written', 'synced'],
      ['written', 'synced'],
    ])
    expect(await home.segments()).toHaveLength(2)
    await sendAndWait(journal as Journal, 'four')
    expect(await replayedAfterClose()).toEqual(['k=one', 'k=two', 'k=three', 'k=four'])
  })

  it('the file whose sync failed is never written or synced again', async () => {
    failNext('datasync')
    await sendAndWait(journal as Journal, 'two')
    const failed = home.files.calls.lastIndexOf('datasync journal-000000000001.hfj')
    await sendAndWait(journal as Journal, 'three')
    expect(home.files.calls.slice(failed + 1).filter((call) => call.endsWith('journal-000000000001.hfj'))).toEqual([])
  })

  it('a second failure leaves the outcome open, and then nothing more is written', async () => {
    failNext('datasync', 2)
    const sent = [send(journal as Journal, 'two'), send(journal as Journal, 'three')]
    await settled(...sent)
    expect(ends(...sent)).toEqual(['outcome_unknown', 'outcome_unknown'])
    expect(journal?.broken?.code).toBe('read_only')
    const calls = home.files.calls.length
    const late = await sendAndWait(journal as Journal, 'late')
    expect(late.history).toEqual(['read_only'])
    expect(home.files.calls).toHaveLength(calls)
    await journal?.settle()
  })

  it('what is not known to be synced is written again at the next open, before it is taken for durable', async () => {
    failNext('datasync', 2)
    await sendAndWait(journal as Journal, 'two')
    home.files.calls.length = 0
    expect(await replayedAfterClose()).toEqual(['k=one', 'k=two'])
    const newest = (await home.segments()).at(-1)
    expect(home.files.calls.filter((call) => call.endsWith(`${newest}`))).toEqual([
      `open ${newest}`,
      `write ${newest}`,
      `datasync ${newest}`,
    ])
  })
})

describe('JN2 while the rescue is under way', () => {
  it('those who come later follow it', async () => {
    const { late } = await comeDuringRescue(undefined)
    expect(late.history).toEqual(['written', 'synced'])
    expect(await replayedAfterClose()).toEqual(['k=one', 'k=two', 'k=late'])
  })

  it('those who come later were never written when it fails, and are told so', async () => {
    const { two, late } = await comeDuringRescue(diskError('EIO'))
    expect(two.history).toEqual(['written', 'outcome_unknown'])
    expect(late.history).toEqual(['read_only'])
  })

  /** A write whose sync fails, and another that comes while it is written again. */
  async function comeDuringRescue(secondFailure: Error | undefined): Promise<{ two: Sent; late: Sent }> {
    journal = await home.create({ now: slowNow() })
    await sendAndWait(journal, 'one')
    const rescueBegan = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    home.files.fault = async (operation) => {
      if (operation !== 'datasync') return undefined
      home.files.fault = async (again) => {
        if (again !== 'write') return undefined
        rescueBegan.resolve()
        await gate.promise
        home.files.fault = () => undefined
        return secondFailure
      }
      return diskError('EIO')
    }
    const two = send(journal, 'two')
    await rescueBegan.promise
    const late = send(journal, 'late')
    gate.resolve()
    await settled(two, late)
    return { two, late }
  }
})

describe('JN2 with frames that nobody waits for', () => {
  it('written ones are rescued too, together with those that wait', async () => {
    journal = await home.create({ flushEveryMs: 60_000 })
    await sendAndWait(journal, 'one')
    const relaxed = send(journal, 'two', { durable: false })
    while (relaxed.outcome !== 'written') await new Promise((resolve) => setImmediate(resolve))
    failNext('datasync')
    await sendAndWait(journal, 'three')
    expect(relaxed.history).toEqual(['written', 'synced'])
    expect(await replayedAfterClose()).toEqual(['k=one', 'k=two', 'k=three'])
  })

  it('a rescue that is too large for a usual segment gets a larger one', async () => {
    journal = await home.create({ flushEveryMs: 60_000 })
    const texts = Array.from({ length: 5 }, (_, n) => `${n} ${'x'.repeat(11_000)}`)
    const relaxed = texts.map((text) => send(journal as Journal, text, { durable: false }))
    while (relaxed.some(({ outcome }) => outcome !== 'written')) await new Promise((resolve) => setImmediate(resolve))
    const large = `large ${'x'.repeat(70_000)}`
    failNext('datasync')
    await sendAndWait(journal, large)
    expect(await replayedAfterClose()).toEqual([...texts, large].map((text) => `k=${text.slice(0, 40)}`))
  })
})

describe('when no segment can be had', () => {
  const large = (text: string) => `${text} ${'x'.repeat(40_000)}`

  it.each([
    ['a full disk', 'preallocate', 'ENOSPC', 'disk_full'],
    ['a disk that refuses', 'preallocate', 'EIO', 'read_only'],
    ['a rename that fails', 'rename', 'EIO', 'read_only'],
    ['a header that cannot be written', 'datasync', 'EIO', 'read_only'],
  ] as const)('by %s, what waits was never written, and later writes try again', async (_, operation, code, expected) => {
    let hasFirst = false
    const isFailing = () => hasFirst
    // With no segment made ahead, another one has to be made.
    home.files.fault = (asked) => (asked === operation && operation === 'preallocate' && isFailing() ? diskError(code) : markFirst(asked))
    const markFirst = (asked: FileOperation): undefined => {
      if (asked === 'preallocate') hasFirst = true
    }
    journal = await home.create()
    await sendAndWait(journal, large('one'))
    if (operation !== 'preallocate') {
      await freeSegment()
      failNext(operation, 1, code)
    }
    const refused = [send(journal, large('two')), send(journal, 'three')]
    await settled(...refused)
    expect(ends(...refused)).toEqual([expected, expected])
    home.files.fault = () => undefined
    expect(await sendAndWait(journal, 'four')).toMatchObject({ sequence: 2, outcome: 'synced' })
    expect(await replayedAfterClose()).toEqual([`k=${large('one').slice(0, 40)}`, 'k=four'])
  })

  it('although it got its name, nothing is written behind the end that its header tells', async () => {
    journal = await home.create()
    await sendAndWait(journal, 'one')
    // The name is there, but that it is durable could not be made sure of.
    let hasFailed = false
    home.files.fault = (operation, name) => {
      if (operation !== 'rename' || name !== 'journal-000000000002.hfj done' || hasFailed) return undefined
      hasFailed = true
      return diskError('EIO')
    }
    expect((await sendAndWait(journal, `two ${'x'.repeat(70_000)}`)).history).toEqual(['read_only'])
    expect((await sendAndWait(journal, 'three')).outcome).toBe('synced')
    expect(await replayedAfterClose()).toEqual(['k=one', 'k=three'])
  })

  /** Waits for the segment that is made ahead. */
  async function freeSegment(): Promise<void> {
    while (!(await home.files.list())?.some((name) => name.startsWith('free-'))) await new Promise((resolve) => setTimeout(resolve, 5))
  }
})

describe('JN3 what a sync covers', () => {
  it('only what was fully written before it began', async () => {
    journal = await home.create({ now: slowNow() })
    await sendAndWait(journal, 'one')
    const gate = Promise.withResolvers<void>()
    const began = Promise.withResolvers<void>()
    home.files.fault = async (operation) => {
      if (operation !== 'datasync') return undefined
      began.resolve()
      await gate.promise
      return undefined
    }
    const covered = send(journal, 'two')
    await began.promise
    const late = send(journal, 'three')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect([covered.outcome, late.outcome]).toEqual(['written', 'waiting'])
    home.files.fault = () => undefined
    const outcomes: string[] = []
    void covered.done.then(() => outcomes.push(`two done, three ${late.outcome}`))
    gate.resolve()
    await settled(covered, late)
    expect(outcomes).toEqual([expect.stringMatching(/^two done, three (waiting|written)$/)])
  })

  it('frames that nobody waits for are synced after their time, on settling and on closing', async () => {
    journal = await home.create({ flushEveryMs: 30 })
    const timed = send(journal, 'one', { durable: false })
    await timed.done
    expect(timed.history).toEqual(['written', 'synced'])
    await journal.close()
    journal = await home.open(0, { flushEveryMs: 60_000 })
    const settledOne = send(journal, 'two', { durable: false })
    await journal.settle()
    expect(settledOne.history).toEqual(['written', 'synced'])
    const closed = send(journal, 'three', { durable: false })
    await journal.close()
    journal = undefined
    expect(closed.history).toEqual(['written', 'synced'])
  })

  it('settling ends although new frames keep coming', async () => {
    const own = await home.create()
    journal = own
    let sending = true
    const pump = (async () => {
      while (sending) {
        for (let n = 0; n < 20; n++) send(own, 'more')
        await new Promise((resolve) => setImmediate(resolve))
      }
    })()
    const mine = send(own, 'mine')
    await own.settle()
    expect(mine.outcome).toBe('synced')
    sending = false
    await pump
  })
})

describe('JN7 segments that nobody needs any more', () => {
  const large = (n: number) => `${n} ${'x'.repeat(30_000)}`

  it('go once everything in them is applied, oldest first, and are used again', async () => {
    const own = await home.create()
    journal = own
    for (let n = 1; n <= 9; n++) await sendAndWait(own, large(n))
    const before = await home.segments()
    expect(before.length).toBeGreaterThan(3)
    await own.release(1)
    expect(await home.segments()).toEqual(before)
    await Promise.all([own.release(9), own.release(9), own.release(9)])
    expect(await home.segments()).toEqual([before.at(-1)])
    const bytes = own.bytesOnDisk
    for (let n = 10; n <= 30; n++) {
      await sendAndWait(own, large(n))
      await own.release(n)
    }
    expect(own.bytesOnDisk).toBeLessThanOrEqual(bytes + 2 * 64 * 1024)
    await own.close()
    journal = await home.open(28)
    expect(home.replayed.at(-1)?.sequence).toBe(30)
  })

  it('never all: the newest stays until another one is begun', async () => {
    const own = await home.create()
    await sendAndWait(own, 'one')
    await own.close()
    journal = await home.open(1)
    await journal.release(1)
    expect(await home.segments()).toHaveLength(1)
  })

  it('a failure keeps the others: the row has no hole', async () => {
    const own = await home.create()
    journal = own
    for (let n = 1; n <= 9; n++) await sendAndWait(own, large(n))
    const before = await home.segments()
    home.files.fault = (operation) => (operation === 'rename' || operation === 'remove' ? diskError('EIO') : undefined)
    await expect(own.release(9)).rejects.toThrow('EIO')
    home.files.fault = () => undefined
    expect(await home.segments()).toEqual(before)
    await own.release(9)
    expect(await home.segments()).toEqual([before.at(-1)])
  })
})
