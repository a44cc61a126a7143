// `npm run bundles`: how large the user interface is; fails when what the first paint waits for has grown. `-- --write` puts the table into docs/performance.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bundleFaults, entryBudgetBytes, measureBundles } from './lib/bundles.mjs'
import { buildIfStale, fail, installPackages, root, say } from './lib/project.mjs'

const begin = '<!-- bundles: begin (npm run bundles -- --write) -->'
const end = '<!-- bundles: end -->'
const shownLater = 6

installPackages()
await buildIfStale()
const measured = measureBundles()
const table = tableOf(measured)
say(table)
if (process.argv.includes('--write')) write(join(root, 'docs/performance.md'))
const faults = bundleFaults(measured)
if (faults.length > 0) fail(faults.join('\n'))

function tableOf({ scripts, styles, later }) {
  const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`
  const row = (name, { bytes, gzipBytes }) => `| ${name} | ${kib(bytes)} | ${kib(gzipBytes)} |`
  return [
    '| loaded | size | after gzip |',
    '|---|---|---|',
    row(`scripts before the first paint (at most ${kib(entryBudgetBytes)} after gzip)`, scripts),
    row('styles before the first paint', styles),
    // The hash in a name changes with every build.
    ...later.slice(0, shownLater).map((file) => row(`later: ${file.name.replace(/^assets\/|-[\w-]{8}(?=\.)/g, '')}`, file)),
  ].join('\n')
}

function write(file) {
  const text = readFileSync(file, 'utf8')
  const [start, stop] = [text.indexOf(begin), text.indexOf(end)]
  if (start === -1 || stop === -1) fail(`${relative(root, file)} has no place for the table of bundles.`)
  writeFileSync(file, `${text.slice(0, start + begin.length)}\n${table}\n${text.slice(stop)}`)
}
