#!/usr/bin/env node
// The entry of the `holdfast` command. It must run on any Node that a machine may have, to say there which one is needed:
// so it imports nothing until it knows, and uses no syntax that is newer than Node 14.
const parts = process.versions.node.split('.').map(Number)
const major = parts[0] || 0
const isNewEnough = major > 22 || (major === 22 && (parts[1] || 0) >= 15)

if (isNewEnough) {
  import('./main.ts').then((main) => main.startCommandLine())
} else {
  import('node:fs').then((fs) => {
    const near = new URL('../../node_modules/.bin/node', import.meta.url)
    const advice = fs.existsSync(near)
      ? `This folder has one: ${decodeURIComponent(near.pathname)}`
      : 'Install a newer Node and run the command again.'
    process.stderr.write(`Holdfast needs Node 22.15 or newer; this is ${process.version}. ${advice}\n`)
    process.exitCode = 2
  })
}
