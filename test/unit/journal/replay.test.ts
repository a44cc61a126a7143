import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  encodeGroup,
  encodeTimeline,
  encodeTransaction,
  groupCrcAt,
  groupHeaderBytes,
  groupMagic,
} from '../../../src/main/journal/frame-codec.ts'
import { encodeSegmentHeader, firstGroupOffset } from '../../../src/main/journal/segment-header.ts'
import { segmentName } from '../../../src/main/journal/segment-pool.ts'
import { JournalHome, send, sendAndWait } from '../../support/journal.ts'

let home: JournalHome
beforeEach(async () => {
  home = await JournalHome.make()
})
afterEach(() => home.remove())

const first = segmentName(1)

/** Where the groups of a segment begin. */
async function groupOffsets(name: string): Promise<number[]> {
  const bytes = await home.read(name)
  const offsets: number[] = []
  for (let at = bytes.indexOf(groupMagic); at >= 0; at = bytes.indexOf(groupMagic, at + 1)) offsets.push(at)
  return offsets
}

/** A journal with a group for each text, closed. */
async function written(...texts: string[]): Promise<void> {
  const journal = await home.create()
  for (const text of texts) await sendAndWait(journal, text)
  await journal.close()
}

const flip = (bytes: Buffer, at: number) => {
  bytes[at] = (bytes[at] as number) ^ 0x10
}

describe('a journal that is opened again', () => {
  it('gives back every transaction in order, with what lies in it', async () => {
    const journal = await home.create()
    await sendAndWait(journal, 'one')
    const together = ['two', 'three', 'four'].map((text) => send(journal, text))
    await Promise.all(together.map(({ done }) => done))
    await journal.close()
    await (await home.open()).close()
    expect(home.contents).toEqual(['k=one', 'k=two', 'k=three', 'k=four'])
    expect(home.replayed.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4])
    expect(home.replayed[3]).toMatchObject({ kind: 'transaction', time: { ms: 1_767_225_600_004, counter: 0 } })
  })

  it('goes on with the next sequence, over any number of segments', async () => {
    for (let round = 0; round < 4; round++) {
      const journal = round === 0 ? await home.create() : await home.open()
      expect(journal.nextSequence).toBe(round * 10 + 1)
      for (let n = 0; n < 10; n++) await sendAndWait(journal, `${round}-${n} ${'x'.repeat(10_000)}`)
      await journal.close()
    }
    await (await home.open()).close()
    expect((await home.segments()).length).toBeGreaterThan(6)
    expect(home.replayed.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
  })

  it('takes a transaction that is larger than a segment', async () => {
    const journal = await home.create()
    await sendAndWait(journal, `large ${'x'.repeat(300_000)}`)
    await sendAndWait(journal, 'small')
    await journal.close()
    await (await home.open()).close()
    expect(home.replayed).toHaveLength(2)
    expect(home.contents[1]).toBe('k=small')
  })

  it('gives back a change of the timeline in its place', async () => {
    const journal = await home.create()
    await sendAndWait(journal, 'before')
    const { promise, resolve } = Promise.withResolvers<void>()
    const sequence = journal.nextSequence
    const frame = encodeTimeline(sequence, { ms: 5, counter: 7 }, { timeline: 'abcd', generation: 'g-1' })
    journal.append({ sequence, frame, durable: true, written: () => {}, synced: resolve, failed: () => {} })
    await promise
    await sendAndWait(journal, 'after')
    await journal.close()
    await (await home.open()).close()
    expect(home.contents).toEqual(['k=before', 'timeline', 'k=after'])
    expect(home.replayed[1]).toEqual({ kind: 'timeline', sequence: 2, time: { ms: 5, counter: 7 }, timeline: 'abcd', generation: 'g-1' })
  })
})

