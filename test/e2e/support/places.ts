import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../../..', import.meta.url))
export const mainBundle = join(projectRoot, 'out/main/index.js')
export const cliBundle = join(projectRoot, 'out/cli/holdfast.js')
export const screenshots = join(projectRoot, 'test/e2e/screenshots')

/** A place for one app: its data and its profile, gone with `remove`. Short, because a socket's path lies in it. */
export interface Place {
  dataFolder: string
  profile: string
  home: string
  remove(): void
}

export function makePlace(): Place {
  const home = mkdtempSync(join(tmpdir(), 'hf-e2e-'))
  return {
    home,
    dataFolder: join(home, 'data'),
    profile: join(home, 'profile'),
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  }
}

/** An environment in which nothing of the machine's own Holdfast is seen or touched. */
export const environmentOf = (place: Place): Record<string, string> => {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HOLDFAST_|XDG_|VITEST|NODE_)/.test(name))
  const own = { HOME: place.home, XDG_CONFIG_HOME: join(place.home, 'config'), XDG_DATA_HOME: join(place.home, 'share') }
  // With it a host starts in half the time.
  const compiled = { NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-compile-cache') }
  return { ...(Object.fromEntries(inherited) as Record<string, string>), ...own, ...compiled }
}
