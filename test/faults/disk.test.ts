import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DiskRule, DiskRules, disturbed, errnos } from '../support/faults/disk.ts'
import { type DiskRecord, readDiskLog } from '../support/faults/disk-log.ts'
import { PoweredFolder } from '../support/faults/power-loss.ts'
import { differences } from '../support/faults/recording.ts'
import { Chance } from '../support/faults/seeded.ts'

let scratch: string
let folder: string
beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-disk-test-')))
  folder = join(scratch, 'watched')
  execFileSync('mkdir', [folder])
})
afterEach(() => rmSync(scratch, { recursive: true, force: true }))

const log = () => join(scratch, 'disk.log')
const records = () => readDiskLog(readFileSync(log()))
const lmdbPath = fileURLToPath(import.meta.resolve('lmdb'))

function runNode(script: string, rules?: DiskRules) {
  const env = { ...process.env, ...disturbed({ folder, log: log(), ...(rules && { rules }) }) }
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, env, encoding: 'utf8' })
}

function withRules(...list: DiskRule[]): DiskRules {
  const rules = new DiskRules(join(scratch, 'rules'))
  rules.set(list)
  return rules
}

const counted = (kind: DiskRecord['kind']) => records().filter((record) => record.kind === kind).length

/** Plays the log up to `end` over the folder as it was and gives what a power loss would leave. */
function afterPowerLoss(before: PoweredFolder, keep: number, seed = 1, until = (_: DiskRecord) => false): string {
  for (const record of records()) {
    if (until(record)) break
    before.apply(record)
  }
  const target = join(scratch, `after-${keep}-${seed}`)
  before.rebuild(target, { unitBytes: 4096, keep }, new Chance(seed))
  return target
}

const powered = (names: 'posix' | 'ext4' = 'posix') => new PoweredFolder(folder, names, new Chance(1))

describe('the recorder of the disk', () => {
  it('sees every way in which Node writes, and gives back the same folder', () => {
    const before = powered()
    const done = runNode(`
      import fs from 'node:fs'
      import { open, writeFile, copyFile, appendFile, rm, mkdir, rename, link } from 'node:fs/promises'
      const bytes = (n, fill) => Buffer.alloc(n, fill)
      fs.writeFileSync('sync', 'one'); fs.appendFileSync('sync', 'two'); fs.truncateSync('sync', 4)
      await writeFile('async', bytes(100_000, 7)); await appendFile('async', 'end'); await copyFile('async', 'copy')
      const handle = await open('handle', 'w+')
      await handle.write(bytes(5000, 1), 0, 5000, 9000); await handle.writev([bytes(10, 2), bytes(20, 3)], 100)
      await handle.writev([bytes(10, 4)]); await handle.truncate(20_000); await handle.datasync(); await handle.close()
      fs.createWriteStream('stream').end(bytes(300_000, 9))
      await mkdir('deep/er', { recursive: true }); await writeFile('deep/er/file', 'x'); await rename('deep/er/file', 'deep/moved')
      await link('deep/moved', 'linked'); await writeFile('gone', 'x'); await rm('gone'); await mkdir('away'); await rm('away', { recursive: true })
      const twice = fs.openSync('overwritten', 'w'); fs.writeSync(twice, 'long text', 0); fs.ftruncateSync(twice, 2); fs.writeSync(twice, 'z', 5)
    `)
    expect(done).toMatchObject({ status: 0, stderr: '' })
    expect(differences(folder, afterPowerLoss(before, 1))).toEqual([])
  })

  it('sees every write of LMDB', () => {
    const before = powered()
    const done = runNode(`
      import { open } from ${JSON.stringify(lmdbPath)}
      const root = open({ path: 'db', pageSize: 8192, overlappingSync: true, safeRestore: true })
      const table = root.openDB('records', { encoding: 'binary' })
      for (let round = 0; round < 30; round++)
        await table.batch(() => { for (let i = 0; i < 200; i++) table.put('key' + ((round * 37 + i) % 900), Buffer.alloc(50 + round * 300, round)) })
      await root.flushed
      process.kill(process.pid, 'SIGKILL')
    `)
    expect(done.signal).toBe('SIGKILL')
    expect(counted('sync-done')).toBeGreaterThan(0)
    expect(differences(folder, afterPowerLoss(before, 1))).toEqual([])
  })

  it('drops what no sync has covered, and keeps what one has', () => {
    const before = powered()
    runNode(`
      import fs from 'node:fs'
      const file = fs.openSync('file', 'w'); fs.writeSync(file, 'synced.'); fs.fdatasyncSync(file); fs.writeSync(file, 'not synced.')
      const folder = fs.openSync('.', 'r'); fs.fsyncSync(folder)
      const named = fs.openSync('unnamed', 'w'); fs.writeSync(named, 'x'); fs.fsyncSync(named)
    `)
    const left = afterPowerLoss(before, 0)
    expect(readFileSync(join(left, 'file'), 'utf8')).toBe('synced.')
    // Its bytes are safe, but the folder that names it was not synced.
    expect(readdirSync(left)).toEqual(['file'])
  })

  it('keeps the name of a synced file when the file system is ext4', () => {
    const before = powered('ext4')
    runNode(`import fs from 'node:fs'; const file = fs.openSync('file', 'w'); fs.writeSync(file, 'x'); fs.fsyncSync(file)`)
    expect(readdirSync(afterPowerLoss(before, 0))).toEqual(['file'])
  })

  it('keeps some pages of an unsynced write and loses others', () => {
    const before = powered()
    runNode(`
      import fs from 'node:fs'
      const file = fs.openSync('file', 'w'); fs.writeSync(file, Buffer.alloc(64 * 4096, 1)); fs.fsyncSync(file); fs.fsyncSync(fs.openSync('.', 'r'))
      fs.writeSync(file, Buffer.alloc(64 * 4096, 2), 0, 64 * 4096, 0)
    `)
    const content = readFileSync(join(afterPowerLoss(before, 0.5), 'file'))
    const pages = Array.from({ length: 64 }, (_, page) => new Set(content.subarray(page * 4096, (page + 1) * 4096)))
    expect(pages.every((values) => values.size === 1)).toBe(true)
    expect(pages.filter((values) => values.has(1)).length).toBeGreaterThan(5)
    expect(pages.filter((values) => values.has(2)).length).toBeGreaterThan(5)
  })

  it('treats a sync as covering only what was written before it began', () => {
    const before = powered()
    runNode(
      `import fs from 'node:fs'; const f = fs.openSync('file', 'w'); fs.writeSync(f, 'a'); fs.fsyncSync(f); fs.fsyncSync(fs.openSync('.', 'r'))`,
    )
    const left = afterPowerLoss(before, 0, 1, (record) => record.kind === 'sync-done')
    expect(readdirSync(left)).toEqual([])
  })

  it('does not let a later sync bring back what a failed one has lost', () => {
    const rules = withRules({ operation: 'sync', action: 'fail', number: errnos.EIO, count: 1, skip: 1, files: '*' })
    runNode(
      `import fs from 'node:fs'
      const file = fs.openSync('file', 'w'); fs.writeSync(file, Buffer.alloc(64 * 4096, 1)); fs.fsyncSync(file); fs.fsyncSync(fs.openSync('.', 'r'))
      fs.writeSync(file, Buffer.alloc(64 * 4096, 2), 0, 64 * 4096, 0)
      try { fs.fsyncSync(file) } catch {}
      fs.fsyncSync(file)`,
      rules,
    )
    rmSync(join(folder, 'file'))
    const content = readFileSync(join(afterPowerLoss(powered(), 1), 'file'))
    expect(new Set(content)).toEqual(new Set([1, 2]))
  })

  it('does not take a sync that lied for one', () => {
    const before = powered('ext4')
    const rules = withRules({ operation: 'sync', action: 'lie', files: '*/file' })
    const done = runNode(`import fs from 'node:fs'; const f = fs.openSync('file', 'w'); fs.writeSync(f, 'a'); fs.fsyncSync(f)`, rules)
    expect(done.status).toBe(0)
    expect(readdirSync(afterPowerLoss(before, 0))).toEqual([])
  })
})

