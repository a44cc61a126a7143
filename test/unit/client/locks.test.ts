import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { Caller } from '../../../src/client/caller.ts'
import { Locks } from '../../../src/client/locks.ts'
import { usualRetry } from '../../../src/client/retry.ts'
import { Transport } from '../../../src/client/transport.ts'

/** A host that grants a lock after `waitedMs` in its queue, and whose answer takes `lateMs` to arrive. */
async function grantingHost(clock: { ms: number }, { waitedMs, lateMs }: { waitedMs: number; lateMs: number }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-locks-'))
  const facts = { names: ['a'], mode: 'exclusive', owner: '', token: 7, leaseMs: 1000, acquiredAt: '', expiresAt: '' }
  const server = createServer((_, response) => {
    clock.ms += waitedMs + lateMs
    response.end(JSON.stringify({ id: crypto.randomUUID(), ...facts, waitedMs }))
  })
  const socket = join(folder, 'socket')
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  onTestFinished(async () => {
    server.close()
    server.closeAllConnections()
    await rm(folder, { recursive: true })
  })
  return socket
}

it('a lock is not taken to be held for longer than the host holds it, however long it waited there and the answer was on its way', async () => {
  const clock = { ms: 500 }
  const socket = await grantingHost(clock, { waitedMs: 3000, lateMs: 800 })
  const transport = new Transport({ place: async () => ({ socket }), silenceMs: 5000, maxConnections: 1 })
  onTestFinished(() => transport.close())
  const caller = new Caller({ transport, policy: usualRetry, random: Math.random })
  const lock = await new Locks({ caller, now: () => clock.ms }).acquire(['a'], { leaseMs: 1000, waitMs: 5000 })
  expect(lock.isHeld).toBe(true)
  clock.ms = 500 + 3000 + 1000
  expect(lock.isHeld).toBe(false)
  await lock.release()
})
