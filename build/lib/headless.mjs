// Starting the headless host from a script, and showing a person where it is.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasDisplay } from './electron.mjs'
import { modernNode, root, say } from './project.mjs'

export const cli = join(root, 'out/cli/holdfast.js')

/** Where the person typed the command: npm itself changes to the project's folder. */
export const callersFolder = process.env.INIT_CWD ?? root

export function parseLine(line) {
  try {
    return JSON.parse(line)
  } catch {
    return { ready: false, detail: line.trim() || undefined }
  }
}

/** Starts `holdfast serve` and resolves with the one line that it says when it takes requests or has refused to start. */
export function startHost(args) {
  // A group of its own: Ctrl+C in the terminal reaches only the script, which then asks the host to stop, once.
  const child = spawn(modernNode(), [cli, 'serve', '--json', ...args], {
    cwd: callersFolder,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  return new Promise((resolve) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      const end = text.indexOf('\n')
      if (end < 0) return
      const answer = parseLine(text.slice(0, end))
      if (answer.ready) resolve({ child, answer })
    })
    child.on('close', () => resolve({ child, answer: parseLine(text) }))
  })
}

/** Passes the script's end on to the host, and the host's end on to the script. */
export function stopWithSignals(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'))
  child.on('close', (code) => process.exit(code ?? 1))
}

export function presentHost({ url, token, socket }) {
  say(`Programs reach Holdfast at ${socket}`)
  if (url) {
    const address = `${url.replace(/\/$/, '')}/#token=${token}`
    say(`Open ${address}`)
    if (hasDisplay()) openBrowser(address, dirname(socket))
  }
  say('Press Ctrl+C to stop.')
}

/** The address holds the token and a command line can be read by others on the machine; so the browser is pointed at a private file. */
function openBrowser(address, privateFolder) {
  const page = join(privateFolder, 'open.html')
  writeFileSync(page, `<!doctype html><meta http-equiv="refresh" content="0;url=${address}">`, { mode: 0o600 })
  const opener = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer' : 'xdg-open'
  spawn(opener, [pathToFileURL(page).href], { stdio: 'ignore', detached: true })
    .on('error', () => say('No browser could be opened; open the address by hand.'))
    .unref()
}
