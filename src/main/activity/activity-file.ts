import { appendFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { activityEntrySchema } from '../../contract/index.ts'
import { syncFolder } from '../base/durable-file.ts'
import type { Log } from '../base/log.ts'

const undoMeansSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('records'), records: z.number().int() }),
  z.object({ kind: z.literal('generation'), generation: z.string() }),
])

/** An entry as it is stored: with the means of its undo, whose state is found out when it is asked for. */
export const storedEntrySchema = activityEntrySchema.omit({ undo: true }).extend({ undo: undoMeansSchema.optional() })
export type StoredEntry = z.output<typeof storedEntrySchema>

const firstLine = '{"holdfast":"activity","format":1}\n'
const namePattern = /^activity-(\d{8})\.jsonl$/
const maxFileBytes = 1024 * 1024
const maxFiles = 8

/**
 * The entries on disk, docs/formats.md: files of at most a mebibyte, of which the newest eight are kept. A line is the CRC-32 of an entry in eight
 * hex digits, a blank, and the entry as JSON; a later line of the same id takes the place of an earlier one.
 */
export class ActivityFile {
  readonly #folder: string
  readonly #log: Log
  #number = 1
  #bytes = 0
  /** Whether the last line may be half a line. */
  #needsBreak = false

  constructor(deps: { folder: string; log: Log }) {
    this.#folder = deps.folder
    this.#log = deps.log
  }

  /** In the order of their first lines. Lines that cannot be understood are left out, and counted in the log. */
  async read(): Promise<StoredEntry[]> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const entries = new Map<string, StoredEntry>()
    let unreadable = 0
    for (const name of await this.#names()) {
      const text = await readFile(join(this.#folder, name), 'utf8')
      for (const line of text.split('\n')) {
        if (line === '' || `${line}\n` === firstLine) continue
        const entry = parseLine(line)
        if (entry === undefined) unreadable++
        else entries.set(entry.id, entry)
      }
      this.#number = numberOf(name)
      this.#bytes = Buffer.byteLength(text)
      this.#needsBreak = !text.endsWith('\n')
    }
    if (unreadable > 0) this.#log.warn({ lines: unreadable }, 'Lines of the activity list cannot be understood; they are left out')
    return [...entries.values()]
  }

  /** Durable when it resolves. */
  async append(entries: readonly StoredEntry[]): Promise<void> {
    const lines = entries.map(lineOf).join('')
    const bytes = Buffer.byteLength(lines)
    if (this.#bytes > 0 && this.#bytes + bytes > maxFileBytes) await this.#next()
    const path = join(this.#folder, nameOf(this.#number))
    const isNew = this.#bytes === 0
    const text = `${isNew ? firstLine : this.#needsBreak ? '\n' : ''}${lines}`
    this.#needsBreak = true
    await appendFile(path, text, { mode: 0o600 })
    await sync(path)
    if (isNew) await syncFolder(this.#folder)
    this.#needsBreak = false
    this.#bytes = (await stat(path)).size
  }

  async #next(): Promise<void> {
    this.#number++
    this.#bytes = 0
    this.#needsBreak = false
    for (const name of (await this.#names()).slice(0, -(maxFiles - 1))) await rm(join(this.#folder, name), { force: true })
  }

  async #names(): Promise<string[]> {
    return (await readdir(this.#folder)).filter((name) => namePattern.test(name)).sort()
  }
}

const nameOf = (number: number): string => `activity-${String(number).padStart(8, '0')}.jsonl`
const numberOf = (name: string): number => Number(namePattern.exec(name)?.[1])

const checkOf = (json: string): string => crc32(json).toString(16).padStart(8, '0')

function lineOf(entry: StoredEntry): string {
  const json = JSON.stringify(entry)
  return `${checkOf(json)} ${json}\n`
}

function parseLine(line: string): StoredEntry | undefined {
  const json = line.slice(9)
  if (checkOf(json) !== line.slice(0, 8)) return undefined
  try {
    return storedEntrySchema.safeParse(JSON.parse(json)).data
  } catch {
    return undefined
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r+')
  try {
    await handle.datasync()
  } finally {
    await handle.close()
  }
}
