import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Project {
  /** The folder that holds `package.json`, `out/` and `resources/`. */
  readonly root: string
  readonly version: string
}

/** Finds the program's own folder from where its code lies: `src/main`, `out/main`, or a chunk below it. */
export function findProject(from = dirname(fileURLToPath(import.meta.url))): Project {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = readManifest(folder)
    if (found !== undefined) return { root: folder, version: found }
    if (dirname(folder) === folder) throw new Error(`No package.json of Holdfast lies above ${from}.`)
  }
}

function readManifest(folder: string): string | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string }
    return name === 'holdfast' ? version : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
