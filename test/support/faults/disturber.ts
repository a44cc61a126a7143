import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '../../../src/contract/index.ts'
import { ApiError } from './api-client.ts'
import type { HostProbe } from './host-probe.ts'
import type { HostProcess } from './host-process.ts'
import { unjudged } from './observe.ts'
import type { Chance } from './seeded.ts'
import type { SmallDisk } from './small-disk.ts'
import { sleep } from './troubled-host.ts'

export type Disturbance = 'encryption' | 'compression' | 'compaction' | 'import' | 'backup' | 'restore' | 'clock' | 'full-disk'

export interface DisturberDeps {
  readonly host: HostProcess
  readonly chance: Chance
  readonly problems: string[]
  readonly probe: HostProbe
  readonly disk: SmallDisk
  /** For files that the host reads and does not own. */
  readonly folder: string
  readonly kinds: readonly Disturbance[]
  /** How often each was begun. */
  readonly counts: Record<string, number>
}

const hourMs = 3_600_000
const importedLines = 2000
/** What a host says that is busy with the like, is full, or is on its way out. */
const expected = new Set(['conflict', 'stopping', 'disk_full', 'overloaded', 'read_only', 'interrupted', 'job_finished', 'not_found'])

/** Does to a host what people and machines do to it while programs work: one thing after another, what came least first. */
export class Disturber {
  readonly #deps: DisturberDeps
  readonly #done: Promise<void>
  #isStopping = false

  constructor(deps: DisturberDeps) {
    this.#deps = deps
    this.#done = this.#work()
  }

  /** The disk has room again when this resolves. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#done
  }

  async #work(): Promise<void> {
    const { chance, kinds, counts, host, problems } = this.#deps
    while (!this.#isStopping && !host.hasEnded) {
      const kind = kinds.toSorted((one, other) => (counts[one] ?? 0) - (counts[other] ?? 0))[0] as Disturbance
      counts[kind] = (counts[kind] ?? 0) + 1
      try {
        await this.#do(kind)
      } catch (error) {
        if (error instanceof ApiError && !expected.has(error.code)) problems.push(`${kind}: ${error}`)
        // Anything else is a connection that was cut: the host is gone.
      }
      await sleep(chance.whole(20, 300))
    }
  }

  async #do(kind: Disturbance): Promise<void> {
    const { host, chance, probe, disk, folder } = this.#deps
    switch (kind) {
      case 'encryption':
        return this.#follow(
          await host.client.json<Job>('POST', '/api/encryption', { action: chance.pick(['enable', 'disable', 'rotate']) }),
        )
      case 'compression':
        await host.client.json('PATCH', '/api/config', { changes: { 'database.lmdb.compression': chance.yes(0.5) } })
        return
      case 'compaction':
        return this.#follow(await host.client.json<Job>('POST', '/api/space/compaction', {}))
      case 'import': {
        const path = join(folder, `import-${chance.whole(1, 3)}.ndjson`)
        writeFileSync(path, Array.from({ length: importedLines }, (_, n) => `{"key":"${unjudged}job/${n}","value":${n}}\n`).join(''))
        return this.#follow(await host.client.json<Job>('POST', '/api/imports', { source: { kind: 'file', path, format: 'ndjson' } }))
      }
      case 'backup':
        return this.#follow(await host.client.json<Job>('POST', '/api/backups', {}))
      case 'restore':
        return this.#follow(await host.client.json<Job>('POST', '/api/backups/latest/restore', {}))
      case 'clock':
        return probe.jump(Math.floor((chance.next() - 0.5) * 4 * hourMs))
      case 'full-disk':
        disk.fill(chance.pick([0, 8 * 1024 * 1024]))
        await sleep(chance.whole(100, 600))
        return disk.free()
      default:
        return kind satisfies never
    }
  }

  async #follow(started: Job): Promise<void> {
    const { host, problems } = this.#deps
    let job = started
    while (job.state === 'queued' || job.state === 'running') {
      if (this.#isStopping) return
      await sleep(20)
      job = await host.client.json<Job>('GET', `/api/jobs/${job.id}`)
    }
    if (job.state === 'failed' && !expected.has(job.error?.code ?? '')) problems.push(`the job ${job.kind} failed: ${job.error?.detail}`)
  }
}
