// Checks the floors with dependency-cruiser, and that every rule can fail: a run that reads no modules, or whose rules match nothing, passes on nothing.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import { rules } from './floors.mjs'
import { root, say } from './lib/project.mjs'

const forbidden = rules.map(({ planted: _, ...rule }) => ({ severity: 'error', ...rule }))

async function violationsIn(folder) {
  const { output } = await cruise(['src'], {
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js'] },
  })
  return { modules: output.summary.totalCruised, violations: output.summary.violations }
}

async function plantedViolationIsFound(rule) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-floors-'))
  try {
    for (const [file, imports] of Object.entries(rule.planted)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), imports.map((path) => `import '${path}'\n`).join('') || 'export {}\n')
    }
    const { violations } = await violationsIn(folder)
    return violations.some((violation) => violation.rule.name === rule.name)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { modules, violations } = await violationsIn(root)
const blunt = []
for (const rule of rules) if (!(await plantedViolationIsFound(rule))) blunt.push(rule.name)

for (const { rule, from, to } of violations) say(`${rule.name}: ${from} → ${to}`)
for (const name of blunt) say(`${name}: the planted violation was not found`)
if (modules < 20) say(`only ${modules} modules were read`)
say(`floors: ${modules} modules, ${rules.length} rules, each with a planted violation, ${violations.length} violations`)
process.exitCode = violations.length + blunt.length > 0 || modules < 20 ? 1 : 0
