import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { type LoadedSettings, loadSettings } from '../../../src/main/config/index.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-config-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Loads a configuration with this content from a real file. */
export async function load(content: string | Uint8Array): Promise<LoadedSettings & { dataFolder: string }> {
  const dataFolder = await temporaryFolder()
  const file = join(dataFolder, 'holdfast.toml')
  await writeFile(file, content)
  return { ...(await loadSettings({ file, dataFolder })), dataFolder }
}

/** The lines that are reported for this content, without the file's folder: `LINE: key: what was expected`. */
export async function mistakesOf(content: string | Uint8Array): Promise<string[]> {
  try {
    await load(content)
    return []
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code !== 'config_invalid') throw error
    return error.message.split('\n').map((line) => line.replace(/^.*holdfast\.toml:/, ''))
  }
}
