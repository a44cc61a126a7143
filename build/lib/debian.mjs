// The Debian packages that the tests and the bench use, installed when they are missing.
import { spawnSync } from 'node:child_process'
import { fail, say } from './project.mjs'

/** package → how to see that it is there */
const packages = {
  'chromium-headless-shell': ['which', 'chromium-headless-shell'],
  'fonts-noto-cjk': ['dpkg', '-s', 'fonts-noto-cjk'],
  gcc: ['which', 'cc'],
  'libc6-dev': ['dpkg', '-s', 'libc6-dev'],
  'lmdb-utils': ['which', 'mdb_dump'],
  openssl: ['which', 'openssl'],
  prometheus: ['which', 'promtool'],
  'redis-server': ['which', 'redis-server'],
  zstd: ['which', 'zstd'],
  curl: ['which', 'curl'],
  restic: ['which', 'restic'],
  'util-linux': ['which', 'unshare'],
}

const works = ([command, ...args]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** What only the bench compares with. */
const peers = ['restic']

export function installDebianPackages(wanted = Object.keys(packages).filter((name) => !peers.includes(name))) {
  const missing = wanted.filter((name) => !works(packages[name]))
  if (missing.length === 0) return
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`
  if (!works(['which', 'apt-get'])) fail(`These programs are needed: ${missing.join(', ')}. Install them, then run the command again.`)
  if (process.getuid() !== 0) fail(`Packages that are needed are missing. Run this, then your command again:\n  sudo sh -c '${command}'`)
  say(`Installing ${missing.join(', ')} …`)
  const done = spawnSync('sh', ['-c', command], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
  if (done.status !== 0) fail(`The packages could not be installed. Run this, then your command again:\n  ${command}`)
}
