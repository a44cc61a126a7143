import { describe, expect, it } from 'vitest'
import type { Actor } from '../../../src/contract/index.ts'
import { storageOver } from './setup.ts'

const person: Actor = { kind: 'person', door: 'desktop' }
const program: Actor = { kind: 'program', door: 'socket' }
const part = (key: string, offset = 0, length = 1024, more: { ifVersion?: string } = {}) => ({ key, offset, length, ...more })
const textOf = ({ bytes }: { bytes: string }) => Buffer.from(bytes, 'base64').toString()

describe('a part of a value', () => {
  it('has the bytes that were asked for, the size of the whole, and the state they are of', async () => {
    const { storage, put } = storageOver()
    const { meta } = await put('a', 'abcdefghij')
    expect(storage.readPart(part('a', 2, 3))).toMatchObject({ offset: 2, size: 10, version: meta.version, contentType: 'text/plain' })
    expect(textOf(storage.readPart(part('a', 2, 3)))).toBe('cde')
    expect(textOf(storage.readPart(part('a', 8, 100)))).toBe('ij')
  })

  it('of an empty value is empty; beyond the end there is none', async () => {
    const { storage, put } = storageOver()
    await put('empty', '')
    await put('a', 'abc')
    expect(storage.readPart(part('empty')).bytes).toBe('')
    expect(() => storage.readPart(part('a', 3))).toThrow(expect.objectContaining({ code: 'range_not_satisfiable' }))
  })

  it('is refused when the record has another state than the first part', async () => {
    const { storage, put } = storageOver()
    const { meta } = await put('a', 'one')
    await put('a', 'two')
    expect(() => storage.readPart(part('a', 0, 1, { ifVersion: meta.version }))).toThrow(
      expect.objectContaining({ code: 'precondition_failed' }),
    )
  })
})

describe('who wrote a record last', () => {
  it('is told for every door, and for a deletion with its time', async () => {
    let actor: Actor | undefined = person
    const { storage, put } = storageOver({ actor: () => actor })
    await put('a', 'by a person')
    expect(storage.readPart(part('a')).writtenBy).toEqual(person)
    actor = program
    await put('a', 'by a program')
    expect(storage.readPart(part('a')).writtenBy).toEqual(program)
    actor = undefined
    await put('b', 'by the host')
    expect(storage.readPart(part('b')).writtenBy).toEqual({ kind: 'host' })
    actor = person
    await storage.delete('a')
    expect(() => storage.readPart(part('a'))).toThrow(
      expect.objectContaining({
        code: 'not_found',
        details: expect.objectContaining({ deletedBy: person, deletedAt: expect.any(String) }),
      }),
    )
  })

  it('is null where it is not known any more: only the newest writes are remembered', async () => {
    const { storage, put } = storageOver({ actor: () => person })
    await put('first', '1')
    const operations = Array.from({ length: 5000 }, (_, place) => ({ op: 'put' as const, key: `k${place}`, value: 1 }))
    await storage.batch({ atomic: false, operations })
    expect(storage.readPart(part('first')).writtenBy).toBeNull()
    expect(storage.readPart(part('k4999')).writtenBy).toEqual(person)
    expect(storage.readPart(part('k0')).writtenBy).toBeNull()
  })
})

describe('amending a record', () => {
  it('changes, sets and removes its end without its value', async () => {
    const { storage, put, clock } = storageOver()
    await put('a', 'value')
    await storage.amend({ key: 'a', ttlSeconds: 60 })
    expect(storage.getMeta('a').expiresAtMs).toBe(clock.wallMs() + 60_000)
    await storage.amend({ key: 'a', contentType: 'text/markdown' })
    expect(storage.getMeta('a')).toMatchObject({ expiresAtMs: clock.wallMs() + 60_000, contentType: 'text/markdown' })
    await storage.amend({ key: 'a', ttlSeconds: null })
    expect(storage.getMeta('a')).toMatchObject({ expiresAtMs: null, contentType: 'text/markdown' })
    expect(Buffer.from(storage.get('a').value).toString()).toBe('value')
  })

  it('is refused over another state, and where there is no record', async () => {
    const { storage, put } = storageOver()
    const { meta } = await put('a', 'one')
    await put('a', 'two')
    await expect(storage.amend({ key: 'a', ttlSeconds: 5, ifVersion: meta.version })).rejects.toMatchObject({ code: 'precondition_failed' })
    await expect(storage.amend({ key: 'none', ttlSeconds: 5 })).rejects.toMatchObject({ code: 'not_found' })
  })
})
