import { execFile } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServedFolder, serveFolder } from './setup.ts'

const run = promisify(execFile)
let served: ServedFolder
/** A program of somebody else's that has Holdfast among its packages. */
let project: string

beforeAll(async () => {
  const { buildIfStale } = (await import(new URL('../../../build/lib/project.mjs', import.meta.url).href)) as {
    buildIfStale(): Promise<void>
  }
  await buildIfStale()
  served = await serveFolder()
  project = join(served.folder, 'run', 'project')
  await mkdir(join(project, 'node_modules', '@types'), { recursive: true })
  await symlink(process.cwd(), join(project, 'node_modules', 'holdfast'))
  for (const name of ['zod', '@types/node', 'undici-types'])
    await symlink(join(process.cwd(), 'node_modules', name), join(project, 'node_modules', name))
  await writeFile(join(project, 'package.json'), '{"type":"module"}')
  for (const page of pages) await writeFile(fileOf(page), await codeOf(page))
}, 300_000)
afterAll(() => served.close())

/** The code of a page, in its order: one program. */
async function codeOf(page: string): Promise<string> {
  const text = await readFile(page, 'utf8')
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1]).join('\n')
}

const pages = ['docs/client.md', 'README.md']
const fileOf = (page: string): string => join(project, `${page.replaceAll(/\W/g, '-')}.ts`)

it('the code of all pages compiles against the types of the built package', async () => {
  const strictness = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--types', 'node']
  const target = ['--module', 'nodenext', '--target', 'es2024', '--lib', 'es2024,esnext.disposable']
  const compiler = join(process.cwd(), 'node_modules/typescript/bin/tsc')
  await run(process.execPath, [compiler, ...strictness, ...target, ...pages.map(fileOf)], { cwd: project }).catch(
    ({ stdout }: { stdout: string }) => {
      throw new Error(stdout)
    },
  )
})

it.each(pages)('the code of %s does what the page says', async (page) => {
  const promised = [...(await codeOf(page)).matchAll(/\/\/ prints: (.*)$/gm)].flatMap((match) => (match[1] as string).split(', '))
  const environment = { ...process.env, HOLDFAST_DATA: served.folder, HOLDFAST_SOCKET: '' }
  const { stdout } = await run(process.execPath, [fileOf(page)], { env: environment })
  expect(promised.length).toBeGreaterThan(0)
  expect(stdout.trim().split('\n')).toEqual(promised)
})
