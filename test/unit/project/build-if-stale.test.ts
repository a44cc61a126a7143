import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { smallProject } from './small-project.ts'

const builder = `
const { appendFileSync, existsSync, mkdirSync, writeFileSync } = require('node:fs')
appendFileSync('builds', 'x')
if (existsSync('cut-off')) process.kill(process.ppid, 'SIGKILL')
for (const folder of ['main', 'cli', 'client', 'preload', 'renderer']) mkdirSync('out/' + folder, { recursive: true })
for (const file of ['main/index.js', 'main/serve.js', 'main/backup-worker.js', 'cli/holdfast.js', 'client/index.js', 'preload/index.cjs', 'renderer/index.html']) writeFileSync('out/' + file, '')
`

const declarer = `
const { mkdirSync, writeFileSync } = require('node:fs')
mkdirSync('out/client/types/client', { recursive: true })
writeFileSync('out/client/types/client/index.d.ts', '')
`

const project = () =>
  smallProject({
    'electron.vite.config.ts': '',
    'src/main/index.ts': 'export {}',
    'node_modules/electron-vite/bin/electron-vite.js': builder,
    'node_modules/typescript/bin/tsc': declarer,
    'build/run.mjs': `import { buildIfStale } from './lib/project.mjs'\nawait buildIfStale()\n`,
  })

async function runIn(folder: string): Promise<number> {
  spawnSync(process.execPath, ['build/run.mjs'], { cwd: folder })
  return (await readFile(join(folder, 'builds'), 'utf8')).length
}

test('the bundles are built once, and again only when a source has changed', async () => {
  const { folder, write } = await project()
  expect(await runIn(folder)).toBe(1)
  expect(await runIn(folder)).toBe(1)
  await write('src/main/index.ts', 'export const changed = true')
  expect(await runIn(folder)).toBe(2)
})

test('a bundle that is gone is built again', async () => {
  const { folder } = await project()
  await runIn(folder)
  await rm(join(folder, 'out/cli'), { recursive: true })
  expect(await runIn(folder)).toBe(2)
  expect(existsSync(join(folder, 'out/cli/holdfast.js'))).toBe(true)
})

test('a build that was cut off is made again, also when the source is as it was', async () => {
  const { folder, write } = await project()
  await runIn(folder)
  await rm(join(folder, 'out/cli'), { recursive: true })
  await write('cut-off', '')
  await runIn(folder)
  await write('out/cli/holdfast.js', 'half of it')
  await rm(join(folder, 'cut-off'))
  expect(await runIn(folder)).toBe(3)
  expect(await readFile(join(folder, 'out/cli/holdfast.js'), 'utf8')).toBe('')
})
