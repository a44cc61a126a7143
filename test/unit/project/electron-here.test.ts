import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { smallProject } from './small-project.ts'

type Here = { binary: string } | { reason: string }

/** Counts the attempts; like the real one it says nothing and may leave half of a binary. */
const installer = `
const { appendFileSync, mkdirSync, writeFileSync } = require('node:fs')
appendFileSync(__dirname + '/attempts', 'x')
mkdirSync(__dirname + '/dist', { recursive: true })
writeFileSync(__dirname + '/dist/electron', 'half')
`

async function project(files: Readonly<Record<string, string>> = {}) {
  const { folder, write, script } = await smallProject({ 'node_modules/electron/install.js': installer, ...files })
  const { electronHere } = await script<{ electronHere(): Here }>('electron.mjs')
  const attempts = async () => (await readFile(join(folder, 'node_modules/electron/attempts'), 'utf8').catch(() => '')).length
  return { folder, write, electronHere, attempts }
}

beforeEach(() => {
  vi.spyOn(process, 'getuid').mockReturnValue(1000)
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  for (const name of ['ELECTRON_EXEC_PATH', 'ELECTRON_OVERRIDE_DIST_PATH', 'WAYLAND_DISPLAY']) vi.stubEnv(name, undefined)
  vi.stubEnv('DISPLAY', ':0')
  return () => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  }
})

test('the binary is fetched in one attempt, which is remembered until the lockfile changes', async () => {
  const { write, electronHere, attempts } = await project()
  for (let start = 0; start < 3; start++) expect(electronHere()).toEqual({ reason: expect.stringContaining('could not be fetched') })
  expect(await attempts()).toBe(1)
  await write('package-lock.json', '{"other":true}')
  electronHere()
  expect(await attempts()).toBe(2)
})

test('half of a binary, which an attempt left that ran out of time, is not opened', async () => {
  const { electronHere } = await project({ 'node_modules/electron/dist/electron': 'half' })
  expect(electronHere()).toHaveProperty('reason')
})

test('a binary that is there is opened, and nothing is fetched', async () => {
  const { folder, electronHere, attempts } = await project({
    'node_modules/electron/dist/electron': '',
    'node_modules/electron/path.txt': 'electron',
  })
  expect(electronHere()).toEqual({ binary: join(folder, 'node_modules/electron/dist/electron') })
  expect(await attempts()).toBe(0)
})

test('root never opens it, and a machine without a display never fetches it', async () => {
  const { electronHere, attempts } = await project()
  vi.stubEnv('DISPLAY', undefined)
  if (process.platform === 'linux') expect(electronHere()).toEqual({ reason: 'This machine has no display.' })
  vi.mocked(process.getuid as () => number).mockReturnValue(0)
  expect(electronHere()).toEqual({ reason: expect.stringContaining('You are root') })
  expect(await attempts()).toBe(0)
})
