import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A bug: in `file` (below src/main) the text `from`, which stands there exactly once, becomes `to`. */
export interface Plant {
  readonly file: string
  readonly from: string
  readonly to: string
}

/** Copies the program into `folder`, plants the bug in the copy and gives the script that serves. The program itself is not touched. */
export function plantedCopy(folder: string, { file, from, to }: Plant): string {
  mkdirSync(folder, { recursive: true })
  for (const name of ['src/main', 'src/contract', 'src/formats', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true })
  for (const name of ['node_modules', 'resources']) symlinkSync(join(root, name), join(folder, name))
  const path = join(folder, 'src/main', file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) {
    throw new Error(
      `The place of a planted bug has changed: src/main/${file} was to contain once:\n${from}\nPlant it where the code does this now.`,
    )
  }
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  return join(folder, 'src/main/serve.ts')
}
