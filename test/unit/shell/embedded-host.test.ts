import { expect, test } from 'vitest'
import type { HoldfastEvent } from '../../../src/contract/events.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { EmbeddedHost } from '../../../src/main/shell/embedded-host.ts'

function hostThat(dispatch: (name: string, input: unknown, context: { role: string; signal: AbortSignal }) => Promise<unknown>) {
  const listeners = new Set<(event: HoldfastEvent) => void>()
  const events = {
    subscribe(listener: (event: HoldfastEvent) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return { listeners, connection: new EmbeddedHost({ router: { dispatch }, events, log: silentLog, close: async () => {} }) }
}

const call = { requestId: 'r1' }

test('the window asks as administrator, and its signal reaches the work', async () => {
  const controller = new AbortController()
  const { connection } = hostThat(async (name, input, { role, signal }) => ({ name, input, role, same: signal === controller.signal }))
  const reply = await connection.invoke('records.get', { key: 'a' }, call, controller.signal)
  expect(reply).toEqual({ ok: true, value: { name: 'records.get', input: { key: 'a' }, role: 'admin', same: true } })
})

test('a refusal keeps its code, sentence and facts', async () => {
  const { connection } = hostThat(() => Promise.reject(new HoldfastError('precondition_failed', 'Changed.', { details: { key: 'a' } })))
  expect(await connection.invoke('records.put', {}, call)).toEqual({
    ok: false,
    error: { code: 'precondition_failed', message: 'Changed.', retryable: false, details: { key: 'a' } },
  })
})

test('an unexpected failure is told by an incident, without its internals', async () => {
  const { connection } = hostThat(() => Promise.reject(new Error('secret path /root/x')))
  const reply = await connection.invoke('status.get', {}, call)
  expect(reply).toMatchObject({ ok: false, error: { code: 'internal', incident: expect.any(String) } })
  expect(JSON.stringify(reply)).not.toContain('secret')
})

test('is connected from the first moment, and tells events until nobody listens', () => {
  const { connection, listeners } = hostThat(async () => ({}))
  const seen: unknown[] = []
  const stop = connection.subscribe(
    (event) => seen.push(event.id),
    (state) => seen.push(state),
  )
  for (const listener of listeners) listener({ id: 'b-1', event: 'jobs', data: {} })
  expect(seen).toEqual(['connected', 'b-1'])
  stop()
  expect(listeners.size).toBe(0)
})
