// `npm run bench`: every row of docs/performance.md against its peer. `-- --rows P3,P18 --rounds 5 --write`.
import { join } from 'node:path'
import { installPackages, modernNode, root, run } from './lib/project.mjs'

installPackages()
process.exit(await run(modernNode(), [join(root, 'test/bench/run.ts'), ...process.argv.slice(2)]))
