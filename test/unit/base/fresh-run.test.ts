import { describe, expect, it } from 'vitest'
import { FreshRun } from '../../../src/main/base/fresh-run.ts'

/** Work that ends when it is told to, and counts how much of it there is. */
function work() {
  const ends: PromiseWithResolvers<number>[] = []
  const run = new FreshRun(() => {
    const end = Promise.withResolvers<number>()
    ends.push(end)
    return end.promise
  })
  return { run, ends }
}

describe('a run that is shared', () => {
  it('gives everybody what began after they asked, with one under way at a time', async () => {
    const { run, ends } = work()
    const first = run.run()
    const late = [run.run(), run.run(), run.run()]
    expect(ends).toHaveLength(1)
    ends[0]?.resolve(1)
    expect(await first).toBe(1)
    expect(ends).toHaveLength(2)
    const later = run.run()
    ends[1]?.resolve(2)
    expect(await Promise.all(late)).toEqual([2, 2, 2])
    ends[2]?.resolve(3)
    expect(await later).toBe(3)
    expect(ends).toHaveLength(3)
  })

  it('goes on after one that failed', async () => {
    const { run, ends } = work()
    const first = run.run()
    const second = run.run()
    ends[0]?.reject(new Error('no'))
    await expect(first).rejects.toThrow('no')
    ends[1]?.resolve(2)
    expect(await second).toBe(2)
    const third = run.run()
    ends[2]?.resolve(3)
    expect(await third).toBe(3)
  })

  it('never has two under way when somebody asks just as one ends', async () => {
    const { run, ends } = work()
    const first = run.run()
    const second = run.run()
    const third = first.then(() => run.run())
    ends[0]?.resolve(1)
    await first
    await new Promise(setImmediate)
    expect(ends.length).toBe(2)
    ends[1]?.resolve(2)
    expect(await second).toBe(2)
    await new Promise(setImmediate)
    ends[2]?.resolve(2)
    expect(await third).toBe(2)
  })
})
