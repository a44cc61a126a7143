import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ActivityEntry } from '../../../src/contract/index.ts'
import { type HttpClient, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let api: HttpClient

beforeAll(async () => {
  started = await startTestHost()
  api = started.api
})
afterAll(() => started.close())

const begin = async (wish: object = {}): Promise<string> => (await api.post('/api/transactions', wish)).json<{ id: string }>().id
const put = (key: string, value: unknown) => ({ op: 'put', key, value })

describe('a transaction over HTTP', () => {
  it('that a person takes from a program is in the activity list; what programs roll back themselves is not', async () => {
    const rollBack = async (headers: Record<string, string>) => {
      const id = await begin()
      expect((await api.send('DELETE', `/api/transactions/${id}`, { headers })).status).toBe(200)
      return id
    }
    const [own, taken] = [await rollBack({}), await rollBack({ 'holdfast-client': 'command' })]
    const noted = (await api.get('/api/activity'))
      .json<{ items: ActivityEntry[] }>()
      .items.filter(({ action }) => action.startsWith('transaction.'))
    expect(noted).toMatchObject([{ action: 'transaction.rolledBack', actor: { kind: 'person' }, target: { name: taken } }])
    expect(own).not.toBe(taken)
  })

  it('reads, writes, lists and commits', async () => {
    await api.post('/api/data', { key: 't:a', value: 1 })
    const id = await begin()
    const read = await api.post(`/api/transactions/${id}/get`, { keys: ['t:a', 't:b'] })
    expect(read.json()).toMatchObject({
      items: [
        { key: 't:a', value: 1, encoding: 'json' },
        { key: 't:b', version: null },
      ],
    })
    const staged = await api.post(`/api/transactions/${id}/write`, { operations: [put('t:b', 2), { op: 'delete', key: 't:a' }] })
    expect(staged.json()).toMatchObject({ id, reads: 2, writes: 2 })
    const listed = await api.post(`/api/transactions/${id}/scan`, { prefix: 't:' })
    expect(listed.json()).toMatchObject({ items: [{ key: 't:b', value: 2 }], next: null })
    expect((await api.get('/api/transactions')).json<{ items: object[] }>().items).toMatchObject([{ id }])
    expect((await api.get('/api/data/t:b')).status).toBe(404)
    const committed = await api.post(`/api/transactions/${id}/commit`, {})
    expect(committed.json()).toMatchObject({
      results: [
        { key: 't:b', status: 201 },
        { key: 't:a', status: 204 },
      ],
    })
    expect((await api.get('/api/data/t:b')).status).toBe(200)
    expect((await api.post(`/api/transactions/${id}/commit`, {})).json()).toMatchObject({ code: 'transaction_over' })
  })

  it('that lost a race is told which key, and wrote nothing', async () => {
    await api.post('/api/data', { key: 'r:a', value: 1 })
    const id = await begin()
    await api.post(`/api/transactions/${id}/get`, { keys: ['r:a'] })
    await api.post(`/api/transactions/${id}/write`, { operations: [put('r:b', 2)] })
    await api.post('/api/data', { key: 'r:a', value: 2 })
    const answer = await api.post(`/api/transactions/${id}/commit`, {})
    expect(answer.status).toBe(409)
    expect(answer.json()).toMatchObject({ code: 'transaction_conflict', key: 'r:a', retryable: true })
    expect((await api.get('/api/data/r:b')).status).toBe(404)
  })

  it('that is bound to its connection goes with it', async () => {
    const id = await new Promise<string>((resolve, reject) => {
      const asked = request({
        socketPath: started.host.socket,
        method: 'POST',
        path: '/api/transactions',
        headers: { 'content-type': 'application/json' },
      })
      asked.on('error', reject)
      asked.on('response', (answer) => {
        answer.setEncoding('utf8').on('data', (text: string) => {
          resolve((JSON.parse(text) as { id: string }).id)
          asked.destroy()
        })
      })
      asked.end('{"bound":true}')
    })
    const open = async () => (await api.get('/api/transactions')).json<{ items: { id: string }[] }>().items.map((one) => one.id)
    await expect.poll(open, { timeout: 5000 }).not.toContain(id)
  })

  it('refuses what it cannot take, and says what was expected', async () => {
    const id = await begin()
    const read = await api.post(`/api/transactions/${id}/write`, { operations: [{ op: 'get', key: 'a' }] })
    expect(read.json()).toMatchObject({ status: 400, code: 'invalid_request' })
    expect((await api.post('/api/transactions', { idleMs: 1 })).status).toBe(400)
    expect((await api.post('/api/transactions/nothing/commit', {})).status).toBe(409)
    expect((await api.send('DELETE', `/api/transactions/${id}`)).status).toBe(200)
  })
})

describe('a lock over HTTP', () => {
  it('fences writes of every kind', async () => {
    const held = (await api.post('/api/locks', { names: ['press 4'], owner: 'test' })).json<{ id: string; token: number }>()
    const fence = (token: number) => ({ 'Holdfast-Fence': `press%204=${token}` })
    const write = (token: number) => api.put('/api/data/f:a', 'x', fence(token))
    expect((await write(held.token)).status).toBe(201)
    expect((await api.post('/api/locks', { names: ['press 4'] })).json()).toMatchObject({
      status: 409,
      code: 'lock_taken',
      retryable: true,
    })
    expect((await api.get('/api/locks')).json()).toMatchObject({
      items: [{ names: ['press 4'], owner: 'test', waiting: 0, queue: [] }],
      next: null,
    })
    expect((await api.send('DELETE', `/api/locks/${held.id}`)).status).toBe(200)
    const stale = [{ lock: 'press 4', token: held.token }]
    expect((await write(held.token)).json()).toMatchObject({ status: 409, code: 'lock_lost', lock: 'press 4' })
    expect((await api.post('/api/batch', { operations: [put('f:b', 1)], fences: stale })).json()).toMatchObject({ code: 'lock_lost' })
    const id = await begin()
    await api.post(`/api/transactions/${id}/write`, { operations: [put('f:b', 1)] })
    expect((await api.post(`/api/transactions/${id}/commit`, { fences: stale })).json()).toMatchObject({ code: 'lock_lost' })
    expect((await api.send('DELETE', '/api/data/f:a', { headers: fence(held.token) })).json()).toMatchObject({ code: 'lock_lost' })
    expect((await api.put('/api/data/f:a', 'x', { 'Holdfast-Fence': 'press' })).status).toBe(400)
  })
})
