import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const entry = fileURLToPath(new URL('../../../src/cli/holdfast.ts', import.meta.url))

/** Runs the entry on this Node, which pretends to be another. */
function runAs(version: string, argv: readonly string[]) {
  const pretence = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  return spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(pretence)}`, entry, ...argv], {
    encoding: 'utf8',
  })
}

test.each(['14.21.3', '20.20.2', '22.14.0'])('on Node %s it says which Node it needs, and exits 2', (version) => {
  const { status, stderr, stdout } = runAs(version, ['--version'])
  expect(status).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^Holdfast needs Node 22\.15 or newer; this is v\d.*\. This folder has one: .*node_modules\/\.bin\/node\n$/)
})

test.each(['22.15.0', '24.0.0', '25.1.0'])('on Node %s it goes on', (version) => {
  expect(runAs(version, ['--version'])).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})

test('its syntax is understood by Node 14, and it imports nothing before it knows', () => {
  const source = readFileSync(entry, 'utf8')
  const emit = (target: ts.ScriptTarget) =>
    ts.transpileModule(source, { compilerOptions: { target, module: ts.ModuleKind.ESNext } }).outputText
  expect(emit(ts.ScriptTarget.ES2020)).toBe(emit(ts.ScriptTarget.ESNext))
  expect(source).not.toMatch(/^import /m)
})
