// `npm run bench`: the rows of docs/performance.md against their peers. `-- --rows P3,P18 --rounds 5 --write`; `--peers` adds the rows that need other
// programs, and installs those. `-- --app`: how smooth the app is on ten million records.
import { join } from 'node:path'
import { installDebianPackages } from './lib/debian.mjs'
import { buildIfStale, installPackages, modernNode, root, run } from './lib/project.mjs'

installPackages()
const isApp = process.argv.includes('--app')
if (isApp || process.argv.includes('--peers')) {
  installDebianPackages(isApp ? ['chromium-headless-shell'] : ['chromium-headless-shell', 'redis-server', 'restic'])
  await buildIfStale()
}
process.exit(await run(modernNode(), [join(root, isApp ? 'test/bench/app.ts' : 'test/bench/run.ts'), ...process.argv.slice(2)]))
