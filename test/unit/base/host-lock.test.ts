import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HostLock } from '../../../src/main/base/host-lock.ts'
import { writeHostRecord } from '../../../src/main/base/host-record.ts'

let folder: string
let children: ChildProcess[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-lock-'))
  await mkdir(join(folder, 'run'))
  children = []
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true })
})

const lockModule = new URL('../../../src/main/base/host-lock.ts', import.meta.url).href
const recordModule = new URL('../../../src/main/base/host-record.ts', import.meta.url).href
const script = `
const { HostLock } = await import(${JSON.stringify(lockModule)})
const { writeHostRecord } = await import(${JSON.stringify(recordModule)})
try {
  await HostLock.acquire(process.argv[1])
  await writeHostRecord(process.argv[1], { socket: null, url: null })
  console.log('locked')
  setInterval(() => {}, 1000)
} catch (error) {
  console.log(error.code + ' ' + error.details?.pid)
}`

/** Another process that tries to get the lock, and what it says. */
async function contender(): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = (await once(child.stdout as NonNullable<typeof child.stdout>, 'data')) as [Buffer]
  return { child, said: line.toString().trim() }
}

describe('the lock of a data folder', () => {
  it('is given to one of many that start at the same moment, and the others learn its pid', async () => {
    const all = await Promise.all(Array.from({ length: 6 }, contender))
    const winners = all.filter(({ said }) => said === 'locked')
    expect(winners).toHaveLength(1)
    for (const { said } of all) if (said !== 'locked') expect(said).toBe(`host_running ${winners[0]?.child.pid}`)
  })

  it('is held until it is released, also when nobody refers to it', async () => {
    const forgetful = `
const { HostLock } = await import(${JSON.stringify(lockModule)})
await HostLock.acquire(process.argv[1])
gc()
setTimeout(() => { gc(); console.log('collected') }, 10)
setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', forgetful, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
    await expect(HostLock.acquire(folder)).rejects.toMatchObject({ code: 'host_running' })
  })

  it('is free at once when its holder was killed', async () => {
    const { child, said } = await contender()
    expect(said).toBe('locked')
    child.kill('SIGKILL')
    await once(child, 'exit')
    const lock = await HostLock.acquire(folder)
    lock.release()
    expect((await readdir(folder)).sort()).toEqual(['lock', 'run'])
  })

  it('is not kept by a pid that another process has now', async () => {
    // What a killed host leaves; its pid belongs to this very process by now.
    await writeFile(join(folder, 'run', 'host.json'), JSON.stringify({ pid: process.pid, processStart: '1', socket: null, url: null }))
    const lock = await HostLock.acquire(folder)
    lock.release()
  })

  it('also keeps a second host of the same process out', async () => {
    const lock = await HostLock.acquire(folder)
    await writeHostRecord(folder, { socket: null, url: null })
    await expect(HostLock.acquire(folder)).rejects.toMatchObject({ code: 'host_running', details: { pid: process.pid } })
    await expect(contender()).resolves.toMatchObject({ said: `host_running ${process.pid}` })
    lock.release()
    await expect(contender()).resolves.toMatchObject({ said: 'locked' })
  })

  it('refuses a file that is no lock file, which stays', async () => {
    await writeFile(join(folder, 'lock'), 'x'.repeat(5000))
    await expect(HostLock.acquire(folder)).rejects.toMatchObject({
      code: 'foreign_folder',
      message: expect.stringContaining('delete that file'),
    })
    expect(await readFile(join(folder, 'lock'), 'utf8')).toHaveLength(5000)
  })
})
