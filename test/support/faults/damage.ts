import { createHash } from 'node:crypto'
import {
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Job } from '../../../src/contract/index.ts'
import { type ApiClient, dataPath } from './api-client.ts'
import { DiskRules, disturbed } from './disk.ts'
import { HostProcess } from './host-process.ts'
import { valueFor, valueId } from './values.ts'

/** A data folder with something at every kind of place: drained records, a backup, and three writes that only the journal holds. */
export interface DamageSample {
  readonly folder: string
  /** Every record, with the bytes that were stored. */
  readonly records: ReadonlyMap<string, Buffer>
  /** Written one after the other at the very end, not in the database. */
  readonly lastKeys: readonly string[]
  readonly backupId: string
  readonly backupFile: string
}

const drainedRecords = 400
const sizes = [40, 700, 3000, 20_000]

/** Makes the sample in `folder` by writing through the API and killing the host at its first write to the database after the last three puts. */
export async function makeDamageSample(folder: string, rulesFile: string): Promise<DamageSample> {
  const rules = new DiskRules(rulesFile)
  rules.set([])
  const dataFolder = folder
  // The tests look for values in the files as they were given.
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'holdfast.toml'), '[database.lmdb]\ncompression = false\n')
  const host = await HostProcess.start({ dataFolder, env: disturbed({ folder, rules }) })
  const records = new Map<string, Buffer>()
  for (let number = 0; number < drainedRecords; number++) {
    const value = valueFor(valueId('damage', 0, number, sizes[number % sizes.length] as number))
    records.set(`d/${String(number).padStart(4, '0')}`, value)
  }
  await Promise.all([...records].map(([key, value]) => put(host.client, key, value)))
  const job = await finishedJob(host.client, '/api/backups')
  rules.set([{ operation: 'write', action: 'kill', files: '*/data.mdb' }])
  const lastKeys = ['last/1', 'last/2', 'last/3']
  for (const [index, key] of lastKeys.entries()) {
    const value = valueFor(valueId('last', 0, index, 600))
    records.set(key, value)
    await put(host.client, key, value)
  }
  await host.ended
  const backupFile = readdirSync(join(folder, 'backups')).find((name) => name.endsWith('.hfb')) as string
  return { folder, records, lastKeys, backupId: String(job.result?.id), backupFile: join('backups', backupFile) }
}

async function put(client: ApiClient, key: string, value: Buffer): Promise<void> {
  const answer = await client.send('PUT', dataPath(key), value)
  if (answer.status !== 201) throw new Error(`PUT ${key} was answered ${answer.status}: ${answer.body}`)
}

/** Starts a job and waits for its end, whatever that is. */
export async function finishedJob(client: ApiClient, path: string): Promise<Job> {
  let job = await client.json<Job>('POST', path, {})
  while (job.state === 'queued' || job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, 10))
    job = await client.json<Job>('GET', `/api/jobs/${job.id}`)
  }
  return job
}

/** A copy of the sample that one test may damage. */
export function copyOf(sample: DamageSample, folder: string): string {
  rmSync(folder, { recursive: true, force: true })
  cpSync(sample.folder, folder, { recursive: true, filter: (path) => !path.endsWith('.sock') })
  return realpathSync(folder)
}

export function flipBit(file: string, offset: number, bit = 0): void {
  const descriptor = openSync(file, 'r+')
  const byte = Buffer.alloc(1)
  readSync(descriptor, byte, 0, 1, offset)
  byte.writeUInt8(byte.readUInt8(0) ^ (1 << bit))
  writeSync(descriptor, byte, 0, 1, offset)
  closeSync(descriptor)
}

/** Files that a start writes in any case, and that hold nothing of anybody: the host's own notes of what it did and measured among them. */
const passing = /(^|\/)(lock|lock\.mdb|lock-journal|jobs\.json|backups\.json|marks\.json)$|^(run|logs|activity|series)\//

/** The content of every file that holds somebody's data, as hashes. */
export function contents(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((name) => !passing.test(name))
  return new Map(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  )
}

/** What a client reads of every record: whole bytes, or the code of the refusal. Throws when bytes come that were never stored. */
export async function readAll(client: ApiClient, records: ReadonlyMap<string, Buffer>): Promise<Map<string, 'whole' | string>> {
  const outcomes = new Map<string, string>()
  for (const [key, value] of records) {
    const answer = await client.send('GET', dataPath(key))
    if (answer.status === 200 && !answer.body.equals(value)) throw new Error(`${key} was answered with bytes that nobody stored`)
    outcomes.set(key, answer.status === 200 ? 'whole' : (JSON.parse(answer.body.toString()) as { code: string }).code)
  }
  return outcomes
}
