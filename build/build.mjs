// `npm run build`: the desktop app, the headless host and the command line, into `out/`.
import { installPackages, runTool } from './lib/project.mjs'

installPackages()
process.exit(await runTool('electron-vite/bin/electron-vite.js', ['build', ...process.argv.slice(2)]))
