import { join } from 'node:path'
import type { Call } from '../call.ts'
import { exitCodes } from '../failure.ts'
import { print, printJson } from '../terminal.ts'

/** Mistakes are what was asked for: they go to the standard output, one a line. */
export async function checkConfig({ parsed, dataFolder, json, terminal }: Call): Promise<number> {
  // Imported only here: no other command needs the parser.
  const { loadSettings } = await import('../../main/config/index.ts')
  try {
    const { file, notices } = await loadSettings({ file: parsed.arguments[0] ?? null, dataFolder })
    if (json) printJson(terminal, { ok: true, file, mistakes: [], notices })
    else {
      const said = file === null ? `There is no ${join(dataFolder, 'holdfast.toml')}; all defaults hold.` : `${file}: no mistakes`
      print(terminal, [said, ...notices.map(({ text }) => text)].join('\n'))
    }
    return exitCodes.ok
  } catch (error) {
    if (!isConfigInvalid(error)) throw error
    if (json) printJson(terminal, { ok: false, code: error.code, detail: error.message, ...error.details })
    else print(terminal, error.message)
    return exitCodes.failed
  }
}

const isConfigInvalid = (error: unknown): error is Error & { code: string; details?: Record<string, unknown> } =>
  error instanceof Error && 'code' in error && error.code === 'config_invalid'
