// `npm test`: installs what is missing, then runs everything, in the order of what fails fastest. `npm test -- unit faults` runs only those stages.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { installDebianPackages } from './lib/debian.mjs'
import { buildIfStale, fail, installPackages, root, runTool, say } from './lib/project.mjs'

const suites = ['unit', 'conformance', 'integration', 'faults', 'e2e']
const stages = ['check', ...suites]
const mostLines = 30
const chosen = process.argv.slice(2)
const unknown = chosen.find((stage) => !stages.includes(stage))
if (unknown) fail(`There is no stage "${unknown}". The stages are: ${stages.join(', ')}.`, 2)

installPackages()
installDebianPackages()
await buildIfStale()

const reports = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
const totals = { passed: 0, failed: 0 }
const failures = []
for (const stage of stages) {
  if (chosen.length > 0 && !chosen.includes(stage)) continue
  say(`\n── ${stage} ──`)
  const startedAt = performance.now()
  if (stage === 'check') await runCheck()
  else await runSuite(stage)
  say(`${stage}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
}
rmSync(reports, { recursive: true, force: true })
for (const failure of failures) say(failure)
say(`\n${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1)

async function runCheck() {
  const { default: check } = await import('./check.mjs')
  const result = await check()
  totals.passed += result.passed
  totals.failed += result.failed
}

async function runSuite(name) {
  const report = join(reports, `${name}.json`)
  const code = await runTool('vitest/vitest.mjs', [
    'run',
    ...['--config', join(root, 'test/vitest.config.ts'), '--project', name],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  ])
  const { numPassedTests = 0, numFailedTests = 0, testResults = [] } = readReport(report)
  totals.passed += numPassedTests
  // A suite that could not be loaded has no failed tests of its own.
  totals.failed += numFailedTests === 0 && (code !== 0 || numPassedTests === 0) ? 1 : numFailedTests
  if (numFailedTests === 0 && code !== 0) failures.push(`${name} failed: an error outside of a test; look for "Unhandled Errors" above`)
  // Said again at the end: thousands of lines lie between a failure and the sum.
  for (const file of testResults)
    failures.push(...failuresOf(file).map((failure) => `${name} failed: ${relative(root, file.name)}: ${failure}`))
}

function failuresOf({ assertionResults, status, message }) {
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (failed.length === 0 && status === 'failed') return [reasonIn(message)]
  return failed.map((test) => `${test.fullName}: ${reasonIn(test.failureMessages[0])}`)
}

/** What a failure says, without where it was thrown. A finding of the fault tests has several lines, each needed. */
function reasonIn(text = '') {
  const lines = text.split('\n')
  const trace = lines.findIndex((line) => /^\s+at /.test(line))
  return lines
    .slice(0, trace < 0 ? mostLines : Math.min(trace, mostLines))
    .map((line) => line.slice(0, 500))
    .join('\n')
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