describe('JN1 what a bad group means', () => {
  it('a torn tail is normal: what came before it is there', async () => {
    await written('one', 'two', 'three')
    const offsets = await groupOffsets(first)
    await home.change(first, (bytes) => bytes.fill(0, (offsets[2] as number) + 60))
    await (await home.open()).close()
    expect(home.contents).toEqual(['k=one', 'k=two'])
  })

  it.each([1, 20, groupHeaderBytes - 1, groupHeaderBytes, groupHeaderBytes + 10])(
    'a group cut off after %i bytes counts as not written',
    async (length) => {
      await written('one', 'two')
      const offsets = await groupOffsets(first)
      await home.change(first, (bytes) => bytes.fill(0, (offsets[1] as number) + length))
      await (await home.open()).close()
      expect(home.contents).toEqual(['k=one'])
    },
  )

  it('no byte of the last group can be changed without its being left out', async () => {
    await written('one', 'two')
    const offset = (await groupOffsets(first))[1] as number
    const whole = await home.read(first)
    const end = offset + groupHeaderBytes + whole.readUInt32LE(offset + 8)
    for (let at = offset; at < end; at++) {
      await home.change(first, (bytes) => flip(bytes, at))
      await (await home.open()).close()
      expect(home.contents).toEqual(['k=one'])
      await home.write(first, whole)
    }
  })

  it('after power loss a bad group before a good one that proves nothing is where the journal ends', async () => {
    // Both groups of one unsynced stretch: the second was written when only the first of all was known synced.
    const journal = await home.create({ flushEveryMs: 60_000 })
    await sendAndWait(journal, 'synced')
    const unsynced = send(journal, 'lost', { durable: false })
    await settleTurns(() => unsynced.outcome === 'written')
    const later = send(journal, 'dead', { durable: false })
    await settleTurns(() => later.outcome === 'written')
    const image = await home.read(first)
    await journal.close()
    const offsets = await groupOffsets(first)
    expect(offsets).toHaveLength(3)
    flip(image, (offsets[1] as number) + 70)
    await home.write(first, image)
    await (await home.open()).close()
    expect(home.contents).toEqual(['k=synced'])
  })

  it('dead frames never come back, however often it is reopened and written on', async () => {
    const journal = await home.create({ flushEveryMs: 60_000 })
    await sendAndWait(journal, 'synced')
    for (const text of ['lost', 'dead']) {
      const sent = send(journal, text, { durable: false })
      await settleTurns(() => sent.outcome === 'written')
    }
    const image = await home.read(first)
    await journal.close()
    const torn = (await groupOffsets(first))[1] as number
    const whole = Buffer.from(image)
    image.fill(0, torn, torn + 20)
    await home.write(first, image)
    const second = await home.open()
    expect(second.nextSequence).toBe(2)
    await sendAndWait(second, 'new')
    await second.close()
    // Even the lost group appears again, as a page that the disk had kept back: it must stay dead.
    await home.write(first, whole)
    const third = await home.open()
    expect(home.contents).toEqual(['k=synced', 'k=new'])
    await sendAndWait(third, 'newer')
    await third.close()
    await (await home.open()).close()
    expect(home.contents).toEqual(['k=synced', 'k=new', 'k=newer'])
  })

  it('a bad group before one that proves it was synced is damage: named with its place, nothing is changed', async () => {
    await written('one', 'two', 'three')
    const offset = (await groupOffsets(first))[1] as number
    await home.change(first, (bytes) => flip(bytes, offset + groupHeaderBytes + 3))
    const before = await home.everything()
    await expect(home.open()).rejects.toMatchObject({ code: 'store_damaged', details: { file: first, offset } })
    await expect(home.open()).rejects.toThrow(`${first}, offset ${offset}`)
    expect(await home.everything()).toEqual(before)
  })

  it('a bad group in a segment that another follows is damage, also the last one of it', async () => {
    const journal = await home.create()
    for (let n = 0; n < 10; n++) await sendAndWait(journal, `${n} ${'x'.repeat(10_000)}`)
    await journal.close()
    expect((await home.segments()).length).toBeGreaterThan(1)
    const offset = (await groupOffsets(first)).at(-1) as number
    await home.change(first, (bytes) => flip(bytes, offset + groupCrcAt))
    await expect(home.open()).rejects.toMatchObject({ code: 'store_damaged', details: { file: first, offset } })
  })

  it('what an earlier use of the file left behind is never taken for a group', async () => {
    await written('one', 'two', 'three')
    const offsets = await groupOffsets(first)
    // The same groups behind a header of a new use, as in a file that was renamed and used again.
    await home.change(first, (bytes) => {
      const header = { number: 1, id: Buffer.alloc(8, 7), storeId: 'store-1', firstSequence: 1, previousEnd: 0 }
      encodeSegmentHeader(header).copy(bytes)
    })
    await (await home.open()).close()
    expect(offsets[0]).toBe(firstGroupOffset)
    expect(home.contents).toEqual([])
  })

  it('a whole group that does not name the one before it is none of this row', async () => {
    await written('one', 'two')
    const second = (await groupOffsets(first))[1] as number
    await home.change(first, (bytes) => {
      const frames = [encodeTransaction(2, { ms: 5, counter: 0 }, [{ key: 'k', record: Buffer.from('stray') }])]
      const header = { firstSequence: 2, previousCrc: 4711, syncedOffset: firstGroupOffset }
      encodeGroup(bytes.subarray(18, 26), header, frames).copy(bytes, second)
    })
    await (await home.open()).close()
    expect(home.contents).toEqual(['k=one'])
  })

  it('a group of a run that was not whole is taken for none of this one', async () => {
    await written('one', 'two')
    const offsets = await groupOffsets(first)
    // A whole group whose place in the row is wrong: the first one again, where the second should be.
    await home.change(first, (bytes) => bytes.copy(bytes, offsets[1], offsets[0], offsets[1]))
    await (await home.open()).close()
    expect(home.contents).toEqual(['k=one'])
  })
})

