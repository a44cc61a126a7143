import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const script = fileURLToPath(new URL('../../../build/start.mjs', import.meta.url))
const building = 300_000

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-start-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** `npm start` on a machine without a display. `said` resolves once the words were said, or with all of it when it has ended. */
function start(...args: string[]) {
  const env = { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '' }
  const child = spawn(process.execPath, [script, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(async () => {
    await stop(child)
  })
  let text = ''
  const said = (words: string): Promise<string> =>
    new Promise((resolve) => {
      const look = (piece: Buffer | '' = '') => {
        text += piece
        if (text.includes(words)) resolve(text)
      }
      child.stdout.on('data', look)
      child.stderr.on('data', look)
      child.on('close', () => resolve(text))
    })
  return { child, said }
}

async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  return (await closed)[0]
}

const addressIn = (text: string): string => /Open (http:\S+)/.exec(text)?.[1] ?? ''

test('a second start on the same data says the same address, with its token, and ends well', { timeout: building }, async () => {
  const data = await temporaryFolder()
  const first = start('--data', data, '--http', '127.0.0.1:0')
  const address = addressIn(await first.said('Press Ctrl+C'))
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=/)
  expect(address.split('=')[1]).toBe((await readFile(join(data, 'token'), 'utf8')).trim())
  expect((await fetch(address)).headers.get('content-type')).toContain('text/html')

  const second = start('--data', data)
  const text = await second.said('never said')
  expect(text).toContain('already runs on the data folder')
  expect(addressIn(text)).toBe(address)
  expect(text).not.toContain('Ctrl+C')
  expect(second.child.exitCode).toBe(0)
  expect(await stop(first.child)).toBe(0)
})

test('when the usual port is taken, another is taken and said', { timeout: building }, async () => {
  const [one, other] = [start('--data', await temporaryFolder()), start('--data', await temporaryFolder())]
  const texts = await Promise.all([one.said('Press Ctrl+C'), other.said('Press Ctrl+C')])
  const [first, second] = texts.map(addressIn)
  expect(first).toMatch(/^http:/)
  expect(second).toMatch(/^http:/)
  expect(first).not.toBe(second)
  expect(texts.join()).toContain('The port 7450 is taken by another program')
  expect(await stop(one.child)).toBe(0)
  expect(await stop(other.child)).toBe(0)
})
