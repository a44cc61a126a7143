// `npm run bench`: rows in interleaved rounds against their peers. `--rows P3,P18`, `--rounds 5`; `--peers` adds those that need another program;
// `--write` puts the table into docs/performance.md.
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Outcome, type Row, runRow } from './row.ts'
import { rows } from './rows/index.ts'
import { type Result, tableOf, writeTable } from './table.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    peers: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('--rounds takes a whole number from 1.')
  process.exit(2)
}
const wanted = values.rows?.split(',')
const possible = rows.filter(({ needs }) => values.peers || needs === undefined)
const chosen = wanted ? possible.filter((row) => wanted.some((name) => row.id === name || row.id.replace(/[a-z]$/, '') === name)) : possible
if (chosen.length === 0) {
  console.error(`No such row. The rows are: ${rows.map(({ id, needs }) => (needs ? `${id} (with --peers)` : id)).join(', ')}.`)
  process.exit(2)
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
const results: Result[] = []
for (const row of chosen) {
  const outcome = await measured(row)
  results.push({ row, outcome })
  console.log(tableOf([{ row, outcome }]).split('\n').at(-1))
  remember(row, outcome)
}
console.log(`\n${tableOf(results)}`)
if (values.write) writeTable(results, { machine, commit, rounds })

async function measured(row: Row): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'))
  try {
    return await runRow(row, folder, rounds)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function remember(row: Row, { ours, peers, ratio, met }: Outcome): void {
  const line = {
    at: new Date().toISOString(),
    commit,
    machine,
    node: process.version,
    row: row.id,
    unit: row.unit,
    rounds,
    ours,
    peers,
    ratio,
    met,
  }
  appendFileSync(new URL('history.jsonl', import.meta.url), `${JSON.stringify(line)}\n`)
}