describe('JN5 where the journal is not what it should be', () => {
  it('a missing folder, and one without segments, is refused and not replaced', async () => {
    await expect(home.open()).rejects.toMatchObject({ code: 'journal_missing' })
    await written('one')
    for (const name of await home.segments()) await home.files.remove(name)
    const before = await home.everything()
    await expect(home.open()).rejects.toMatchObject({ code: 'journal_missing' })
    expect(await home.everything()).toEqual(before)
  })

  it('the journal of another store is refused', async () => {
    await written('one')
    const before = await home.everything()
    await expect(home.open(0, { storeId: 'store-2' })).rejects.toMatchObject({ code: 'journal_foreign' })
    expect(await home.everything()).toEqual(before)
  })

  it('one of a newer format is refused, untouched', async () => {
    await written('one')
    await home.change(first, (bytes) => {
      bytes.writeUInt16LE(2, 8)
      bytes.writeUInt32LE(crc32(bytes.subarray(0, 124)), 124)
    })
    const before = await home.everything()
    await expect(home.open()).rejects.toMatchObject({ code: 'newer_format' })
    expect(await home.everything()).toEqual(before)
  })

  it('a header with a flipped bit is damage', async () => {
    await written('one')
    for (const at of [0, 9, 13, 20, 27, 33, 40, 125]) {
      const whole = await home.read(first)
      await home.change(first, (bytes) => flip(bytes, at))
      await expect(home.open()).rejects.toMatchObject({ code: 'store_damaged', details: { file: first, offset: 0 } })
      await home.write(first, whole)
    }
  })

  it('a segment that is missing in the row is damage', async () => {
    const journal = await home.create()
    for (let n = 0; n < 20; n++) await sendAndWait(journal, `${n} ${'x'.repeat(10_000)}`)
    await journal.close()
    await home.files.remove(segmentName(2))
    await expect(home.open()).rejects.toMatchObject({ code: 'store_damaged' })
  })

  it('segments before what the database holds may be gone, others not', async () => {
    const journal = await home.create()
    for (let n = 0; n < 20; n++) await sendAndWait(journal, `${n} ${'x'.repeat(10_000)}`)
    await journal.close()
    await home.files.remove(first)
    const firstLeft = 6
    await expect(home.open(firstLeft - 3)).rejects.toMatchObject({ code: 'store_damaged' })
    const opened = await home.open(firstLeft)
    await opened.close()
    expect(home.replayed.at(-1)?.sequence).toBe(20)
  })

  it('segments are zeros on disk before the first frame, and what a crash left of making one is removed', async () => {
    await written('one')
    await home.write('new-0123456789ab.tmp', Buffer.alloc(10))
    const opened = await home.open()
    expect((await home.files.list())?.filter((name) => name.endsWith('.tmp'))).toEqual([])
    await opened.close()
    const bytes = await home.read(first)
    expect(bytes).toHaveLength(64 * 1024)
    expect(bytes.subarray(firstGroupOffset + 200).every((byte) => byte === 0)).toBe(true)
  })
})

describe('DN1 a database that holds more than the journal', () => {
  it('goes on behind what the database holds, and opens again', async () => {
    await written('one', 'two')
    const journal = await home.open(7)
    expect(journal.skipTo(8)).toBe(true)
    await sendAndWait(journal, 'eight')
    await journal.close()
    const again = await home.open(8)
    expect(home.replayed.map(({ sequence }) => sequence)).toEqual([1, 2, 8])
    expect(again.skipTo(9)).toBe(false)
    await again.close()
  })
})

async function settleTurns(isOver: () => boolean): Promise<void> {
  while (!isOver()) await new Promise((resolve) => setImmediate(resolve))
}
