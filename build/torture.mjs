// `npm run torture -- [kill] [power] [everything] --rounds N --minutes M --seed S`: the engines of the fault tests for as long as asked. Each round of `kill` is a kill, each of
// `power` a recording with ten cuts, each of `everything` a life of a host in which all that there is happens at once. Without a limit it runs until the first finding or Ctrl+C; the seed that it prints brings everything back.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildIfStale, environment, fail, installPackages, modernNode, root } from './lib/project.mjs'

const usage = 'npm run torture -- [kill] [power] [everything] [--rounds N] [--minutes M] [--seed S]'
const { values, positionals } = readArguments()
const known = ['everything', 'kill', 'power']
const engines = positionals.length === 0 ? known : positionals
for (const engine of engines) if (!known.includes(engine)) fail(`There is no engine "${engine}". ${usage}`, 2)
const seed = wholeNumber('seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31)))
const limits = {
  rounds: values.rounds && wholeNumber('rounds', values.rounds),
  minutes: values.minutes && wholeNumber('minutes', values.minutes),
}

installPackages()
await buildIfStale()
const script = join(root, 'test/support/faults/torture.ts')
const child = spawn(modernNode(), [script, JSON.stringify({ engines, seed, ...limits })], {
  cwd: root,
  stdio: 'inherit',
  env: environment(),
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill('SIGTERM'))
child.on('close', (code) => process.exit(code ?? 1))

function readArguments() {
  const text = { type: 'string' }
  try {
    return parseArgs({ options: { rounds: text, minutes: text, seed: text }, allowPositionals: true })
  } catch (error) {
    return fail(`${error.message}\n${usage}`, 2)
  }
}

function wholeNumber(name, text) {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0 || number > 2 ** 31) fail(`--${name} takes a whole number. ${usage}`, 2)
  return number
}
