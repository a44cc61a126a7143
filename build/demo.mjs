// `npm run demo`: a store that holds real and lively data, in a folder of its own, open in the app. `--seed N` and `--records N` choose it.
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { demoLines } from './lib/demo-data.mjs'
import { endWithHost, presentHost, sayHowToStop, startHost } from './lib/headless.mjs'
import { buildIfStale, fail, installPackages, say } from './lib/project.mjs'

const usage = 'npm run demo -- [--seed N] [--records N] [--data DIR] [--http HOST:PORT]'
const values = readOptions({
  seed: { type: 'string', default: '1' },
  records: { type: 'string', default: '200000' },
  data: { type: 'string', default: join(homedir(), '.local/share/holdfast-demo') },
  http: { type: 'string', default: '127.0.0.1:0' },
})
const seed = wholeNumber('seed', values.seed, 2 ** 32)
const records = wholeNumber('records', values.records, 100_000_000)

installPackages()
await buildIfStale()
const { child, answer } = await startHost(['--data', values.data, '--http', values.http])
if (!answer.ready) fail(answer.detail ?? 'The host did not start.', child.exitCode ?? 1)
endWithHost(child)
say(`Seeding ${records.toLocaleString('en')} records (seed ${seed}) into ${values.data} …`)
const report = await importLines(answer.socket, demoLines({ seed, records }))
say(`${report.imported.toLocaleString('en')} records are there.`)
await presentHost(answer)
sayHowToStop()

function wholeNumber(name, text, most) {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 0 || number > most) fail(`--${name} takes a whole number from 0 to ${most}.`, 2)
  return number
}

async function importLines(socketPath, lines) {
  const outgoing = request({ socketPath, method: 'POST', path: '/api/import', headers: { 'content-type': 'application/x-ndjson' } })
  const answered = new Promise((resolve, reject) => outgoing.on('response', resolve).on('error', reject))
  await pipeline(Readable.from(inPieces(lines)), outgoing)
  const response = await answered
  const body = JSON.parse((await response.toArray()).join(''))
  if (response.statusCode !== 200) fail(`The import failed: ${body.detail}`)
  return body
}

function* inPieces(lines) {
  let piece = ''
  for (const line of lines) {
    piece += line
    if (piece.length > 256 * 1024) {
      yield piece
      piece = ''
    }
  }
  if (piece) yield piece
}

function readOptions(options) {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return fail(`${error.message}\n${usage}`, 2)
  }
}
