// Is the Electron binary here? `require('electron')` would try to download it, so its files are looked at instead.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { modernNode, root, say } from './project.mjs'

const attemptTimeoutMs = 60_000
const attemptFile = join(root, 'node_modules/.holdfast-electron-attempt')

function findBinary() {
  if (process.env.ELECTRON_EXEC_PATH) return process.env.ELECTRON_EXEC_PATH
  const elsewhere = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const pathFile = join(root, 'node_modules/electron/path.txt')
  // It is written last: without it the folder may hold half of what was to be unpacked.
  if (!existsSync(pathFile) && !elsewhere) return undefined
  const dist = elsewhere ?? join(root, 'node_modules/electron/dist')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : process.platform === 'win32' ? 'electron.exe' : 'electron'
  const binary = join(dist, name)
  return existsSync(binary) ? binary : undefined
}

/** One attempt for each lockfile, bounded in time: a machine without the network must not wait at every start. */
function tryInstallOnce() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (existsSync(attemptFile) && readFileSync(attemptFile, 'utf8') === lock) return
  say('Fetching Electron (one attempt, a minute at most) …')
  const environment = { ...process.env }
  delete environment.ELECTRON_SKIP_BINARY_DOWNLOAD
  spawnSync(modernNode(), [join(root, 'node_modules/electron/install.js')], {
    timeout: attemptTimeoutMs,
    stdio: 'ignore',
    env: environment,
  })
  writeFileSync(attemptFile, lock)
}

const hasDisplay = () =>
  process.platform === 'darwin' || process.platform === 'win32' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)

/**
 * `{ binary }` when the desktop app can open, else `{ reason }`: a sentence that says why not.
 */
export function electronHere() {
  if (process.getuid?.() === 0) return { reason: 'You are root, and Electron’s sandbox needs an ordinary user.' }
  if (!hasDisplay()) return { reason: 'This machine has no display.' }
  if (!findBinary()) tryInstallOnce()
  const binary = findBinary()
  return binary ? { binary } : { reason: 'The Electron binary is not installed and could not be fetched.' }
}

export { hasDisplay }
