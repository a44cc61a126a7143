import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readState } from '../../../src/main/imports/import-state.ts'
import { ownershipOf } from '../../../src/main/imports/own-writes.ts'
import { redisFailure, withoutPassword } from '../../../src/main/imports/redis-connection.ts'

describe('the state of an import', () => {
  it('of the first format is read', async () => {
    const state = await readState(fileURLToPath(new URL('../../fixtures/import-state-v1.json', import.meta.url)))
    expect(state).toMatchObject({ needsPassword: true, position: { cursor: '1536', line: 2000 }, counts: { imported: 1990, failed: 3 } })
  })
})

describe('a record that is there already', () => {
  const meta = { contentType: 'text/plain', size: 1, createdAtMs: 2000, updatedAtMs: 2000, expiresAtMs: null }
  const record = (version: string, value = 'x', updatedAtMs = 2000) => ({
    key: 'k',
    meta: { ...meta, version, updatedAtMs },
    value: Buffer.from(value),
  })
  const put = { kind: 'put' as const, key: 'k', value: Buffer.from('x'), contentType: 'text/plain', expiresAtMs: null }
  const facts = { startedAtMs: 1000, passVersion: 'b', lastVersion: 'd' }

  it.each([
    ['absent', undefined, 'foreign'],
    ['of other bytes', record('e', 'y'), 'foreign'],
    ['older than the import', record('e', 'x', 999), 'foreign'],
    ['of a pass before', record('a'), 'before'],
    ['counted before the crash', record('d'), 'counted'],
    ['written and not counted', record('e'), 'uncounted'],
    ['of this run', record('f'), 'counted'],
  ] as const)('is known for what it is: %s', (_, existing, expected) => {
    expect(ownershipOf(existing, put, facts, 'f')).toBe(expected)
  })
})

describe('the URL of a Redis', () => {
  it('is kept without its password, whatever that holds', () => {
    expect(withoutPassword('redis://user:p%40ss%2Fw@h:1/2')).toEqual({ url: 'redis://user@h:1/2', password: 'p@ss/w' })
    expect(withoutPassword('redis://h')).toEqual({ url: 'redis://h', password: undefined })
  })

  it('is what a failure names, and never more', () => {
    const refused = Object.assign(new Error('WRONGPASS invalid username-password pair'), { command: { args: ['s3cret'] } })
    const failure = redisFailure(refused, 'redis://h:1')
    expect(failure).toMatchObject({ code: 'source_refused', details: { server: 'h:1' } })
    expect(JSON.stringify({ ...failure, cause: failure.cause })).not.toContain('s3cret')
  })
})
