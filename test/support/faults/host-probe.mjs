// Preloaded into a host under torture: a clock that can be made to jump, and a look at what it holds once the garbage is gone.
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

const folder = process.env.HOLDFAST_PROBE
const everyMs = 50
const systemNow = Date.now
let offsetMs = readOffset()

Date.now = () => systemNow() + offsetMs

setInterval(() => {
  offsetMs = readOffset()
  if (isMainThread) answer()
}, everyMs).unref()

function readOffset() {
  try {
    return Number(readFileSync(join(folder, 'offset'), 'utf8'))
  } catch {
    return 0
  }
}

function answer() {
  const question = join(folder, 'question')
  try {
    rmSync(question)
  } catch {
    return
  }
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  gc()
  gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  const file = join(folder, 'answer')
  writeFileSync(`${file}.tmp`, JSON.stringify({ heapUsed, external, rss, files: readdirSync('/proc/self/fd').length }))
  renameSync(`${file}.tmp`, file)
}
