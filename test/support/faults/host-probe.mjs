// Preloaded into a host under torture: a clock that can be made to jump, and a look at what it holds once the garbage is gone.
import { readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

const folder = process.env.HOLDFAST_PROBE
const everyMs = 50
const systemNow = Date.now
let offsetMs = readOffset()
/** What was told to whoever makes the clock jump. */
let confirmedMs

Date.now = () => systemNow() + offsetMs

setInterval(() => {
  offsetMs = readOffset()
  if (!isMainThread) return
  confirm()
  answer()
}, everyMs).unref()

/** From here on this process has the clock that it was told to have. */
function confirm() {
  if (offsetMs === confirmedMs) return
  confirmedMs = offsetMs
  writeWhole('confirmed', String(offsetMs))
}

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
  const { heapUsed, external } = process.memoryUsage()
  writeWhole('answer', JSON.stringify({ heapUsed, external, anonymous: anonymousBytes(), files: openFiles() }))
}

/** Without the pages of the database that are mapped: those are the system's to take back. */
function anonymousBytes() {
  const [, kibibytes] = /RssAnon:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kibibytes) * 1024
}

function writeWhole(name, text) {
  const file = join(folder, name)
  writeFileSync(`${file}.tmp`, text)
  renameSync(`${file}.tmp`, file)
}

/** Without the sockets, of which there are as many as clients have kept. */
function openFiles() {
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${number}`)
      return target.startsWith('socket:') ? [] : [target]
    } catch {
      // The one by which this folder was read.
      return []
    }
  })
}
