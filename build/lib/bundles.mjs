// How large the user interface is that a window loads before it can draw, and what is loaded later.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root } from './project.mjs'

const folder = join(root, 'out/renderer')

/** Bytes after gzip that the first paint may take. Raised by hand, with a reason in docs/performance.md. */
export const entryBudgetBytes = 256 * 1024

/** Words that only the code of a large library contains: it must come with the page that needs it. */
const onlyLater = {
  CodeMirror: 'cm-editor',
  'CodeMirror merge': 'cm-mergeView',
  uPlot: 'u-over',
  MessagePack: 'useBigInt64',
  CBOR: 'dcbor',
}

const sizesOf = (path) => {
  const bytes = readFileSync(path)
  return { bytes: bytes.length, gzipBytes: gzipSync(bytes, { level: 9 }).length }
}

const sum = (files) => ({
  bytes: files.reduce((total, { bytes }) => total + bytes, 0),
  gzipBytes: files.reduce((total, { gzipBytes }) => total + gzipBytes, 0),
})

/** The scripts and styles that `index.html` names, those that pages load, and large libraries that got into the first by accident. */
export function measureBundles() {
  const named = [...readFileSync(join(folder, 'index.html'), 'utf8').matchAll(/assets\/[\w.-]+\.(?:js|css)/g)].map(([name]) => name)
  const all = readdirSync(join(folder, 'assets'))
    .filter((name) => /\.(js|css)$/.test(name))
    .map((name) => ({ name: `assets/${name}`, ...sizesOf(join(folder, 'assets', name)) }))
  const entry = all.filter(({ name }) => named.includes(name))
  const later = all.filter(({ name }) => !named.includes(name)).sort((one, other) => other.gzipBytes - one.gzipBytes)
  const scripts = entry.filter(({ name }) => name.endsWith('.js'))
  const styles = entry.filter(({ name }) => name.endsWith('.css'))
  const contains = (files, word) => files.some(({ name }) => readFileSync(join(folder, name), 'utf8').includes(word))
  const misplaced = Object.entries(onlyLater).flatMap(([library, word]) => (contains(scripts, word) ? [library] : []))
  // A word that is nowhere would find nothing for ever.
  const lost = Object.entries(onlyLater).flatMap(([library, word]) => (contains([...scripts, ...later], word) ? [] : [library]))
  return { scripts: sum(scripts), styles: sum(styles), later, misplaced, lost }
}

/** What is wrong with the sizes, in sentences; empty when all is well. */
export function bundleFaults({ scripts, misplaced, lost }) {
  const kib = (bytes) => Math.round(bytes / 1024)
  return [
    ...(scripts.gzipBytes > entryBudgetBytes
      ? [
          `The scripts before the first paint have ${kib(scripts.gzipBytes)} KiB after gzip; ${kib(entryBudgetBytes)} are allowed. Load a page or dialog lazily, or raise entryBudgetBytes in build/lib/bundles.mjs and say why in docs/performance.md.`,
        ]
      : []),
    ...lost.map((library) => `${library} is in no script; correct the word by which build/lib/bundles.mjs knows it.`),
    ...misplaced.map(
      (library) => `${library} is among the scripts before the first paint; import it only in pages that are loaded lazily.`,
    ),
  ]
}
