// `npm start`: installs what is missing, builds what is stale, opens the app; without Electron or a display it serves the same app to a browser.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { electronHere } from './lib/electron.mjs'
import { callersFolder, cli, endWithHost, endWithScript, parseLine, presentHost, sayHowToStop, startHost } from './lib/headless.mjs'
import { buildIfStale, environment, fail, installPackages, modernNode, root, say } from './lib/project.mjs'

const given = process.argv.slice(2)

installPackages()
await buildIfStale()
const electron = electronHere()
if (electron.binary) openDesktopApp(electron.binary)
else {
  say(`${electron.reason} Serving the same app to a browser instead.`)
  await serveHeadless()
}

function openDesktopApp(binary) {
  const app = spawn(binary, [root, ...given], { cwd: callersFolder, stdio: 'inherit', env: environment() })
  endWithScript(app)
  app.on('error', (error) => fail(`Electron could not be started: ${error.message}`))
  app.on('close', (code) => process.exit(code ?? 1))
}

async function serveHeadless() {
  let { child, answer } = await startHost(given)
  if (answer.code === 'port_taken' && !given.some((arg) => arg.startsWith('--http'))) {
    say(`${answer.detail} Taking a free port instead.`)
    ;({ child, answer } = await startHost([...given, '--http', '127.0.0.1:0']))
  }
  if (answer.code === 'host_running') return showRunningHost(answer)
  if (!answer.ready) fail(answer.detail ?? 'The host did not start.', child.exitCode ?? 1)
  endWithHost(child)
  await presentHost(answer)
  sayHowToStop()
}

/** Holdfast already runs on this data folder, which is no mistake of the person who typed `npm start`. */
async function showRunningHost(answer) {
  say(answer.detail)
  const dataAt = given.findIndex((arg) => arg === '--data' || arg.startsWith('--data='))
  const data = dataAt >= 0 ? given.slice(dataAt, dataAt + (given[dataAt] === '--data' ? 2 : 1)) : []
  const status = spawnSync(modernNode(), [cli, 'status', '--json', ...data], { cwd: callersFolder, encoding: 'utf8' })
  const { url, socket, dataFolder } = parseLine(status.stdout)
  if (socket) await presentHost({ url, socket, token: url && readFileSync(join(dataFolder, 'token'), 'utf8').trim() })
}