describe('the injector of disk errors', () => {
  it('fails exactly the calls that its rule names', () => {
    const rules = withRules({ operation: 'sync', action: 'fail', number: errnos.EIO, skip: 1, count: 2, files: '*.log' })
    const done = runNode(
      `import fs from 'node:fs'
      const file = fs.openSync('a.log', 'w'), other = fs.openSync('b', 'w')
      for (const f of [file, other, file, other, file, file]) try { fs.fdatasyncSync(f); console.log('ok') } catch (error) { console.log(error.code) }`,
      rules,
    )
    expect(done.stdout.trim().split('\n')).toEqual(['ok', 'ok', 'EIO', 'ok', 'EIO', 'ok'])
    expect(rules.counts()).toEqual({ matched: 4, acted: 2 })
  })

  it('fails a write for want of space, cuts another short, and kills in the middle of a third', () => {
    const rules = withRules(
      { operation: 'write', action: 'fail', number: errnos.ENOSPC, count: 1, files: '*/full' },
      { operation: 'write', action: 'short', count: 1, files: '*/short' },
      { operation: 'write', action: 'torn', files: '*/torn' },
    )
    const done = runNode(
      `import fs from 'node:fs'
      try { fs.writeFileSync('full', 'x') } catch (error) { console.log(error.code) }
      console.log(fs.writeSync(fs.openSync('short', 'w'), 'four'))
      fs.writeSync(fs.openSync('torn', 'w'), Buffer.alloc(2048)); console.log('never')`,
      rules,
    )
    expect(done.stdout.trim().split('\n')).toEqual(['ENOSPC', '4'])
    // libuv wrote the other half with a second call.
    expect(rules.counts(1)).toEqual({ matched: 2, acted: 1 })
    expect(done.signal).toBe('SIGKILL')
    expect(statSync(join(folder, 'torn')).size).toBe(1024)
  })

  it('takes new rules while the process runs', () => {
    const rules = withRules()
    const done = runNode(
      `import fs from 'node:fs'
      const file = fs.openSync('file', 'w'); fs.fsyncSync(file)
      const control = fs.openSync(${JSON.stringify(rules.file)}, 'r+')
      fs.writeSync(control, 'sync fail 5 0 -1 *\\n\\0', 8); fs.writeSync(control, Buffer.from([99, 0, 0, 0]), 0, 4, 0)
      try { fs.fsyncSync(file) } catch (error) { console.log(error.code) }`,
      rules,
    )
    expect(done.stdout.trim()).toBe('EIO')
  })
})
