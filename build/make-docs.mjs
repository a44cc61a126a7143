// `npm run docs`: writes the pages that are made from tables in the code. `--check` writes nothing and fails when one is stale.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { apiPage } from './docs/api-page.mjs'
import { commandPage } from './docs/command-page.mjs'
import { configurationPage } from './docs/configuration-page.mjs'
import { fail, root, say } from './lib/project.mjs'

const pages = {
  'docs/configuration.md': configurationPage,
  'docs/cli.md': commandPage,
  'docs/api.md': apiPage,
}

const readOrNothing = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

const stale = Object.entries(pages).flatMap(([file, makePage]) => {
  const path = join(root, file)
  const text = makePage()
  return readOrNothing(path) === text ? [] : [{ file, path, text }]
})
const names = stale.map(({ file }) => file).join(', ')

if (process.argv.includes('--check')) {
  if (stale.length > 0) fail(`Not what the code says any more: ${names}. Make them anew with: npm run docs`)
  say('generated documents: all are what the code says')
} else {
  for (const { path, text } of stale) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  say(stale.length > 0 ? `Made anew: ${names}` : 'All are what the code says already')
}
