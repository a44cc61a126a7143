import { readFileSync, writeFileSync } from 'node:fs'
import type { Outcome, Row, Spread } from './row.ts'

export interface Result {
  readonly row: Row
  readonly outcome: Outcome
}

const file = new URL('../../docs/performance.md', import.meta.url)
/** The sections of the page that are written by runs, and the runs that write them. */
const sections = { table: 'npm run bench -- --peers --write', app: 'npm run bench -- --app --write' } as const

const figure = (value: number): string =>
  value >= 1000 ? Math.round(value).toLocaleString('en') : value >= 10 ? value.toFixed(1) : value.toFixed(3)
const times = ({ median, min, max }: Spread): string => `${median.toFixed(2)}× (${min.toFixed(2)}–${max.toFixed(2)})`
const more = ({ median, min, max }: Spread, unit: string): string =>
  `${median.toFixed(1)} ${unit} more (${min.toFixed(1)}–${max.toFixed(1)})`

function goalOf({ goal, unit }: Row): string {
  if ('atLeast' in goal) return `≥ ${goal.atLeast}×`
  if ('atMost' in goal) return `≤ ${goal.atMost}×`
  return 'atMostMore' in goal ? `≤ ${goal.atMostMore} ${unit} more` : `≥ ${goal.reaches} ${unit}`
}

/** The results as a Markdown table: median figures, and the median of paired ratios with its spread. */
export function tableOf(results: readonly Result[]): string {
  const lines = results.map(
    ({ row, outcome }) =>
      `| ${row.id} | ${row.workload} | ${figure(outcome.ours.median)} ${row.unit} | ${row.peer}: ${figure(outcome.peers.median)} | ${'atMostMore' in row.goal ? more(outcome.ratio, row.unit) : times(outcome.ratio)} | ${goalOf(row)} | ${outcome.met ? 'met' : '**missed**'} |`,
  )
  return ['| # | workload | Holdfast | peer | ratio (min–max) | goal | |', '|---|---|---|---|---|---|---|', ...lines].join('\n')
}

export function writeTable(results: readonly Result[], run: { machine: string; commit: string; rounds: number }): void {
  const caption = `${run.machine}, Node ${process.version}, commit ${run.commit}, ${run.rounds} interleaved rounds.`
  writeSection('table', `${caption}\n\n${tableOf(results)}`)
}

export function writeSection(name: keyof typeof sections, text: string): void {
  const page = readFileSync(file, 'utf8')
  const begin = `<!-- ${name}: begin (${sections[name]}) -->`
  const before = page.slice(0, page.indexOf(begin) + begin.length)
  const after = page.slice(page.indexOf(`<!-- ${name}: end -->`))
  writeFileSync(file, `${before}\n${text}\n${after}`)
}
