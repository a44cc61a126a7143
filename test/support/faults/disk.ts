import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/**
 * Compiles disk.c once per version of it and gives the library's path. Throws with a sentence that says what to install: the tests
 * that lean on it cannot be skipped quietly.
 */
export function compiledDisk(): string {
  const texts = ['disk.c', 'disk-log.h'].map((name) => readFileSync(source(name)))
  const hash = createHash('sha256').update(Buffer.concat(texts)).digest('hex').slice(0, 16)
  const folder = join(tmpdir(), `holdfast-disk-${process.getuid?.() ?? 0}`)
  const library = join(folder, `disk-${hash}.so`)
  if (existsSync(library)) return library
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const unfinished = `${library}.${process.pid}`
  const done = spawnSync('cc', ['-O1', '-Wall', '-Wextra', '-shared', '-fPIC', '-o', unfinished, source('disk.c'), '-ldl', '-lpthread'])
  if (done.error) throw new Error('The fault tests need a C compiler: no `cc` was found. Install gcc and libc6-dev, then run them again.')
  if (done.status !== 0) throw new Error(`disk.c could not be compiled:\n${done.stderr}`)
  renameSync(unfinished, library)
  return library
}

export type DiskOperation =
  | 'create'
  | 'open'
  | 'write'
  | 'truncate'
  | 'rename'
  | 'link'
  | 'unlink'
  | 'mkdir'
  | 'sync'
  | 'sync-folder'
  | 'any'

/** What the disk is to do wrong. The rule acts `count` times (-1: always) after `skip` matches. `files` is a shell pattern for whole paths. */
export interface DiskRule {
  operation: DiskOperation
  action: 'fail' | 'short' | 'lie' | 'kill' | 'torn' | 'delay'
  /** `fail`: the errno; `delay`: microseconds. */
  number?: number
  skip?: number
  count?: number
  files: string
}

export const errnos = { EIO: 5, ENOSPC: 28 } as const

const rulesBytes = 65_536
const countersAt = 32_768

/** The rules file of one process, changed while it runs. */
export class DiskRules {
  readonly file: string
  #generation = 0

  constructor(file: string) {
    this.file = file
    this.#write(Buffer.alloc(rulesBytes), 0)
  }

  set(rules: readonly DiskRule[]): void {
    const lines = rules.map(({ operation, action, number = 0, skip = 0, count = -1, files }) =>
      [operation, action, number, skip, count, files].join(' '),
    )
    const text = Buffer.from(`${lines.join('\n')}\n\0`)
    if (text.length > countersAt - 8) throw new Error('There are more rules than fit.')
    this.#write(Buffer.alloc(rulesBytes - countersAt), countersAt)
    this.#write(text, 8)
    this.#generation++
    const generation = Buffer.alloc(4)
    generation.writeUInt32LE(this.#generation)
    this.#write(generation, 0)
  }

  /** How often the rule at `index` matched a call and how often it acted. */
  counts(index = 0): { matched: number; acted: number } {
    const file = openSync(this.file, 'r')
    const counters = Buffer.alloc(16)
    readSync(file, counters, 0, 16, countersAt + 16 * index)
    closeSync(file)
    return { matched: Number(counters.readBigUInt64LE(0)), acted: Number(counters.readBigUInt64LE(8)) }
  }

  #write(bytes: Buffer, at: number): void {
    const file = openSync(this.file, existsSync(this.file) ? 'r+' : 'w+')
    writeSync(file, bytes, 0, bytes.length, at)
    closeSync(file)
  }
}

/** The environment of a process whose calls on `folder` are recorded in `log` and disturbed by `rules`. `folder` is a real path. */
export function disturbed(options: { folder: string; log?: string; rules?: DiskRules }): Record<string, string> {
  return {
    LD_PRELOAD: compiledDisk(),
    UV_USE_IO_URING: '0',
    HOLDFAST_DISK_FOLDER: options.folder,
    ...(options.log !== undefined && { HOLDFAST_DISK_LOG: options.log }),
    ...(options.rules !== undefined && { HOLDFAST_DISK_RULES: options.rules.file }),
  }
}
