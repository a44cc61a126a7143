// `npm run build`: the desktop app, the headless host, the command line and the client for programs, into `out/`.
import { declareClient, installPackages, runTool } from './lib/project.mjs'

installPackages()
const code = await runTool('electron-vite/bin/electron-vite.js', ['build', ...process.argv.slice(2)])
process.exit(code === 0 ? await declareClient() : code)
