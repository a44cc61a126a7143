import { tmpdir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { buildFailure } from '../../../src/main/recovery/build-failure.ts'
import { checkFreeRoom, neededBytes } from '../../../src/main/recovery/free-room.ts'

const folder = tmpdir()

describe('a failure to build a generation', () => {
  test.each([
    ['by name', () => Object.assign(new Error('write'), { code: 'ENOSPC' })],
    ['by number', () => Object.assign(new Error('No space left on device'), { code: 28 })],
    ['in words', () => new Error('MDB_MAP_FULL: Environment mapsize limit reached')],
  ])('of a full disk says so, told %s', (_, failure) => {
    expect(buildFailure(failure(), folder)).toMatchObject({ code: 'disk_full', message: expect.stringContaining(folder) })
  })

  test('of a disk that fails and is not full says that', () => {
    const error = Object.assign(new Error('Input/output error'), { code: 5 })
    expect(buildFailure(error, folder)).toMatchObject({ code: 'unavailable', message: expect.stringContaining('EIO') })
  })

  test('of any other kind is given on as it is', () => {
    const told = new HoldfastError('cancelled', 'Cancelled.')
    expect(buildFailure(told, folder)).toBe(told)
    const unknown = new TypeError('x is not a function')
    expect(buildFailure(unknown, folder)).toBe(unknown)
  })
})

describe('the room for a second database', () => {
  test('is checked before anything is built, with what is needed and what is free', async () => {
    await checkFreeRoom(folder, { bytes: 1000, records: 10 })
    await expect(checkFreeRoom(folder, { bytes: 1e18, records: 1 })).rejects.toMatchObject({
      code: 'disk_full',
      details: { folder, neededBytes: neededBytes({ bytes: 1e18, records: 1 }) },
    })
  })

  test('is always more than the content', () => {
    for (const bytes of [0, 1, 1e6, 1e12]) expect(neededBytes({ bytes, records: 1 })).toBeGreaterThan(bytes)
  })
})
