import { realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { HoldfastError } from '../base/errors.ts'

/** Throws `invalid_request` for a path in one of the folders of the store, whatever links lead there. */
export async function refuseOwnFolders(path: string, folders: readonly string[]): Promise<void> {
  const target = await realPathOf(resolve(path))
  for (const folder of folders) {
    if (!isWithin(target, await realPathOf(resolve(folder)))) continue
    const sentence = `${path} lies in ${folder}, where the store itself is. Choose a folder outside of it.`
    throw new HoldfastError('invalid_request', sentence, { details: { field: 'path', path, folder } })
  }
}

/** Of what may not be there yet: the nearest folder that is, and the names behind it. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(await realPathOf(parent), basename(path))
  }
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way.split(/[\\/]/)[0] !== '..' && !isAbsolute(way))
}
