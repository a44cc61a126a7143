import { execFile } from 'node:child_process'
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openBuiltStore } from '../built-store.ts'
import type { Row } from '../row.ts'
import { openHoldfast, openRawLmdb } from '../stores.ts'
import { keyOf, valuesOf } from '../workload.ts'

const records = 1_000_000

async function timed(work: () => Promise<() => Promise<unknown>>): Promise<number> {
  const startedAt = performance.now()
  const close = await work()
  const tookMs = performance.now() - startedAt
  await close()
  return tookMs
}

/** P22a */
export const cleanOpen: Row = {
  id: 'P22a',
  workload: 'open after a clean stop at a million keys, until the first record is read',
  peer: 'lmdb',
  unit: 'ms',
  goal: { atMostMore: 20 },
  async prepare(folder) {
    const values = valuesOf(1000, 100)
    const ours = join(folder, 'holdfast')
    const peers = join(folder, 'raw')
    await (await openBuiltStore(ours, records, (index) => values[index % 1000] as Buffer)).close()
    const raw = openRawLmdb(peers)
    for (let index = 0; index < records; index++) {
      const put = raw.records.put(keyOf(index), values[index % 1000] as Buffer)
      if (index % 20_000 === 19_999) await put
    }
    await raw.root.flushed
    await raw.root.close()
    return {
      ours: () =>
        timed(async () => {
          const store = await openHoldfast(ours)
          store.get(keyOf(7))
          return () => store.close()
        }),
      peers: () =>
        timed(async () => {
          const opened = openRawLmdb(peers)
          opened.records.get(keyOf(7))
          return () => opened.root.close()
        }),
      close: async () => {},
    }
  },
}

const writer = fileURLToPath(new URL('../killed-writer.ts', import.meta.url))
const writtenBytes = 30 * 1024 * 1024

const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / (1024 * 1024)

/** P22b: its peer is the copying of the same bytes; the goal is a rate of its own. */
export const replayAfterKill: Row = {
  id: 'P22b',
  workload: 'open after a kill with a full journal segment, 1 KiB records',
  peer: 'copying the segment',
  unit: 'MB/s',
  goal: { reaches: 100 },
  async prepare(folder) {
    const killed = join(folder, 'killed')
    await (await openHoldfast(killed)).close()
    await promisify(execFile)(process.execPath, [writer, killed, String(writtenBytes)]).catch((error: { signal?: string }) => {
      if (error.signal !== 'SIGKILL') throw error
    })
    return {
      ours: async (round) => {
        const copy = join(folder, `round-${round}`)
        cpSync(killed, copy, { recursive: true })
        const tookMs = await timed(async () => {
          const store = await openHoldfast(copy)
          if (store.figures().records < 1000) throw new Error('The journal was not replayed.')
          return () => store.close()
        })
        rmSync(copy, { recursive: true })
        return writtenBytes / 1_000_000 / (tookMs / 1000)
      },
      peers: async (round) => {
        const copy = join(folder, `copy-${round}`)
        const startedAt = performance.now()
        cpSync(join(killed, 'journal'), copy, { recursive: true })
        const tookMs = performance.now() - startedAt
        const copied = bytesIn(copy)
        rmSync(copy, { recursive: true })
        return (copied * 1.048576) / (tookMs / 1000)
      },
      close: async () => {},
    }
  },
}
