import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileDurably } from './durable-file.ts'

/** What the running host tells of itself in `run/host.json`, for a second one and for clients that look for it. */
const hostRecordSchema = z.object({
  pid: z.number().int().positive(),
  /** When the process began, as the system counts; tells a reused pid from the host. Null where the system does not say. */
  processStart: z.string().nullable(),
  /** Null until the host listens. */
  socket: z.string().nullable(),
  url: z.string().nullable(),
})
export type HostRecord = z.infer<typeof hostRecordSchema>

const fileOf = (folder: string): string => join(folder, 'run', 'host.json')

/** Written by the holder of the lock only. The folder `run` exists. */
export async function writeHostRecord(folder: string, doors: { socket: string | null; url: string | null }): Promise<void> {
  const record: HostRecord = { pid: process.pid, processStart: await processStart(process.pid), ...doors }
  await writeFileDurably(fileOf(folder), `${JSON.stringify(record)}\n`)
}

export const removeHostRecord = (folder: string): Promise<void> => rm(fileOf(folder), { force: true })

const attempts = 40
const pauseMs = 50

/**
 * The record of the host that holds the lock at this moment. It writes it right after it got the lock, so a record of a process that is no
 * more means: wait a little. Undefined when none comes within two seconds.
 */
export async function readLiveHostRecord(folder: string): Promise<HostRecord | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const record = await lookForHostRecord(folder)
    if (record !== undefined) return record
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  return undefined
}

/** The record of the host that runs on the folder, without waiting for one that is about to. */
export async function lookForHostRecord(folder: string): Promise<HostRecord | undefined> {
  const record = await readHostRecord(folder)
  const lives = record !== undefined && record.processStart === (await processStart(record.pid)) && isAlive(record.pid)
  return lives ? record : undefined
}

async function readHostRecord(folder: string): Promise<HostRecord | undefined> {
  try {
    return hostRecordSchema.safeParse(JSON.parse(await readFile(fileOf(folder), 'utf8'))).data
  } catch {
    // Absent, or not of this version: then nothing is known.
    return undefined
  }
}

/** Field 22 of `/proc/PID/stat`: ticks since boot. The name in field 2 may hold spaces and brackets, so counting begins behind it. */
async function processStart(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
