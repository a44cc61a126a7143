import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'

const realScripts = fileURLToPath(new URL('../../../build/lib', import.meta.url))

/** A project folder with the real scripts and whatever files are wanted; installing and building are small programs in it. */
export async function smallProject(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-project-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  await cp(realScripts, join(folder, 'build/lib'), { recursive: true })
  for (const [name, text] of Object.entries({ 'package-lock.json': '{}', ...files })) await write(name, text)
  const script = <T>(name: string): Promise<T> => import(pathToFileURL(join(folder, 'build/lib', name)).href) as Promise<T>
  return { folder, write, script }
}
