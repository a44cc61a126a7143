// Starting the headless host from a script, and showing a person where it is.
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { request } from 'node:http'
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
  endWithScript(child)
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

const parentEveryMs = 500

/**
 * Asks the program to stop when the script is told to, from its first moment on. npm's shell does not pass a signal on: it dies and leaves the
 * script to the system. So losing the parent counts as a signal too.
 */
export function endWithScript(child) {
  const stop = () => child.kill('SIGTERM')
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, stop)
  const parent = process.ppid
  const timer = setInterval(() => process.ppid !== parent && stop(), parentEveryMs)
  timer.unref()
  child.on('close', () => {
    clearInterval(timer)
    for (const signal of signals) process.off(signal, stop)
  })
}

export const sayHowToStop = () => say('Press Ctrl+C to stop.')

/** The script ends with the host, and as it did. */
export function endWithHost(child) {
  child.on('close', (code) => process.exit(code ?? 1))
}

/** Says where the host is, opens a browser there, and says what a person should know. */
export async function presentHost({ url, token, socket }) {
  say(`Programs reach Holdfast at ${socket}`)
  if (url) {
    const address = `${url.replace(/\/$/, '')}/#token=${token}`
    say(`Open ${address}`)
    if (hasDisplay()) openBrowser(address, dirname(socket))
  }
  for (const notice of await noticesOf(socket)) say(`Note: ${notice}`)
}

/** What a person should know of the configuration; the host tells it to everybody who asks how it does. */
function noticesOf(socketPath) {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/api/status' }, async (answer) => {
      const { notices = [] } = parseLine((await answer.toArray()).join(''))
      resolve(notices.map(({ text }) => text))
    })
    asking.on('error', () => resolve([]))
    asking.end()
  })
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
