// `npm run dev`: the app while it is being worked on. With Electron: hot reload. Without: the host is rebuilt and restarted when a source changes.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { electronHere } from './lib/electron.mjs'
import { buildIfStale, environment, installPackages, modernNode, root, runTool, say } from './lib/project.mjs'

const settleMs = 200
const given = process.argv.slice(2)

installPackages()
const electron = electronHere()
if (electron.binary) process.exit(await runTool('electron-vite/bin/electron-vite.js', ['dev', '--watch', '--', ...given]))

say(`${electron.reason} Serving to a browser; reload the page after a change.`)
await buildIfStale()
let host = startHost()
let pending
watch(join(root, 'src'), { recursive: true }, () => {
  clearTimeout(pending)
  pending = setTimeout(rebuild, settleMs)
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop().then(() => process.exit(0)))

function startHost() {
  return spawn(modernNode(), [join(root, 'out/cli/holdfast.js'), 'serve', ...given], {
    cwd: root,
    stdio: 'inherit',
    env: environment(),
    detached: true,
  })
}

function stop() {
  if (host.exitCode !== null) return Promise.resolve()
  host.kill('SIGTERM')
  return new Promise((resolve) => host.on('close', resolve))
}

async function rebuild() {
  const code = await runTool('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn'])
  if (code !== 0) return say('The build failed; the host goes on with what was built before.')
  await stop()
  host = startHost()
}
