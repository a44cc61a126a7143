import { describe, expect, it } from 'vitest'
import type { Role } from '../../../src/contract/index.ts'
import { toEnvelope } from '../../../src/main/api/problem.ts'
import { type Handlers, Router } from '../../../src/main/api/router.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { silentLog } from '../../../src/main/base/log.ts'

const echo = new Proxy({}, { get: () => (input: unknown) => input }) as Handlers
const contextOf = (role: Role = 'admin', signal = new AbortController().signal) => ({ role, requestId: 'r1', signal, log: silentLog })
const ask = (name: string, input: unknown, role?: Role) =>
  toEnvelope(() => new Router(echo).dispatch(name, input, contextOf(role)), silentLog)

describe('the router', () => {
  it('fills in the defaults of the contract', async () => {
    expect(await ask('records.list', {})).toEqual({ ok: true, value: { prefix: '', limit: 100, reverse: false, values: false } })
    expect(await ask('jobs.list', undefined)).toEqual({ ok: true, value: { limit: 100 } })
  })

  it.each(['nope', '__proto__', 'constructor', 'toString', ''])('knows no operation %j', async (name) => {
    expect(await ask(name, {})).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })

  it('says which field is wrong and what was expected', async () => {
    const reply = await ask('records.list', { limit: 0, reverse: 'yes' })
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_request', details: { field: 'limit' } } })
    expect(!reply.ok && reply.error.message).toContain('reverse: expected true or false')
  })

  it('names the index of a malformed operation of a batch', async () => {
    const reply = await ask('records.batch', {
      operations: [
        { op: 'get', key: 'a' },
        { op: 'put', key: 'b', value: 1, ttl: 5 },
      ],
    })
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_request', details: { index: 1, unknown: ['ttl'] } } })
  })

  it('tells more than 10,000 operations as too large, not as malformed', async () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'get', key: 'a' }))
    expect(await ask('records.batch', { operations })).toMatchObject({
      ok: false,
      error: { code: 'too_large', details: { limit: 10_000 } },
    })
    expect(await ask('records.batch', { operations: operations.slice(1) })).toMatchObject({ ok: true })
  })

  it('refuses fields that nobody reads', async () => {
    const reply = await ask('records.create', JSON.parse('{"key":"a","value":1,"__proto__":{"x":1}}'))
    expect(reply).toMatchObject({ ok: false, error: { code: 'invalid_request', details: { unknown: ['__proto__'] } } })
  })

  it('asks for the role before it looks at the input', async () => {
    expect(await ask('records.put', { nonsense: 1 }, 'reader')).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    expect(await ask('config.get', {}, 'operator')).toMatchObject({ ok: false, error: { code: 'forbidden' } })
    expect(await ask('records.list', {}, 'reader')).toMatchObject({ ok: true })
  })

  it('does not begin what was cancelled before', async () => {
    const reply = await toEnvelope(() => new Router(echo).dispatch('records.list', {}, contextOf('admin', AbortSignal.abort())), silentLog)
    expect(reply).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })

  it('keeps the inside of an unexpected failure to the log, under the incident that the caller is told', async () => {
    const lines: { facts: object; sentence: string }[] = []
    const log = { ...silentLog, error: (facts: object, sentence: string) => lines.push({ facts, sentence }) }
    const failing = { ...echo, 'status.get': () => Promise.reject(new Error('secret path /x')) } as Handlers
    const handlers = new Proxy(failing, { get: (target, name) => Reflect.get(target, name) ?? Reflect.get(echo, name) })
    const reply = await toEnvelope(() => new Router(handlers).dispatch('status.get', {}, contextOf()), log)
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal', retryable: false } })
    const incident = !reply.ok ? reply.error.incident : undefined
    expect(JSON.stringify(reply)).not.toContain('secret')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.facts).toMatchObject({ incident })
  })

  it('passes a refusal on as it is', async () => {
    const failing = new Proxy(
      {},
      { get: () => () => Promise.reject(new HoldfastError('disk_full', 'Full.', { details: { freeBytes: 1 } })) },
    )
    const reply = await toEnvelope(() => new Router(failing as Handlers).dispatch('status.get', {}, contextOf()), silentLog)
    expect(reply).toEqual({ ok: false, error: { code: 'disk_full', message: 'Full.', retryable: true, details: { freeBytes: 1 } } })
  })
})
