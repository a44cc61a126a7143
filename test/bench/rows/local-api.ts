import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Row } from '../row.ts'
import { endServer, startServer } from '../server.ts'

const script = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const inFlight = 64
const durationMs = 2500

async function load(socketPath: string, method: 'GET' | 'PUT', round: number, forMs = durationMs): Promise<number> {
  const args = [script('../http-load.ts'), socketPath, method, String(inFlight), String(forMs), String(round + 1)]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  const { perSecond, failed } = JSON.parse(stdout) as { perSecond: number; failed: number }
  if (failed > 0) throw new Error(`${failed} requests failed`)
  return perSecond
}

const rowFor = (id: string, method: 'GET' | 'PUT', workload: string, atLeast: number): Row => ({
  id,
  workload,
  peer: 'bare node:http',
  unit: 'operations/s',
  goal: { atLeast },
  async prepare(folder) {
    mkdirSync(folder, { recursive: true })
    const ourSocket = join(folder, 'ours.sock')
    const peerSocket = join(folder, 'peer.sock')
    const serve = [script('../../../src/main/serve.ts'), '--data', join(folder, 'data'), '--socket', ourSocket, '--http', 'off', '--json']
    const servers = [await startServer(serve), await startServer([script('../bare-http.ts'), peerSocket])]
    // Every key that a get asks for must be there: enough puts to write the 10,000 keys on both sides.
    await load(ourSocket, 'PUT', 0, 4000)
    await load(peerSocket, 'PUT', 0, 4000)
    return {
      ours: (round) => load(ourSocket, method, round),
      peers: (round) => load(peerSocket, method, round),
      close: async () => {
        await Promise.all(servers.map(endServer))
      },
    }
  },
})

export const localGet = rowFor('P18a', 'GET', `local API over the socket, ${inFlight} in flight: get of 1 KiB`, 0.8)
export const localPut = rowFor('P18b', 'PUT', `local API over the socket, ${inFlight} in flight: durable put of 1 KiB`, 0.5)
