// `npm run torture`: kills the host and cuts its power for as long as you like. `-- kill|power --rounds N --minutes M --seed S`.
import { parseArgs } from 'node:util'
import { killAllHosts } from '../test/support/faults/host-process.ts'
import { KillRun } from '../test/support/faults/kill-run.ts'
import { PowerRun } from '../test/support/faults/power-run.ts'
import { makeScratch } from '../test/support/faults/scratch.ts'
import { fail, say } from './lib/project.mjs'

const cutsPerRecording = 6
const runs = {
  kill: (folder, seed) => {
    const run = new KillRun({ folder, seed })
    return { run, round: () => run.round(), finish: () => run.finish() }
  },
  power: (folder, seed) => {
    const run = new PowerRun({ folder, seed })
    return { run, round: () => run.record(cutsPerRecording), finish: async () => {} }
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, minutes: { type: 'string' }, seed: { type: 'string' } },
})
const [kind = 'kill'] = positionals
if (!(kind in runs)) fail(`There is no torture "${kind}". There is: ${Object.keys(runs).join(', ')}.`, 2)
const seed = positive('seed', values.seed ?? String(Math.floor(Math.random() * 2 ** 31)))
const rounds = values.rounds === undefined ? Number.POSITIVE_INFINITY : positive('rounds', values.rounds)
const minutes =
  values.minutes === undefined ? (values.rounds === undefined ? 10 : Number.POSITIVE_INFINITY) : positive('minutes', values.minutes)
const endsAt = performance.now() + minutes * 60_000

say(`${kind}: seed ${seed}`)
const { run, round, finish } = runs[kind](makeScratch('torture'), seed)
try {
  for (let done = 0; done < rounds && performance.now() < endsAt; done++) {
    await round()
    if (done % 10 === 9) say(`${done + 1} rounds: ${JSON.stringify(run.figures)}`)
  }
  await finish()
  say(`Everything acknowledged was there: ${JSON.stringify(run.figures)}`)
} catch (error) {
  say(error.message)
  process.exitCode = 1
} finally {
  await killAllHosts()
  run.close()
}

function positive(name, text) {
  const number = Number(text)
  if (!(number > 0)) fail(`--${name} takes a number above 0.`, 2)
  return number
}
