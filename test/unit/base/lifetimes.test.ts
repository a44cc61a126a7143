import { describe, expect, it } from 'vitest'
import { Lifetimes } from '../../../src/main/base/lifetimes.ts'

describe('what was started', () => {
  it('is stopped in the reverse order, once', async () => {
    const stopped: number[] = []
    const lifetimes = new Lifetimes()
    for (const part of [1, 2, 3]) lifetimes.defer(async () => void stopped.push(part))
    await lifetimes.close()
    await lifetimes.close()
    expect(stopped).toEqual([3, 2, 1])
  })

  it('is stopped in full also when one part cannot be, and the first reason is told', async () => {
    const stopped: number[] = []
    const lifetimes = new Lifetimes()
    lifetimes.defer(() => void stopped.push(1))
    lifetimes.defer(() => Promise.reject(new Error('second')))
    lifetimes.defer(() => {
      throw new Error('first')
    })
    await expect(lifetimes.close()).rejects.toThrow('first')
    expect(stopped).toEqual([1])
  })
})
