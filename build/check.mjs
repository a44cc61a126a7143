// `npm run check`: format, lint, types of every runtime, floors, unused code, documents made from code. All parts run, then it says what failed.
import { pathToFileURL } from 'node:url'
import { installPackages, runTool, say } from './lib/project.mjs'

const typeProjects = ['src/contract', 'src/formats', 'src/client', 'src/main', 'src/cli', 'src/preload', 'src/renderer', 'test']

const parts = [
  { name: 'format and lint', tool: '@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings', '.'] },
  ...typeProjects.map((project) => ({ name: `types of ${project}`, tool: 'typescript/bin/tsc', args: ['-p', project] })),
  { name: 'floors', tool: '../build/check-floors.mjs', args: [] },
  { name: 'unused code', tool: 'knip/bin/knip.js', args: ['--config', 'build/knip.json'] },
  { name: 'generated documents', tool: '../build/make-docs.mjs', args: ['--check'] },
]

export default async function check() {
  const failed = []
  for (const { name, tool, args } of parts) {
    if ((await runTool(tool, args)) !== 0) failed.push(name)
  }
  say(failed.length === 0 ? `check: all ${parts.length} parts hold` : `check failed: ${failed.join(', ')}`)
  return { passed: parts.length - failed.length, failed: failed.length }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  installPackages()
  process.exit((await check()).failed === 0 ? 0 : 1)
}
